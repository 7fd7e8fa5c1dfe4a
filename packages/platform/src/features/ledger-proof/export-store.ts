import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { accountLine, transactionLine } from './ledger-line.ts'
import { readByIndex, sealedAt } from './seal-store.ts'

/** What the export reads: pages in the order of ids, all of one moment. */

export interface ExportRange {
  /** The first id that belongs to it, and the first that no longer does. */
  readonly from: string
  readonly before: string
}

const page = 250

/** Everything after this is of one moment, however long the reader of the export takes. */
export async function holdMoment(tx: Tx): Promise<void> {
  await tx.query('set transaction isolation level repeatable read, read only')
  await tx.patiently()
  await tx.query('set local idle_in_transaction_session_timeout = 0')
  await readByIndex(tx)
}

export interface TransactionRow {
  readonly id: string
  readonly line: string
}

export const transactionPages = (tx: Tx, tenantId: TenantId, range: ExportRange): AsyncGenerator<TransactionRow[]> =>
  pages(
    range.from,
    ({ id }) => id,
    (after, isFirst) =>
      tx.query<TransactionRow>(
        `select t.id, ${transactionLine} as line from ledger_transactions t
       where t.tenant_id = $1 and t.id >= $2 and (t.id > $2 or $3) and t.id < $4 order by t.id limit ${page}`,
        [tenantId, after, isFirst, range.before],
      ),
  )

export interface EntryRow {
  readonly id: string
  readonly createdAt: string
  readonly type: string
  readonly key: string | null
  readonly referenceType: string | null
  readonly referenceId: string | null
  readonly description: string
  readonly entries: readonly {
    readonly account: string
    readonly name: string | null
    readonly user: string | null
    readonly hostUser: string | null
    readonly coins: string
  }[]
}

export const entryPages = (tx: Tx, tenantId: TenantId, range: ExportRange): AsyncGenerator<EntryRow[]> =>
  pages(
    range.from,
    ({ id }) => id,
    (after, isFirst) =>
      tx.query<EntryRow>(
        `select t.id, to_char(t.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "createdAt", t.type, t.key,
         t.reference_type as "referenceType", t.reference_id as "referenceId", t.description,
         (select coalesce(jsonb_agg(jsonb_build_object('account', e.account_id::text, 'name', a.name, 'user', e.user_id, 'hostUser', u.host_id,
            'coins', e.coins::text) order by e.account_id), '[]')
          from ledger_entries e left join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
          left join users u on u.tenant_id = e.tenant_id and u.id = e.user_id
          where e.tenant_id = t.tenant_id and e.transaction_id = t.id) as entries
       from ledger_transactions t
       where t.tenant_id = $1 and t.id >= $2 and (t.id > $2 or $3) and t.id < $4 order by t.id limit ${page}`,
        [tenantId, after, isFirst, range.before],
      ),
  )

export interface AccountRow {
  readonly id: string
  readonly line: string
  readonly name: string
  readonly user: string | null
  readonly hostUser: string | null
  readonly balance: string
}

export const accountPages = (tx: Tx, tenantId: TenantId): AsyncGenerator<AccountRow[]> =>
  pages(
    '0',
    ({ id }) => id,
    (after) =>
      tx.query<AccountRow>(
        `select a.id::text as id, ${accountLine} as line, a.name, a.user_id as user, u.host_id as "hostUser", a.balance::text as balance
       from ledger_accounts a left join users u on u.tenant_id = a.tenant_id and u.id = a.user_id
       where a.tenant_id = $1 and a.id > $2::bigint order by a.id limit ${page}`,
        [tenantId, after],
      ),
  )

export interface SealRow {
  readonly number: string
  readonly kind: string
  readonly previous: string
  readonly hash: string
  readonly sealedAt: Date
  readonly upTo: string
  readonly upToAccount: string
  readonly accounts: number
  readonly transactions: number
  /** Only of a late seal: which they are. */
  readonly late: readonly string[] | null
  readonly entries: string
  readonly coins: string
}

/** The seals from the one that has the range's beginning. */
export const sealPages = (tx: Tx, tenantId: TenantId, { from }: ExportRange): AsyncGenerator<SealRow[]> =>
  pages(
    '0',
    ({ number }) => number,
    (after) =>
      tx.query<SealRow>(
        // Ordered by the column: a bare `number` would mean the text of it, and seal 10 would come before seal 2.
        `select s.number::text as number, kind, encode(previous_hash, 'hex') as previous, encode(hash, 'hex') as hash, ${sealedAt}, up_to as "upTo",
         up_to_account::text as "upToAccount", cardinality(account_ids) as accounts, cardinality(transaction_ids) as transactions,
         case kind when 'late' then transaction_ids end as late, entry_count::text as entries, coins::text as coins
       from ledger_seals s where tenant_id = $1 and s.number > $2::bigint and up_to >= $3 order by s.number limit ${page}`,
        [tenantId, after, from],
      ),
  )

export interface ExportTotals {
  readonly transactions: string
  readonly entries: string
  /** The sum of all entries above zero. */
  readonly coins: string
  /** Of all entries. */
  readonly sum: string
}

/** Added up by the server, not by what was written: a line that got lost on the way is missed. */
export async function readTotalsOf(tx: Tx, tenantId: TenantId, { from, before }: ExportRange): Promise<ExportTotals> {
  const [transactions] = await tx.query<{ count: string }>(
    'select count(*)::text as count from ledger_transactions where tenant_id = $1 and id >= $2 and id < $3',
    [tenantId, from, before],
  )
  const [entries] = await tx.query<Omit<ExportTotals, 'transactions'>>(
    `select count(*)::text as entries, coalesce(sum(coins) filter (where coins > 0), 0)::text as coins, coalesce(sum(coins), 0)::text as sum
     from ledger_entries where tenant_id = $1 and transaction_id >= $2 and transaction_id < $3`,
    [tenantId, from, before],
  )
  return { transactions: transactions?.count ?? '0', ...(entries ?? { entries: '0', coins: '0', sum: '0' }) }
}

/** The page after the one that ended with the last key, until one is not full. */
async function* pages<Row>(
  first: string,
  keyOf: (row: Row) => string,
  read: (after: string, isFirst: boolean) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  let after = first
  for (let isFirst = true; ; isFirst = false) {
    const rows = await read(after, isFirst)
    if (rows.length > 0) yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < page) return
    after = keyOf(last)
  }
}
