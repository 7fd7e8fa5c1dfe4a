import { toCoins } from '../../base/coins.ts'
import { everyTenant, type TenantId } from '../../base/tenant.ts'
import type { Db, Tx } from '../../db/connect.ts'
import type { BookedTransaction } from './reversal.ts'

interface EntryRecord {
  readonly type: string
  readonly user_id: string | null
  readonly name: string
  readonly coins: string
}

/** A transaction with its entries, each account of the app summed over its shards. */
export async function bookedTransaction(tx: Tx, tenantId: TenantId, id: string): Promise<BookedTransaction | undefined> {
  const rows = await tx.query<EntryRecord>(
    `select t.type, a.user_id, a.name, sum(e.coins)::text as coins
     from ledger_transactions t join ledger_entries e on e.tenant_id = t.tenant_id and e.transaction_id = t.id
     join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
     where t.tenant_id = $1 and t.id = $2 and e.transaction_id = $2 group by t.type, a.user_id, a.name`,
    [tenantId, id],
  )
  const [first] = rows
  if (first === undefined) return undefined
  return { id, type: first.type, entries: rows.map(({ user_id: userId, name, coins }) => ({ userId, name, coins: toCoins(coins) })) }
}

/** Whoever changes what a user owes, or takes back what they were given, waits here for their turn until the transaction is over. */
export async function takeTurn(tx: Tx, tenantId: TenantId, userId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('owed:' || $2::text, $1::integer))`, [tenantId, userId])
}

/** What has been taken back of a transaction. */
export async function reversedCoins(tx: Tx, tenantId: TenantId, transactionId: string): Promise<number> {
  const [row] = await tx.query<{ coins: string | null }>(
    `select sum((metadata ->> 'coins')::bigint)::text as coins from ledger_transactions where tenant_id = $1 and reverses = $2`,
    [tenantId, transactionId],
  )
  return toCoins(row?.coins ?? '0')
}

export interface KnownReversal {
  readonly id: string
  readonly reverses: string | null
  readonly coins: number
}

/** The transaction that was posted under a key, as a reversal. */
export async function reversalByKey(tx: Tx, tenantId: TenantId, key: string): Promise<KnownReversal | undefined> {
  const [known] = await tx.query<{ id: string }>('select transaction_id as id from ledger_keys where tenant_id = $1 and key = $2', [
    tenantId,
    key,
  ])
  if (known === undefined) return undefined
  const [row] = await tx.query<{ reverses: string | null; coins: string | null }>(
    "select reverses, metadata ->> 'coins' as coins from ledger_transactions where tenant_id = $1 and id = $2",
    [tenantId, known.id],
  )
  return row && { id: known.id, reverses: row.reverses, coins: row.reverses === null ? 0 : toCoins(row.coins ?? '0') }
}

/** What a user (`usr_…`) owes the app: while it is more than nothing, they withdraw nothing. */
export async function owedCoins(tx: Tx, tenantId: TenantId, userId: string): Promise<number> {
  const [row] = await tx.query<{ coins: string }>(
    `select (-balance)::text as coins from ledger_accounts where tenant_id = $1 and user_id = $2 and name = 'owed' and shard = 0`,
    [tenantId, userId],
  )
  return toCoins(row?.coins ?? '0')
}

/** What a user (`usr_…`) has earned and not spent. */
export async function readEarned(tx: Tx, tenantId: TenantId, userId: string): Promise<number> {
  const [row] = await tx.query<{ coins: string }>(
    `select balance::text as coins from ledger_accounts where tenant_id = $1 and user_id = $2 and name = 'earned' and shard = 0`,
    [tenantId, userId],
  )
  return toCoins(row?.coins ?? '0')
}

/** Users of all apps who owe something and have earned something to pay it with. */
export const listDebtors = (db: Db, limit: number): Promise<{ readonly tenantId: TenantId; readonly userId: string }[]> =>
  db.transact(everyTenant, (tx) =>
    tx.query(
      `select o.tenant_id as "tenantId", o.user_id as "userId" from ledger_accounts o join tenants t on t.id = o.tenant_id and not t.ledger_frozen
       join ledger_accounts e on e.tenant_id = o.tenant_id and e.user_id = o.user_id and e.name = 'earned' and e.shard = 0 and e.balance > 0
       where o.name = 'owed' and o.balance < 0 limit $1`,
      [limit],
    ),
  )
