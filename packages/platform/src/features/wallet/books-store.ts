import { toCoins, toCoinsWithin } from '../../base/coins.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { newestIds, readByMonths } from './months.ts'

/** The books of an app as its owner reads them. */

export interface AccountTotal {
  readonly name: string
  readonly balance: number
}

const appAccounts = ['issuance', 'promotions', 'revenue', 'losses', 'payouts_in_flight', 'paid_out']

/** The app's accounts, each summed over its shards, and what all users own together; in one statement, so that the sum is of one moment. */
export async function readTotals(tx: Tx, tenantId: TenantId): Promise<{ data: AccountTotal[]; sum: number }> {
  const rows = await tx.query<{ name: string; balance: string }>(
    `select coalesce(case when user_id is null then name else 'users' end, '') as name, sum(balance)::text as balance
     from ledger_accounts where tenant_id = $1 group by grouping sets ((case when user_id is null then name else 'users' end), ())`,
    [tenantId],
  )
  const known = new Map(rows.map(({ name, balance }) => [name, balance]))
  const balanceOf = (name: string) => toCoinsWithin(known.get(name) ?? '0')
  // The row without a name is the total of all.
  return { data: [...appAccounts, 'users'].map((name) => ({ name, balance: balanceOf(name) })), sum: balanceOf('') }
}

export interface BookedTransaction {
  readonly id: string
  readonly type: string
  readonly reference: { readonly type: string; readonly id: string } | null
  readonly description: string
  /** `userId` is the host's; null for the app's own accounts. */
  readonly entries: readonly { readonly account: string; readonly userId: string | null; readonly coins: number }[]
  readonly createdAt: Date
}

interface BookedRecord {
  readonly id: string
  readonly type: string
  readonly reference_type: string | null
  readonly reference_id: string | null
  readonly description: string
  readonly created_at: Date
  readonly entries: readonly { readonly account: string; readonly userId: string | null; readonly coins: string }[]
}

const bookIds = 'select t.id from ledger_transactions t where t.tenant_id = $1 and t.id < $2 and t.id >= $3 order by t.id desc limit $4'

// $3 and $4: the last and the first of the ids, for the sake of the months.
const bookRows = `select t.id, t.type, t.reference_type, t.reference_id, t.description, t.created_at,
    (select jsonb_agg(jsonb_build_object('account', a.name, 'userId', u.host_id, 'coins', e.coins::text) order by a.id)
     from ledger_entries e join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
     left join users u on u.tenant_id = a.tenant_id and u.id = a.user_id
     where e.tenant_id = $1 and e.transaction_id = t.id and e.transaction_id between $3 and $4) as entries
  from ledger_transactions t where t.tenant_id = $1 and t.id = any($2::text[]) and t.id between $3 and $4 order by t.id desc`

/** Every transaction with its entries, newest first. */
export async function readBooks(
  tx: Tx,
  tenantId: TenantId,
  page: { readonly limit: number; readonly before: string | undefined },
  now: Date,
): Promise<BookedTransaction[]> {
  readByMonths(tx)
  const ids = await newestIds({ start: page.before ?? '~', oldest: '', look: page.limit, now }, (before, after, count) =>
    tx.query<{ id: string }>(bookIds, [tenantId, before, after, count]),
  )
  if (ids.length === 0) return []
  const rows = await tx.query<BookedRecord>(bookRows, [tenantId, ids, ids.at(-1), ids[0]])
  return rows.map((row) => ({
    id: row.id,
    type: row.type,
    reference: row.reference_type === null || row.reference_id === null ? null : { type: row.reference_type, id: row.reference_id },
    description: row.description,
    entries: row.entries.map(({ account, userId, coins }) => ({ account, userId, coins: toCoins(coins) })),
    createdAt: row.created_at,
  }))
}
