import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import type { Shared, TraceFacts } from '../checks/facts.ts'

/** Which referrals something that happened elsewhere may concern: only their ids, nothing is held. */

interface Found {
  readonly id: string
}

const ids = (rows: readonly Found[]): string[] => rows.map(({ id }) => id)

const ofReferee = (statuses: string) => `select id from referrals
  where tenant_id = $1 and referee_id = $2 and attributed and status in (${statuses}) and release ->> 'after' = $3`

/** Of this new user (`usr_…`), where it waits for such an event. */
export const waitingFor = async (tx: Tx, tenantId: TenantId, refereeId: string, event: 'topup' | 'call'): Promise<string[]> =>
  ids(await tx.query<Found>(ofReferee(`'pending', 'review'`), [tenantId, refereeId, event]))

/** The same where it has been rewarded for one. */
export const rewardedFor = async (tx: Tx, tenantId: TenantId, refereeId: string, event: 'topup' | 'call'): Promise<string[]> =>
  ids(await tx.query<Found>(ofReferee(`'rewarded'`), [tenantId, refereeId, event]))

/** Whether one of these users (`usr_…`) has been deleted. */
export async function isAnyGone(tx: Tx, tenantId: TenantId, userIds: readonly string[]): Promise<boolean> {
  const rows = await tx.query<Found>('select id from users where tenant_id = $1 and id = any($2) and deleted_at is not null limit 1', [
    tenantId,
    userIds,
  ])
  return rows.length > 0
}

const mostConcerned = 200

/**
 * What is to be judged again now that a user has named an account or an identity: their own referral, and those of theirs in which both sides
 * have the same. Whoever had it before keeps theirs.
 */
export async function concernedBy(tx: Tx, tenantId: TenantId, userId: string): Promise<string[]> {
  return ids(
    await tx.query<Found>(
      `select id from referrals where tenant_id = $1 and referee_id = $2 and attributed and status in ('pending', 'review', 'rewarded')
       union
       (select r.id from user_traces mine
        join user_traces theirs on theirs.tenant_id = $1 and theirs.kind = mine.kind and theirs.key = mine.key and theirs.user_id <> $2
        join referrals r on r.tenant_id = $1 and r.referee_id = theirs.user_id and r.attributed and r.referrer_id = $2
          and r.status in ('pending', 'review', 'rewarded')
        where mine.tenant_id = $1 and mine.user_id = $2 and mine.kind in ('payee', 'identity') limit ${mostConcerned})`,
      [tenantId, userId],
    ),
  )
}

/** Traces of the identities of a user (`usr_…`), who is known again by everything else. */
export const forgetIdentity = (tx: Tx, tenantId: TenantId, userId: string): void =>
  tx.write(`delete from user_traces where tenant_id = $1 and user_id = $2 and kind = 'identity'`, [tenantId, userId])

const scarce = ['email', 'device', 'phone', 'payee', 'identity'] as const

/**
 * Of what only one person should have: how many others had it before the new user, the referrer whenever it was. Whoever came later with the
 * same is judged for it themselves, and takes nothing from the one who was first.
 */
export async function sharedBefore(
  tx: Tx,
  tenantId: TenantId,
  { refereeId, referrerId }: { readonly refereeId: string; readonly referrerId: string },
): Promise<Pick<TraceFacts, (typeof scarce)[number]>> {
  const rows = await tx.query<{ kind: string; others: number }>(
    `select m.kind, count(distinct o.user_id)::integer as others from user_traces m
     left join lateral (
       (select user_id from user_traces where tenant_id = $1 and kind = m.kind and key = m.key and user_id <> $2
          and (first_seen_at, user_id) < (m.first_seen_at, $2) order by first_seen_at limit 20)
       union
       select user_id from user_traces where tenant_id = $1 and kind = m.kind and key = m.key and user_id = $3) o on true
     where m.tenant_id = $1 and m.user_id = $2 and m.kind = any($4) group by m.kind`,
    [tenantId, refereeId, referrerId, scarce],
  )
  const of = (kind: string): Shared => {
    const found = rows.find((row) => row.kind === kind)
    return { given: found !== undefined, others: found?.others ?? 0 }
  }
  return { email: of('email'), device: of('device'), phone: of('phone'), payee: of('payee'), identity: of('identity') }
}

/** What came of a user's code, in the order of the ids, from there on: `ref_…`. */
export async function broughtBy(tx: Tx, tenantId: TenantId, referrerId: string, page: { after: string; limit: number }): Promise<string[]> {
  return ids(
    await tx.query<Found>(
      `select id from referrals where tenant_id = $1 and referrer_id = $2 and attributed and status in ('pending', 'review', 'rewarded') and id > $3
       order by id limit $4`,
      [tenantId, referrerId, page.after, page.limit],
    ),
  )
}
