import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'

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

/** Of this new user, where it may still come to something or has. */
export const liveOf = async (tx: Tx, tenantId: TenantId, refereeId: string): Promise<string[]> =>
  ids(
    await tx.query<Found>(
      `select id from referrals where tenant_id = $1 and referee_id = $2 and attributed and status in ('pending', 'review', 'rewarded')`,
      [tenantId, refereeId],
    ),
  )

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
