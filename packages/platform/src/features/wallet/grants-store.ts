import { toCoins } from '../../base/coins.ts'
import { everyTenant, type TenantId } from '../../base/tenant.ts'
import type { Db, Tx } from '../../db/connect.ts'
import type { GrantPart, GrantsByBucket } from './grant-coins.ts'
import type { Spendable } from './ledger-entry.ts'

interface PartRecord {
  readonly name: Spendable
  readonly grant_id: string
  readonly coins: string
}

function byBucket(rows: readonly PartRecord[]): GrantsByBucket {
  const grants: Record<Spendable, GrantPart[]> = { bonus: [], purchased: [], earned: [] }
  for (const { name, grant_id: grant, coins } of rows) grants[name].push({ grant, coins: toCoins(coins) })
  return grants
}

// ':' and '~' stand around all that may follow the key.
const ofKeys = `select name, grant_id, coins from ledger_drained($1::integer, array(
    select k.transaction_id from ledger_keys k where k.tenant_id = $1 and k.key = $2
    union all
    select k.transaction_id from ledger_keys k where k.tenant_id = $1 and k.key > $2 || ':' and k.key < $2 || ':~'), $3::text)`

/** What the transactions under a key, and under those that go on from it after a colon, took from a user's grants, in the order in which those are drained. */
export async function drainedByKeys(tx: Tx, tenantId: TenantId, key: string, userId: string): Promise<GrantsByBucket> {
  return byBucket(await tx.query<PartRecord>(ofKeys, [tenantId, key, userId]))
}

/** The same of a transaction by its id. */
export async function drainedBy(tx: Tx, tenantId: TenantId, transactionId: string, userId: string): Promise<GrantsByBucket> {
  const sql = 'select name, grant_id, coins from ledger_drained($1::integer, array[$2::text], $3::text)'
  return byBucket(await tx.query<PartRecord>(sql, [tenantId, transactionId, userId]))
}

/** Marks the grant that a transaction gave in a bucket as taken back: what of it is on hold and returns pays what the user owes. */
export async function revokeGrant(
  tx: Tx,
  tenantId: TenantId,
  grant: { userId: string; name: string; id: string },
  now: Date,
): Promise<void> {
  await tx.query('select ledger_revoke($1::integer, $2::text, $3::text, $4::text, $5::timestamptz)', [
    tenantId,
    grant.userId,
    grant.name,
    grant.id,
    now,
  ])
}

/** An account with coins that have expired, or that came back to a grant which was taken back. */
export interface EndedAccount {
  readonly tenantId: TenantId
  readonly accountId: string
  readonly userId: string
}

/** Of all tenants, in the order of the accounts. */
export async function listEnded(
  db: Db,
  now: Date,
  page: { readonly limit: number; readonly after: EndedAccount | undefined },
): Promise<EndedAccount[]> {
  return db.transact(everyTenant, (tx) =>
    tx.query<EndedAccount>(
      `select a.tenant_id as "tenantId", a.id as "accountId", a.user_id as "userId"
       from (select distinct account_id from ledger_grants where expires_at <= $1 and remaining > 0 and account_id > $2) g
       join ledger_accounts a on a.id = g.account_id order by a.id limit $3`,
      [now, page.after?.accountId ?? 0, page.limit],
    ),
  )
}

export interface EndedGrants {
  readonly name: Spendable
  readonly expired: number
  readonly revoked: number
  /** What the account's owner owes. */
  readonly owes: number
}

/** Locks the account; undefined: another one has it now. */
export async function endedGrants(tx: Tx, tenantId: TenantId, accountId: string, now: Date): Promise<EndedGrants | undefined> {
  const [row] = await tx.query<{ name: Spendable; expired: string; revoked: string; owes: string }>(
    'select name, expired, revoked, owes from ledger_ended($1::integer, $2::bigint, $3::timestamptz)',
    [tenantId, accountId, now],
  )
  return row && { name: row.name, expired: toCoins(row.expired), revoked: toCoins(row.revoked), owes: toCoins(row.owes) }
}
