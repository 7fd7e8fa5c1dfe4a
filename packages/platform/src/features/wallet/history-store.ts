import { toCoins } from '../../base/coins.ts'
import { firstIdAt } from '../../base/ids.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { Bucket } from './ledger-entry.ts'
import { newestIds, readByMonths, within } from './months.ts'
import type { ReferralSide } from './referral-money.ts'
import type { Buckets } from './wallet-store.ts'

/** A user's coin history: everything here is read, nothing written. */

/** The call that coins moved for, as the user whose coins they are may know it. */
export interface AboutCall {
  readonly side: 'caller' | 'callee'
  readonly partnerId: string
  readonly partnerName: string
  readonly seconds: number
  readonly settled: boolean
}

export interface HistoryRow {
  readonly id: string
  readonly type: string
  readonly buckets: Partial<Buckets>
  /** What it added to their debt; negative: took off it. */
  readonly owedCoins: number
  readonly reference: { readonly type: string; readonly id: string } | null
  readonly description: string
  readonly call: AboutCall | undefined
  /** Of a referral's reward: which side of it this user is. */
  readonly referralSide: ReferralSide | undefined
  readonly createdAt: Date
}

export interface HistoryFilter {
  readonly types?: readonly string[] | undefined
  readonly bucket?: Bucket | undefined
  readonly direction?: 'in' | 'out' | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
}

export interface HistoryPage {
  readonly rows: readonly HistoryRow[]
  /** The transaction after which the next page begins; undefined: there is none. */
  readonly next: string | undefined
}

/** What one request looks at with a filter, however long the history is and however little of it fits. */
export const historyWindow = 1_000

export interface CallRecord {
  readonly side: AboutCall['side'] | null
  readonly partner_id: string | null
  readonly partner_name: string | null
  readonly seconds: number | null
  readonly settled: boolean | null
}

interface HistoryRecord extends CallRecord {
  readonly id: string
  readonly type: string
  readonly reference_type: string | null
  readonly reference_id: string | null
  readonly description: string
  readonly created_at: Date
  readonly referral_side: ReferralSide | null
  /** null: it changed only what they owe. */
  readonly changes: Partial<Record<Bucket, string>> | null
  readonly owed: string
}

/** Joined to a row with `reference_type` and `reference_id`: the call, and the other one in it. $1 tenant, $2 the user. */
export const callJoin = (row: string) => `left join lateral (
    select case when c.caller_id = $2 then 'caller' else 'callee' end as side, c.duration_seconds as seconds, c.settled,
      p.host_id as partner_id, p.display_name as partner_name
    from calls c join users p on p.tenant_id = $1 and p.id = case when c.caller_id = $2 then c.callee_id else c.caller_id end
    where ${row}.reference_type = 'call' and c.tenant_id = $1 and c.id = ${row}.reference_id and $2 in (c.caller_id, c.callee_id)) called on true`
export const callColumns = 'called.side, called.partner_id, called.partner_name, called.seconds, called.settled'

export const toCall = ({ side, partner_id, partner_name, seconds, settled }: CallRecord): AboutCall | undefined =>
  side === null || partner_id === null || partner_name === null
    ? undefined
    : { side, partnerId: partner_id, partnerName: partner_name, seconds: seconds ?? 0, settled: settled === true }

// The transactions of the user in the range, newest first: one range of the index over their entries, of which no more is opened than is read.
const idsSql = `select e.transaction_id as id from ledger_entries e
  where e.tenant_id = $1 and e.user_id = $2 and e.transaction_id < $3 and e.transaction_id >= $4
  group by e.transaction_id order by e.transaction_id desc limit $5`

// $4 and $5: the last and the first of the ids. They look needless, but let PostgreSQL leave out all other months before it begins; a list
// does not, nor does what it learns row by row.
const rowsSql = `select t.id, t.type, t.reference_type, t.reference_id, t.description, t.created_at, t.changes, t.owed::text, ${callColumns},
    case t.type when 'referral' then case t.metadata ->> 'refereeId' when $2 then 'referee' else 'referrer' end end as referral_side
  from (
    select t.*, did.changes, did.owed from ledger_transactions t
    cross join lateral (
      select jsonb_object_agg(a.name, e.coins::text) filter (where a.name <> 'owed') as changes,
        coalesce(-sum(e.coins) filter (where a.name = 'owed'), 0) as owed,
        coalesce(sum(e.coins) filter (where a.name in ('bonus', 'purchased', 'earned')), 0) as spendable,
        coalesce(sum(e.coins) filter (where a.name = $9), 0) as of_bucket
      from ledger_entries e join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
      where e.tenant_id = $1 and e.transaction_id = t.id and e.transaction_id between $4 and $5 and e.user_id = $2) did
    where t.tenant_id = $1 and t.id = any($3::text[]) and t.id between $4 and $5 and ($6::text[] is null or t.type = any($6))
      and ($7::timestamptz is null or t.created_at >= $7) and ($8::timestamptz is null or t.created_at < $8)
      and ($9::text is null or did.of_bucket <> 0)
      and ($10::integer is null or sign(case when $9 is null then did.spendable else did.of_bucket end) = $10)
    order by t.id desc limit $11) t
  ${callJoin('t')}
  order by t.id desc`

const signs = { in: 1, out: -1 }
const hourMs = 3_600_000

/** Where a page begins. */
export interface HistoryStart {
  readonly limit: number
  /** The transaction that the last page ended with; undefined: the newest comes first. */
  readonly before: string | undefined
  readonly now: Date
}

/**
 * A user's transactions, newest first. Without a filter it reads as many as it shows; with one, it looks through at most `historyWindow` of them and
 * says where to go on, so that no question about a long history is a long one. A transaction's id is never older than its time, and after
 * the clock has stepped back it may be newer: ids narrow the range, times decide.
 */
export async function readHistory(
  tx: Tx,
  tenantId: TenantId,
  userId: string,
  { limit, before, now }: HistoryStart,
  filter: HistoryFilter = {},
): Promise<HistoryPage> {
  const { types, bucket, direction, from, to } = filter
  const filtered = (types ?? bucket ?? direction ?? from ?? to) !== undefined
  // '~' sorts after every id.
  const newest = to === undefined ? '~' : firstIdAt('txn', within(to.getTime() + hourMs))
  const start = before === undefined || before > newest ? newest : before
  const oldest = from === undefined ? '' : firstIdAt('txn', within(from.getTime()))
  readByMonths(tx)
  const look = filtered ? historyWindow : limit + 1
  const ids = await newestIds({ start, oldest, look, now }, (before, after, count) =>
    tx.query<{ id: string }>(idsSql, [tenantId, userId, before, after, count]),
  )
  const rows = await readRows(tx, tenantId, userId, ids, limit + 1, filter)
  if (rows.length > limit) return { rows: rows.slice(0, limit), next: rows[limit - 1]?.id }
  return { rows, next: filtered && ids.length === look ? ids.at(-1) : undefined }
}

/** These transactions, newest first, as far as the filter lets them through. */
async function readRows(
  tx: Tx,
  tenantId: TenantId,
  userId: string,
  ids: readonly string[],
  limit: number,
  { types, bucket, direction, from, to }: HistoryFilter,
): Promise<HistoryRow[]> {
  if (ids.length === 0) return []
  const records = await tx.query<HistoryRecord>(rowsSql, [
    tenantId,
    userId,
    ids,
    ids.at(-1),
    ids[0],
    types ?? null,
    from ?? null,
    to ?? null,
    bucket ?? null,
    direction === undefined ? null : signs[direction],
    limit,
  ])
  return records.map(toRow)
}

/** One transaction as this user sees it; undefined when it did nothing to them. */
export async function readTransaction(tx: Tx, tenantId: TenantId, userId: string, id: string): Promise<HistoryRow | undefined> {
  readByMonths(tx)
  const found = await tx.query<{ id: string }>(idsSql, [tenantId, userId, `${id}~`, id, 1])
  const [row] = await readRows(
    tx,
    tenantId,
    userId,
    found.map((one) => one.id),
    1,
    {},
  )
  return row
}

const toRow = (row: HistoryRecord): HistoryRow => ({
  id: row.id,
  type: row.type,
  buckets: Object.fromEntries(Object.entries(row.changes ?? {}).map(([name, coins]) => [name, toCoins(coins)])),
  owedCoins: toCoins(row.owed),
  reference: row.reference_type === null || row.reference_id === null ? null : { type: row.reference_type, id: row.reference_id },
  description: row.description,
  call: toCall(row),
  referralSide: row.referral_side ?? undefined,
  createdAt: row.created_at,
})
