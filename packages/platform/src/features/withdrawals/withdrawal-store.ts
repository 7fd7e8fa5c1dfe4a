import { toCoins } from '../../base/coins.ts'
import { tenantId as toTenantId, type Mode, type TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { PayoutState } from '../../providers/payouts/port.ts'
import { payeeColumns, readPayee, type PayeeRecord } from './payee-store.ts'
import type { PayoutMethod, Withdrawal, WithdrawalReason, WithdrawalStatus } from './withdrawal-row.ts'

interface Stored extends PayeeRecord {
  readonly id: string
  readonly user_id: string
  readonly host_id: string
  readonly mode: Mode
  readonly method: PayoutMethod
  readonly status: WithdrawalStatus
  readonly in_review: boolean
  readonly reason: WithdrawalReason | null
  readonly coins: string
  readonly amount: string
  readonly fee: string
  readonly tax: string
  readonly net_amount: string
  readonly currency: string
  readonly tax_rule: string | null
  readonly narration: string | null
  readonly send_after: Date
  readonly sending_until: Date | null
  readonly send_tries: number
  readonly payout_id: string | null
  readonly payout_state: PayoutState | null
  readonly bank_reference: string | null
  readonly recalled_at: Date | null
  readonly created_at: Date
  readonly approved_at: Date | null
  readonly sent_at: Date | null
  readonly paid_at: Date | null
  readonly ended_at: Date | null
}

const columns = `w.id, w.user_id, u.host_id, w.mode, w.method, w.status, w.in_review, w.reason, w.coins, w.amount, w.fee, w.tax, w.net_amount,
  w.currency, w.tax_rule, w.narration, w.send_after, w.sending_until, w.send_tries, w.payout_id, w.payout_state, w.bank_reference,
  w.recalled_at, w.created_at, w.approved_at, w.sent_at, w.paid_at, w.ended_at, ${payeeColumns}`
const source = `withdrawals w join users u on u.tenant_id = w.tenant_id and u.id = w.user_id
  join payees p on p.tenant_id = w.tenant_id and p.id = w.payee_id`

const read = (row: Stored): Withdrawal => ({
  id: row.id,
  userId: row.user_id,
  hostUserId: row.host_id,
  payee: readPayee(row),
  mode: row.mode,
  method: row.method,
  status: row.status,
  inReview: row.in_review,
  reason: row.reason,
  coins: toCoins(row.coins),
  amount: toCoins(row.amount),
  fee: toCoins(row.fee),
  tax: toCoins(row.tax),
  netAmount: toCoins(row.net_amount),
  currency: row.currency,
  taxRule: row.tax_rule,
  narration: row.narration,
  sendAfter: row.send_after,
  sendingUntil: row.sending_until,
  sendTries: row.send_tries,
  payoutId: row.payout_id,
  payoutState: row.payout_state,
  bankReference: row.bank_reference,
  recalledAt: row.recalled_at,
  createdAt: row.created_at,
  approvedAt: row.approved_at,
  sentAt: row.sent_at,
  paidAt: row.paid_at,
  endedAt: row.ended_at,
})

export type NewWithdrawal = Pick<
  Withdrawal,
  'id' | 'userId' | 'mode' | 'method' | 'coins' | 'amount' | 'fee' | 'tax' | 'taxRule' | 'currency' | 'sendAfter' | 'createdAt'
> & { readonly payeeId: string }

/** As `requested`; its first step holds the coins. */
export async function insertWithdrawal(tx: Tx, tenantId: TenantId, one: NewWithdrawal): Promise<void> {
  await tx.query(
    `insert into withdrawals (id, tenant_id, user_id, payee_id, mode, method, status, coins, amount, fee, tax, tax_rule, currency, send_after, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, 'requested', $7, $8, $9, $10, $11, $12, $13, $14, $14)`,
    [
      one.id,
      tenantId,
      one.userId,
      one.payeeId,
      one.mode,
      one.method,
      one.coins,
      one.amount,
      one.fee,
      one.tax,
      one.taxRule,
      one.currency,
      one.sendAfter,
      one.createdAt,
    ],
  )
}

export async function findWithdrawal(tx: Tx, tenantId: TenantId, id: string): Promise<Withdrawal | undefined> {
  const [row] = await tx.query<Stored>(`select ${columns} from ${source} where w.tenant_id = $1 and w.id = $2`, [tenantId, id])
  return row && read(row)
}

/** Held until the transaction is over: whatever changes a withdrawal holds it first. */
export async function lockWithdrawal(tx: Tx, tenantId: TenantId, id: string): Promise<Withdrawal | undefined> {
  const [row] = await tx.query<Stored>(`select ${columns} from ${source} where w.tenant_id = $1 and w.id = $2 for no key update of w`, [
    tenantId,
    id,
  ])
  return row && read(row)
}

/** Those of a user that are not over, each held. */
export async function lockOpen(tx: Tx, tenantId: TenantId, userId: string): Promise<Withdrawal[]> {
  const rows = await tx.query<Stored>(
    `select ${columns} from ${source} where w.tenant_id = $1 and w.user_id = $2 and w.status in ('requested', 'approved', 'processing')
     order by w.id for no key update of w`,
    [tenantId, userId],
  )
  return rows.map(read)
}

export interface WithdrawalFilter {
  readonly userId: string | undefined
  readonly status: WithdrawalStatus | undefined
  readonly inReview: boolean | undefined
}

/** Newest first. */
export async function listWithdrawals(
  tx: Tx,
  tenantId: TenantId,
  { userId, status, inReview }: WithdrawalFilter,
  { limit, before }: { readonly limit: number; readonly before: string | undefined },
): Promise<Withdrawal[]> {
  const rows = await tx.query<Stored>(
    // '~' sorts after every id.
    `select ${columns} from ${source} where w.tenant_id = $1 and w.id < coalesce($2::text, '~') and ($4::text is null or w.user_id = $4)
       and ($5::text is null or w.status = $5) and ($6::boolean is null or (w.in_review and w.status = 'requested') = $6)
     order by w.id desc limit $3`,
    [tenantId, before ?? null, limit, userId ?? null, status ?? null, inReview ?? null],
  )
  return rows.map(read)
}

/** Where a provider's payout belongs. Above all tenants: one account of the provider serves them all. */
export async function ownerOf(
  tx: Tx,
  about: { readonly method: PayoutMethod; readonly mode: Mode; readonly payoutId: string | null; readonly reference: string | null },
): Promise<{ readonly tenantId: TenantId; readonly withdrawalId: string } | undefined> {
  const [row] = await tx.query<{ tenant_id: number; id: string }>(
    `select tenant_id, id from withdrawals where method = $1 and mode = $2 and payout_id = $3
     union all select tenant_id, id from withdrawals where method = $1 and mode = $2 and id = $4 limit 1`,
    [about.method, about.mode, about.payoutId, about.reference],
  )
  return row && { tenantId: toTenantId(row.tenant_id), withdrawalId: row.id }
}

/** Those that wait for the bank to say whose account it is. Above all tenants. */
export async function waitingForCheck(
  tx: Tx,
  mode: Mode,
  checkId: string,
): Promise<{ readonly tenantId: TenantId; readonly withdrawalId: string }[]> {
  const rows = await tx.query<{ tenant_id: number; id: string }>(
    `select w.tenant_id, w.id from payees p join withdrawals w on w.tenant_id = p.tenant_id and w.payee_id = p.id
     where p.check_id = $2 and w.mode = $1 and w.status = 'requested' limit 100`,
    [mode, checkId],
  )
  return rows.map((row) => ({ tenantId: toTenantId(row.tenant_id), withdrawalId: row.id }))
}

/** Whether an earlier withdrawal to the same payee has its check still before it. */
export async function isCheckedByEarlier(tx: Tx, tenantId: TenantId, { id, payeeId }: { id: string; payeeId: string }): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from withdrawals where tenant_id = $1 and payee_id = $2 and id < $3 and status = 'requested' and not in_review and method <> 'hand' limit 1`,
    [tenantId, payeeId, id],
  )
  return rows.length > 0
}

export type WithdrawalChange = Pick<
  Withdrawal,
  | 'status'
  | 'inReview'
  | 'reason'
  | 'narration'
  | 'sendingUntil'
  | 'sendTries'
  | 'payoutId'
  | 'payoutState'
  | 'bankReference'
  | 'recalledAt'
  | 'approvedAt'
  | 'sentAt'
  | 'paidAt'
  | 'endedAt'
>

export async function updateWithdrawal(tx: Tx, tenantId: TenantId, id: string, change: WithdrawalChange, now: Date): Promise<void> {
  await tx.query(
    `update withdrawals set status = $3, in_review = $4, reason = $5, narration = $6, sending_until = $7, send_tries = $8, payout_id = $9,
       payout_state = $10, bank_reference = $11, recalled_at = $12, approved_at = $13, sent_at = $14, paid_at = $15, ended_at = $16, updated_at = $17
     where tenant_id = $1 and id = $2`,
    [
      tenantId,
      id,
      change.status,
      change.inReview,
      change.reason,
      change.narration,
      change.sendingUntil,
      change.sendTries,
      change.payoutId,
      change.payoutState,
      change.bankReference,
      change.recalledAt,
      change.approvedAt,
      change.sentAt,
      change.paidAt,
      change.endedAt,
      now,
    ],
  )
}

export interface NewStep {
  readonly withdrawalId: string
  readonly event: string
  readonly from: WithdrawalStatus | null
  readonly to: WithdrawalStatus
  readonly actor: string
  readonly note: string | null
  readonly transactionId: string | null
}

/** The withdrawal's row is held: its steps are counted without gaps. */
export function insertStep(tx: Tx, tenantId: TenantId, step: NewStep, now: Date): void {
  tx.write(
    `insert into withdrawal_steps (tenant_id, withdrawal_id, step, event, from_status, to_status, actor, note, transaction_id, at)
     select $1::integer, $2::text, coalesce(max(step), 0) + 1, $3, $4, $5, $6, $7, $8, $9 from withdrawal_steps where tenant_id = $1 and withdrawal_id = $2`,
    [tenantId, step.withdrawalId, step.event, step.from, step.to, step.actor, step.note, step.transactionId, now],
  )
}

/** Whoever begins a withdrawal of this user, or counts what they have withdrawn, waits here for their turn until the transaction is over. */
export async function takeTurn(tx: Tx, tenantId: TenantId, userId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('withdrawals:' || $2::text, $1::integer))`, [tenantId, userId])
}

export interface Withdrawn {
  readonly dayCoins: number
  readonly monthCoins: number
  readonly year: { readonly amount: number; readonly tax: number }
}

/** What a user has withdrawn, or is about to, since each of these moments. */
export async function withdrawnSince(
  tx: Tx,
  tenantId: TenantId,
  userId: string,
  { day, month, year }: { readonly day: Date; readonly month: Date; readonly year: Date },
): Promise<Withdrawn> {
  const [row] = await tx.query<{ day: string; month: string; amount: string; tax: string }>(
    `select coalesce(sum(coins) filter (where created_at >= $3), 0)::text as day, coalesce(sum(coins) filter (where created_at >= $4), 0)::text as month,
       coalesce(sum(amount) filter (where created_at >= $5), 0)::text as amount, coalesce(sum(tax) filter (where created_at >= $5), 0)::text as tax
     from withdrawals where tenant_id = $1 and user_id = $2 and created_at >= least($4::timestamptz, $5::timestamptz)
       and status not in ('rejected', 'failed', 'canceled')`,
    [tenantId, userId, day, month, year],
  )
  return {
    dayCoins: toCoins(row?.day ?? '0'),
    monthCoins: toCoins(row?.month ?? '0'),
    year: { amount: toCoins(row?.amount ?? '0'), tax: toCoins(row?.tax ?? '0') },
  }
}

/** Of a user between two moments, oldest first: paid and open ones. */
export async function withdrawalsBetween(
  tx: Tx,
  tenantId: TenantId,
  userId: string,
  { from, to, limit }: { readonly from: Date; readonly to: Date; readonly limit: number },
): Promise<Withdrawal[]> {
  const rows = await tx.query<Stored>(
    `select ${columns} from ${source} where w.tenant_id = $1 and w.user_id = $2 and w.created_at >= $3 and w.created_at < $4
       and w.status not in ('rejected', 'failed', 'canceled') order by w.id limit $5`,
    [tenantId, userId, from, to, limit],
  )
  return rows.map(read)
}

export interface PaidTotals {
  readonly count: number
  readonly coins: number
  readonly amount: number
  readonly fee: number
  readonly tax: number
  readonly netAmount: number
  readonly currency: string
}

/** All that was paid of what a user asked for between two moments, for each currency. */
export async function paidBetween(
  tx: Tx,
  tenantId: TenantId,
  userId: string,
  { from, to }: { from: Date; to: Date },
): Promise<PaidTotals[]> {
  const rows = await tx.query<Record<'currency' | 'count' | 'coins' | 'amount' | 'fee' | 'tax' | 'net', string>>(
    `select currency, count(*)::text as count, sum(coins)::text as coins, sum(amount)::text as amount, sum(fee)::text as fee,
       sum(tax)::text as tax, sum(net_amount)::text as net
     from withdrawals where tenant_id = $1 and user_id = $2 and created_at >= $3 and created_at < $4 and status = 'paid'
     group by currency order by currency`,
    [tenantId, userId, from, to],
  )
  return rows.map((row) => ({
    count: toCoins(row.count),
    coins: toCoins(row.coins),
    amount: toCoins(row.amount),
    fee: toCoins(row.fee),
    tax: toCoins(row.tax),
    netAmount: toCoins(row.net),
    currency: row.currency,
  }))
}
