import { after } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { ProviderName } from '../../providers/telephony/port.ts'
import { callBackMs, coolDownMs, rememberMs } from './cool-down.ts'

export interface PairWish {
  readonly provider: ProviderName
  /** Both users are busy with it, or nothing is taken. */
  readonly callId: string
  /** Ours, `usr_…`. */
  readonly callerId: string
  readonly calleeId: string
  /** Countries of the callee's phone and the caller's: a number of theirs is preferred, in this order. */
  readonly countries: readonly (string | null)[]
  /** Numbers of this country may not be shown. */
  readonly barredCountry: string | null
  readonly now: Date
  /** Ends when it is sure that the call may be: a second look waits for it. */
  readonly admitted?: Promise<unknown> | undefined
}

/**
 * The number that a call shows, and the pair that it stands for from now on, in one statement.
 *
 * The callee's own number comes first. Else that of the last call between the two; else one that stands for nobody else to either of them;
 * else the one that did so longest ago, whose older pairs of these two are given up. Both users are busy with this call (`busy_users`), so no
 * other call changes pairs of theirs meanwhile; the number is locked against its removal.
 */
export async function takeNumber(tx: Tx, tenantId: TenantId, wish: PairWish): Promise<{ id: string; phoneNumber: string } | undefined> {
  // A number that was changed at this very moment is passed over; the second look sees what there is now.
  const taken = await takeOnce(tx, tenantId, wish)
  if (taken !== undefined) return taken
  await wish.admitted
  return takeOnce(tx, tenantId, wish)
}

async function takeOnce(tx: Tx, tenantId: TenantId, wish: PairWish): Promise<{ id: string; phoneNumber: string } | undefined> {
  const { provider, callId, callerId, calleeId, countries, barredCountry, now } = wish
  const expiresAt = after(now, callBackMs)
  const [row] = await tx.query<{ id: string; phone_number: string }>(
    `with met as (
       select number_id, bool_or(user_id = $3 and other_id = $4) as theirs,
         bool_or(free_at > $5 and not (user_id in ($3, $4) and other_id in ($3, $4))) as taken, max(last_used_at) as used
       from number_pairs where tenant_id = $1 and user_id in ($3, $4) group by number_id
     ), chosen as (
       select n.id, n.phone_number, coalesce(n.user_id = $4, false) as own
       from numbers n left join met on met.number_id = n.id
       where n.tenant_id = $1 and n.provider = $2 and n.leaving is null and (n.cooling_until is null or n.cooling_until <= $5)
         and (n.user_id is null or n.user_id = $4) and ($9::text is null or n.country is distinct from $9)
         and (select count(*) from busy_users b where b.tenant_id = $1 and b.user_id in ($3, $4) and b.call_id = $10) = 2
       order by own desc, coalesce(met.theirs, false) desc, coalesce(met.taken, false),
         case when coalesce(met.taken, false) then met.used end, (n.type = 'toll_free'),
         coalesce(array_position($8::text[], n.country), 3), met.used nulls first, md5(n.id || least($3, $4) || greatest($3, $4))
       limit 1 for key share of n
     ), given_up as (
       delete from number_pairs p using chosen c
       where not c.own and p.tenant_id = $1 and p.number_id = c.id and p.other_id in ($3, $4) and p.user_id not in ($3, $4)
     ), kept as (
       insert into number_pairs (tenant_id, number_id, user_id, other_id, last_used_at, expires_at, free_at)
       select $1, c.id, pair.one, pair.other, $5, $6, $7 from chosen c, (values ($3, $4), ($4, $3)) pair (one, other) where not c.own
       on conflict (tenant_id, number_id, user_id) do update
       set other_id = excluded.other_id, last_used_at = excluded.last_used_at, expires_at = excluded.expires_at, free_at = excluded.free_at
     )
     select id, phone_number from chosen`,
    [
      tenantId,
      provider,
      callerId,
      calleeId,
      now,
      expiresAt,
      after(expiresAt, coolDownMs),
      countries.filter((one) => one !== null),
      barredCountry,
      callId,
    ],
  )
  return row && { id: row.id, phoneNumber: row.phone_number }
}

/** Whom a user reaches by dialling a number: the other of the pair, while it lasts. */
export async function otherOf(tx: Tx, tenantId: TenantId, numberId: string, userId: string, now: Date): Promise<string | undefined> {
  const [row] = await tx.query<{ other_id: string }>(
    'select other_id from number_pairs where tenant_id = $1 and number_id = $2 and user_id = $3 and expires_at > $4',
    [tenantId, numberId, userId, now],
  )
  return row?.other_id
}

/** A call over the number renews the pair. False when the number is the app's no longer; else it stays so until the commit. */
export async function renewPair(
  tx: Tx,
  tenantId: TenantId,
  { numberId, one, other, now }: { readonly numberId: string; readonly one: string; readonly other: string; readonly now: Date },
): Promise<boolean> {
  const expiresAt = after(now, callBackMs)
  const held = await tx.query('select from numbers where tenant_id = $1 and id = $2 for key share', [tenantId, numberId])
  if (held.length === 0) return false
  tx.write(
    `update number_pairs set last_used_at = $5, expires_at = $6, free_at = $7
     where tenant_id = $1 and number_id = $2 and ((user_id = $3 and other_id = $4) or (user_id = $4 and other_id = $3))`,
    [tenantId, numberId, one, other, now, expiresAt, after(expiresAt, coolDownMs)],
  )
  return true
}

export async function dropPairsOf(tx: Tx, tenantId: TenantId, numberId: string): Promise<void> {
  tx.write('delete from number_pairs where tenant_id = $1 and number_id = $2', [tenantId, numberId])
}

/** Who is deleted is nobody's other any more. */
export async function dropPairsWith(tx: Tx, tenantId: TenantId, userId: string): Promise<void> {
  tx.write('delete from number_pairs where tenant_id = $1 and (user_id = $2 or other_id = $2)', [tenantId, userId])
}

/** Above all tenants: forgets pairs long over. True when there may be more. */
export async function forgetPairs(tx: Tx, now: Date, limit: number): Promise<boolean> {
  const gone = await tx.query(
    `delete from number_pairs p using (select ctid from number_pairs where free_at < $1 order by free_at limit $2) old
     where p.ctid = old.ctid returning 1`,
    [after(now, -rememberMs), limit],
  )
  return gone.length === limit
}

/**
 * Who calls by this phone. Where several users of the app have it: whom the number stands for somebody to, then the youngest record; the
 * number's own owner last, who has no reason to dial it.
 */
export async function callerWith(
  tx: Tx,
  tenantId: TenantId,
  {
    phone,
    numberId,
    ownerId,
    now,
  }: { readonly phone: string; readonly numberId: string; readonly ownerId: string | null; readonly now: Date },
): Promise<{ readonly id: string; readonly hostId: string; readonly languages: readonly string[] } | undefined> {
  const [row] = await tx.query<{ id: string; host_id: string; languages: string[] }>(
    `select u.id, u.host_id, u.languages from users u
     left join number_pairs p on p.tenant_id = u.tenant_id and p.number_id = $3 and p.user_id = u.id and p.expires_at > $4
     where u.tenant_id = $1 and u.phone = $2 and u.deleted_at is null
     order by (u.id is not distinct from $5), p.last_used_at desc nulls last, u.id desc limit 1`,
    [tenantId, phone, numberId, now, ownerId],
  )
  return row && { id: row.id, hostId: row.host_id, languages: row.languages }
}
