import { toCoins } from '../../base/coins.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { Spendable } from './ledger-entry.ts'
import { readByMonths } from './months.ts'

/** Grants as their owner reads them: everything here is read, nothing written. */

/** Coins that a transaction gave, as they stand now. */
export interface Granted {
  readonly bucket: Spendable
  readonly coins: number
  readonly leftCoins: number
  /** null: never. */
  readonly expiresAt: Date | null
}

/** Coins that a transaction used, by the transaction that had given them. */
export interface Used {
  readonly bucket: Spendable
  readonly coins: number
  readonly grantedBy: string
  readonly expiresAt: Date | null
}

interface CoinsRecord {
  readonly bucket: Spendable
  readonly coins: string
  readonly expires_at: Date | null
}

/** A grant that is used up has no row any more; of one that was taken back, or has expired, nothing is left to spend. */
export async function readGranted(tx: Tx, tenantId: TenantId, userId: string, transactionId: string, now: Date): Promise<Granted[]> {
  const rows = await tx.query<CoinsRecord & { readonly left_coins: string }>(
    `select a.name as bucket, nullif(e.expires_at, 'infinity') as expires_at,
       (e.coins - coalesce((select sum(back.value::bigint) from jsonb_each_text(e.grants) back), 0))::text as coins,
       coalesce((select sum(g.remaining) from ledger_grants g
         where g.account_id = e.account_id and g.transaction_id = e.transaction_id and g.expires_at > $4), 0)::text as left_coins
     from ledger_entries e join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
     where e.tenant_id = $1 and e.transaction_id = $2 and e.user_id = $3 and e.expires_at is not null
       and a.name in ('bonus', 'purchased', 'earned') order by a.name`,
    [tenantId, transactionId, userId, now],
  )
  return rows.map(({ bucket, coins, left_coins, expires_at }) => ({
    bucket,
    coins: toCoins(coins),
    leftCoins: toCoins(left_coins),
    expiresAt: expires_at,
  }))
}

// The transaction itself, and what a call's settlement had held before.
const partIds = `select $2::text as id
  union
  select k.transaction_id from ledger_transactions s
  join ledger_keys k on k.tenant_id = $1 and (k.key = 'call-held:' || s.reference_id
    or k.key > 'call-held:' || s.reference_id || ':' and k.key < 'call-held:' || s.reference_id || ':~')
  where s.tenant_id = $1 and s.id = $2 and s.type = 'call_settlement' and s.reference_type = 'call'`

// $4 and $5: the first and the last of the ids, for the sake of the months.
const ofIds = 'e.tenant_id = $1 and e.user_id = $2 and e.transaction_id = any($3::text[]) and e.transaction_id between $4 and $5'

const usedSql = `select a.name as bucket, x.key as granted_by, (-sum(x.value::bigint))::text as coins
  from ledger_entries e join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
  cross join lateral jsonb_each_text(coalesce(e.grants,
    case when e.expires_at is null then jsonb_build_object('opening', e.coins) else '{}'::jsonb end)) x
  where ${ofIds} and a.name in ('bonus', 'purchased', 'earned')
  group by a.name, x.key having sum(x.value::bigint) < 0`

const endsSql = `select e.transaction_id as id, e.expires_at as at
  from ledger_entries e join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
  where ${ofIds} and a.name = 'bonus' and e.expires_at < 'infinity'`

const mostUsed = 100

/**
 * Which grants paid. A call's settlement spends what its holds had taken, less what of it goes back. What was moved before grants were kept
 * is of the grant 'opening'.
 */
export async function readUsed(tx: Tx, tenantId: TenantId, userId: string, transactionId: string): Promise<Used[]> {
  readByMonths(tx)
  const ids = (await tx.query<{ id: string }>(partIds, [tenantId, transactionId])).map(({ id }) => id).sort()
  const rows = await tx.query<{ bucket: Spendable; granted_by: string; coins: string }>(usedSql, [
    tenantId,
    userId,
    ids,
    ids[0],
    ids.at(-1),
  ])
  // Only bonus coins have an end.
  const bonus = rows.filter(({ bucket }) => bucket === 'bonus').map((row) => row.granted_by)
  const grants = bonus.filter((id) => id !== 'opening').sort()
  const ended =
    grants.length === 0 ? [] : await tx.query<{ id: string; at: Date }>(endsSql, [tenantId, userId, grants, grants[0], grants.at(-1)])
  const ends = new Map(ended.map(({ id, at }) => [id, at]))
  const used = rows.map(({ bucket, coins, granted_by: grantedBy }) => ({
    bucket,
    coins: toCoins(coins),
    grantedBy,
    expiresAt: (bucket === 'bonus' ? ends.get(grantedBy) : undefined) ?? null,
  }))
  return used.sort(asDrained).slice(0, mostUsed)
}

const before = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0)

/** By bucket, and within one the soonest end, then the oldest. */
const asDrained = (a: Used, b: Used): number =>
  before(a.bucket, b.bucket) ||
  before(a.expiresAt?.getTime() ?? Infinity, b.expiresAt?.getTime() ?? Infinity) ||
  before(a.grantedBy, b.grantedBy)

/** The coins of a user that are lost next unless they are spent before; undefined: none are. */
export async function readExpiring(
  tx: Tx,
  tenantId: TenantId,
  userId: string,
  now: Date,
): Promise<{ readonly coins: number; readonly at: Date } | undefined> {
  const [row] = await tx.query<{ coins: string; at: Date }>(
    `select sum(g.remaining)::text as coins, g.expires_at as at
     from ledger_accounts a join ledger_grants g on g.account_id = a.id and g.expires_at > $3 and g.expires_at < 'infinity' and g.remaining > 0
     where a.tenant_id = $1 and a.user_id = $2 and a.name = 'bonus' group by g.expires_at order by g.expires_at limit 1`,
    [tenantId, userId, now],
  )
  return row && { coins: toCoins(row.coins), at: row.at }
}
