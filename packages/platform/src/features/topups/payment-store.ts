import * as z from 'zod'
import { toCoins } from '../../base/coins.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { PaymentFailure } from '../../providers/payments/port.ts'
import type { KnownStatus, PaymentOutcome, Taking, Topup, TopupDispute, TopupPayment, TopupRefund } from './topup-row.ts'

/** What is known of a top-up's payments, of what went back, and of who asks for it. The top-up's own row is held by whoever writes here. */

interface StoredPayment {
  readonly payment_id: string
  readonly status: KnownStatus
  readonly amount: string | null
  readonly currency: string | null
  readonly failure: PaymentFailure | null
  readonly outcome: PaymentOutcome | null
}

const readPayment = (row: StoredPayment): TopupPayment => ({
  id: row.payment_id,
  status: row.status,
  amount: row.amount === null ? null : toCoins(row.amount),
  currency: row.currency,
  failure: row.failure,
  outcome: row.outcome,
})

/** In the order in which they came to be known. */
export async function paymentsOf(tx: Tx, tenantId: TenantId, topupId: string): Promise<TopupPayment[]> {
  const rows = await tx.query<StoredPayment>(
    `select payment_id, status, amount, currency, failure, outcome from topup_payments
     where tenant_id = $1 and topup_id = $2 order by created_at, payment_id`,
    [tenantId, topupId],
  )
  return rows.map(readPayment)
}

/** Writes a payment as it is known now. False when it is known as another top-up's: it is not this one's then. */
export async function savePayment(tx: Tx, tenantId: TenantId, topup: Topup, payment: TopupPayment, now: Date): Promise<boolean> {
  const key = [topup.provider, topup.mode, payment.id, tenantId, topup.id]
  // Two statements: one that updates on conflict would fail on a row that this tenant may not see.
  tx.write(
    `insert into topup_payments (provider, mode, payment_id, tenant_id, topup_id, status, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $7) on conflict (provider, mode, payment_id) do nothing`,
    [...key, payment.status, now],
  )
  const rows = await tx.query(
    `update topup_payments set status = $6, amount = $7, currency = $8, failure = $9, outcome = coalesce(outcome, $10), updated_at = $11
     where provider = $1 and mode = $2 and payment_id = $3 and tenant_id = $4 and topup_id = $5 returning 1`,
    [...key, payment.status, payment.amount, payment.currency, payment.failure, payment.outcome, now],
  )
  return rows.length === 1
}

interface StoredRefund {
  readonly id: string
  readonly topup_id: string
  readonly payment_id: string
  readonly amount: string
  readonly cause: TopupRefund['cause']
  readonly status: TopupRefund['status']
  readonly refund_id: string | null
  readonly reason: string
  readonly asked_by: string
  readonly followed: TopupRefund['followed']
  readonly reversals: unknown
  readonly taken_coins: string
  readonly owed_coins: string
  readonly created_at: Date
}

const reversals = z.array(z.object({ id: z.string(), bucket: z.enum(['purchased', 'bonus']), coins: z.int(), owed: z.int() }))

const readTaking = (row: { readonly reversals: unknown; readonly taken_coins: string; readonly owed_coins: string }): Taking => ({
  reversals: reversals.parse(row.reversals),
  takenCoins: toCoins(row.taken_coins),
  owedCoins: toCoins(row.owed_coins),
})

const readRefund = (row: StoredRefund): TopupRefund => ({
  id: row.id,
  topupId: row.topup_id,
  paymentId: row.payment_id,
  amount: toCoins(row.amount),
  cause: row.cause,
  status: row.status,
  refundId: row.refund_id,
  reason: row.reason,
  askedBy: row.asked_by,
  followed: row.followed,
  taking: readTaking(row),
  createdAt: row.created_at,
})

export async function refundsOf(tx: Tx, tenantId: TenantId, topupId: string): Promise<TopupRefund[]> {
  const rows = await tx.query<StoredRefund>('select * from topup_refunds where tenant_id = $1 and topup_id = $2 order by id', [
    tenantId,
    topupId,
  ])
  return rows.map(readRefund)
}

export async function findRefund(tx: Tx, tenantId: TenantId, id: string): Promise<TopupRefund | undefined> {
  const [row] = await tx.query<StoredRefund>('select * from topup_refunds where tenant_id = $1 and id = $2', [tenantId, id])
  return row && readRefund(row)
}

export async function saveRefund(tx: Tx, tenantId: TenantId, { provider, mode }: Topup, refund: TopupRefund, now: Date): Promise<void> {
  await tx.query(
    `insert into topup_refunds (id, tenant_id, topup_id, provider, mode, payment_id, amount, cause, status, refund_id, reason, asked_by,
       followed, reversals, taken_coins, owed_coins, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
     on conflict (id) do update set status = excluded.status, refund_id = excluded.refund_id, followed = excluded.followed,
       reversals = excluded.reversals, taken_coins = excluded.taken_coins, owed_coins = excluded.owed_coins, updated_at = excluded.updated_at`,
    [
      refund.id,
      tenantId,
      refund.topupId,
      provider,
      mode,
      refund.paymentId,
      refund.amount,
      refund.cause,
      refund.status,
      refund.refundId,
      refund.reason,
      refund.askedBy,
      refund.followed,
      JSON.stringify(refund.taking.reversals),
      refund.taking.takenCoins,
      refund.taking.owedCoins,
      refund.createdAt,
      now,
    ],
  )
}

interface StoredDispute {
  readonly dispute_id: string
  readonly payment_id: string
  readonly amount: string
  readonly status: TopupDispute['status']
  readonly followed: TopupDispute['followed']
  readonly reversals: unknown
  readonly taken_coins: string
  readonly owed_coins: string
}

export async function disputesOf(tx: Tx, tenantId: TenantId, topupId: string): Promise<TopupDispute[]> {
  const rows = await tx.query<StoredDispute>(
    `select dispute_id, payment_id, amount, status, followed, reversals, taken_coins, owed_coins from topup_disputes
     where tenant_id = $1 and topup_id = $2 order by created_at, dispute_id`,
    [tenantId, topupId],
  )
  return rows.map((row) => ({
    id: row.dispute_id,
    paymentId: row.payment_id,
    amount: toCoins(row.amount),
    status: row.status,
    followed: row.followed,
    taking: readTaking(row),
  }))
}

export async function saveDispute(
  tx: Tx,
  tenantId: TenantId,
  { id: topupId, provider, mode }: Topup,
  dispute: TopupDispute,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into topup_disputes as d (provider, mode, dispute_id, tenant_id, topup_id, payment_id, amount, status, followed, reversals,
       taken_coins, owed_coins, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
     on conflict (provider, mode, dispute_id) do update set amount = excluded.amount, status = excluded.status, followed = excluded.followed,
       reversals = excluded.reversals, taken_coins = excluded.taken_coins, owed_coins = excluded.owed_coins, updated_at = excluded.updated_at
     where d.tenant_id = $4 and d.topup_id = $5`,
    [
      provider,
      mode,
      dispute.id,
      tenantId,
      topupId,
      dispute.paymentId,
      dispute.amount,
      dispute.status,
      dispute.followed,
      JSON.stringify(dispute.taking.reversals),
      dispute.taking.takenCoins,
      dispute.taking.owedCoins,
      now,
    ],
  )
}

/** What of the ledger gave coins for a top-up. */
export interface TopupCredit {
  readonly transactionId: string
  readonly bucket: 'purchased' | 'bonus'
  readonly coins: number
  readonly takenBack: number
}

/** The newest first. */
export async function creditsOf(tx: Tx, tenantId: TenantId, topupId: string): Promise<TopupCredit[]> {
  const rows = await tx.query<{ transaction_id: string; bucket: TopupCredit['bucket']; coins: string; taken_back: string }>(
    `select transaction_id, bucket, coins, taken_back from topup_credits
     where tenant_id = $1 and topup_id = $2 order by transaction_id desc`,
    [tenantId, topupId],
  )
  return rows.map((row) => ({
    transactionId: row.transaction_id,
    bucket: row.bucket,
    coins: toCoins(row.coins),
    takenBack: toCoins(row.taken_back),
  }))
}

export async function insertCredit(
  tx: Tx,
  tenantId: TenantId,
  topupId: string,
  { transactionId, bucket, coins }: Omit<TopupCredit, 'takenBack'>,
): Promise<void> {
  await tx.query('insert into topup_credits (tenant_id, transaction_id, topup_id, bucket, coins) values ($1, $2, $3, $4, $5)', [
    tenantId,
    transactionId,
    topupId,
    bucket,
    coins,
  ])
}

export async function takeFromCredit(tx: Tx, tenantId: TenantId, transactionId: string, coins: number): Promise<void> {
  await tx.query('update topup_credits set taken_back = taken_back + $3 where tenant_id = $1 and transaction_id = $2', [
    tenantId,
    transactionId,
    coins,
  ])
}
