import { mostCoins } from '../../base/coins.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Db, Tx } from '../../db/connect.ts'
import { grantQuestions } from './grant-questions.ts'
import { moneyQuestions } from './money-questions.ts'
import { everyTenant } from '../../base/tenant.ts'

/** What the trial balance asks. The server adds up; what comes back is at most `shown` faults a question, however big the books are. */

export interface Finding {
  readonly subject: string
  readonly detail: string
}

export interface Question {
  readonly rule: string
  /** Answers with one row (subject, detail) for each fault; $1 is the tenant. */
  readonly sql: string
}

export const shown = 20

export const questions: readonly Question[] = [
  ...grantQuestions,
  ...moneyQuestions,
  {
    rule: 'all balances sum to zero',
    sql: `select 'ledger' as subject, sum(balance)::text as detail from ledger_accounts where tenant_id = $1 having sum(balance) <> 0`,
  },
  {
    rule: 'a balance equals the sum of its entries',
    sql: `select a.id::text as subject, a.name || ': balance ' || a.balance || ', entries ' || coalesce(s.total, 0) as detail
      from ledger_accounts a
      left join (select account_id, sum(coins) as total from ledger_entries where tenant_id = $1 group by account_id) s on s.account_id = a.id
      where a.tenant_id = $1 and a.balance <> coalesce(s.total, 0)`,
  },
  {
    rule: 'a transaction has entries, and they sum to zero',
    sql: `select t.id as subject, 'sum ' || coalesce(s.total::text, 'of nothing') as detail
      from ledger_transactions t
      left join (select transaction_id, sum(coins) as total from ledger_entries where tenant_id = $1 group by transaction_id) s
        on s.transaction_id = t.id
      where t.tenant_id = $1 and s.total is distinct from 0`,
  },
  {
    rule: 'an entry belongs to a transaction, and to its account’s owner',
    sql: `select e.transaction_id as subject, 'account ' || e.account_id as detail
      from ledger_entries e
      left join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
      left join ledger_transactions t on t.tenant_id = e.tenant_id and t.id = e.transaction_id
      where e.tenant_id = $1 and (a.id is null or t.id is null or a.user_id is distinct from e.user_id)`,
  },
  {
    rule: 'no user owns less than nothing',
    sql: `select id::text as subject, name || ': ' || balance as detail from ledger_accounts
      where tenant_id = $1 and user_id is not null and case name when 'owed' then balance > 0 else balance < 0 end`,
  },
  {
    rule: 'an account falls as low as its name says, and is spent from as its name says',
    // `sign` is what PostgreSQL checks each balance by, `plain` what the door goes by: neither is sealed, since both follow from the rest.
    sql: `select a.id::text as subject, a.name || ': sign ' || a.sign || case when a.plain then ', plain' else '' end as detail
      from ledger_accounts a
      left join (select distinct user_id from ledger_accounts
        where tenant_id = $1 and user_id is not null and balance > ${mostCoins} / 4) rich on rich.user_id = a.user_id
      where a.tenant_id = $1 and (a.sign <> case when a.user_id is null then 0 when a.name = 'owed' then -1 else 1 end
        or a.plain and (a.user_id is null or a.name not in ('bonus', 'purchased', 'earned') or rich.user_id is not null))`,
  },
  {
    rule: 'what a user has on hold is what their open calls and withdrawals hold',
    // Each settlement gives back or spends the whole hold of its call, so what stands on `held` belongs to calls that are not settled, and to
    // withdrawals that are not sent.
    sql: `select a.user_id as subject, 'held ' || a.balance || ', open holds ' || coalesce(o.total, 0) as detail
      from ledger_accounts a
      left join (
        select account_id, sum(coins) as total from (
          select e.account_id, e.coins from ledger_transactions t
          join ledger_entries e on e.tenant_id = t.tenant_id and e.transaction_id = t.id
          where t.tenant_id = $1 and t.type = 'call_hold'
            and not exists (select from ledger_transactions s where s.tenant_id = $1 and s.key in ('call-settled:' || t.reference_id, 'hold-released:' || t.id))
            and e.coins > 0
          union all
          select h.id, w.coins from withdrawals w
          join ledger_accounts h on h.tenant_id = w.tenant_id and h.user_id = w.user_id and h.name = 'held'
          where w.tenant_id = $1 and w.status in ('requested', 'approved')) open
        group by account_id) o on o.account_id = a.id
      where a.tenant_id = $1 and a.name = 'held' and a.user_id is not null and a.balance <> coalesce(o.total, 0)`,
  },
  {
    rule: 'a call is settled once',
    sql: `select reference_id as subject, count(*) || ' settlements' as detail from ledger_transactions
      where tenant_id = $1 and type = 'call_settlement' group by reference_id having count(*) > 1`,
  },
  {
    rule: 'a call’s record says what the ledger says',
    // Hold and record, settlement and record are written together: at no moment is there one without the other.
    sql: `select c.id as subject, case when h.id is null then 'no hold' when s.id is null then 'no settlement' else 'other coins' end as detail
      from calls c
      left join ledger_transactions h on h.tenant_id = c.tenant_id and h.key = 'call-held:' || c.id
      left join ledger_transactions s on s.tenant_id = c.tenant_id and s.key = 'call-settled:' || c.id
      where c.tenant_id = $1 and (h.id is null or c.settled <> (s.id is not null) or c.settled and (
        (s.metadata ->> 'chargedCoins')::bigint <> c.charged_coins or (s.metadata ->> 'earnedCoins')::bigint <> c.earned_coins
        or (s.metadata ->> 'overrunCoins')::bigint <> c.overrun_coins))`,
  },
  {
    rule: 'what was refunded of a call is what its record says',
    sql: `select c.id as subject, 'record ' || c.refunded_coins || ', ledger ' || coalesce(r.total, 0) || ', refunds ' || coalesce(f.total, 0) as detail
      from calls c
      left join (
        select t.reference_id, sum(e.coins) as total from ledger_transactions t
        join ledger_entries e on e.tenant_id = t.tenant_id and e.transaction_id = t.id and e.user_id = t.metadata ->> 'callerId'
        where t.tenant_id = $1 and t.type = 'call_refund' group by t.reference_id) r on r.reference_id = c.id
      left join (
        select f.call_id, sum(f.coins) as total from call_refunds f
        join ledger_transactions t on t.tenant_id = f.tenant_id and t.id = f.transaction_id and t.reference_id = f.call_id
        where f.tenant_id = $1 group by f.call_id) f on f.call_id = c.id
      where c.tenant_id = $1 and (c.refunded_coins <> coalesce(r.total, 0) or c.refunded_coins <> coalesce(f.total, 0))`,
  },
]

export const ask = (tx: Tx, tenantId: TenantId, { sql }: Question): Promise<Finding[]> =>
  tx.query<Finding>(`select subject, detail from (${sql}) faults limit ${shown}`, [tenantId])

export async function countTransactions(tx: Tx, tenantId: TenantId): Promise<number> {
  const [row] = await tx.query<{ count: string }>('select count(*) from ledger_transactions where tenant_id = $1', [tenantId])
  return Number(row?.count ?? 0)
}

/** Every question of this transaction sees the same moment; nothing is locked and nothing can be written. */
export async function takeSnapshot(tx: Tx): Promise<void> {
  await tx.query('set transaction isolation level repeatable read, read only')
  // Each question reads all: where a young ledger has no statistics yet, the planner would compare every row with every other.
  await tx.query('set local enable_nestloop = off')
  // Adding up a large ledger may take longer than a request may.
  await tx.patiently()
}

export interface TenantBooks {
  readonly id: TenantId
  readonly appId: string
  readonly mode: string
  readonly frozen: boolean
}

export const listTenants = (db: Db): Promise<TenantBooks[]> =>
  db.transact(everyTenant, (tx) =>
    tx.query<TenantBooks>('select id, app_id as "appId", mode, ledger_frozen as frozen from tenants order by id'),
  )

/** Stops (or releases) all movements of a tenant's coins: the door reads it in every posting. */
export async function setFrozen(tx: Tx, tenantId: TenantId, frozen: boolean): Promise<boolean> {
  const rows = await tx.query('update tenants set ledger_frozen = $2 where id = $1 and ledger_frozen <> $2 returning id', [
    tenantId,
    frozen,
  ])
  return rows.length > 0
}
