import { toCoins } from '../../../base/coins.ts'
import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'

/** A refund of a call, as it was made. */
export interface Refund {
  readonly id: string
  readonly callId: string
  readonly disputeId: string | null
  readonly coins: number
  readonly takenBackCoins: number
  readonly uncollectedCoins: number
  readonly reason: string
  readonly transactionId: string
  readonly createdAt: Date
}

/** Writes the refund and counts it on its call. */
export async function insertRefund(tx: Tx, tenantId: TenantId, refund: Refund): Promise<void> {
  await tx.query(
    `insert into call_refunds (tenant_id, id, call_id, dispute_id, coins, taken_back_coins, uncollected_coins, reason, transaction_id, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      tenantId,
      refund.id,
      refund.callId,
      refund.disputeId,
      refund.coins,
      refund.takenBackCoins,
      refund.uncollectedCoins,
      refund.reason,
      refund.transactionId,
      refund.createdAt,
    ],
  )
  await tx.query('update calls set refunded_coins = refunded_coins + $3 where tenant_id = $1 and id = $2', [
    tenantId,
    refund.callId,
    refund.coins,
  ])
}

interface StoredRefund {
  readonly id: string
  readonly call_id: string
  readonly dispute_id: string | null
  readonly coins: string
  readonly taken_back_coins: string
  readonly uncollected_coins: string
  readonly reason: string
  readonly transaction_id: string
  readonly created_at: Date
}

/** The latest first. */
export async function refundsOf(tx: Tx, tenantId: TenantId, callId: string): Promise<Refund[]> {
  const rows = await tx.query<StoredRefund>('select * from call_refunds where tenant_id = $1 and call_id = $2 order by id desc', [
    tenantId,
    callId,
  ])
  return rows.map((row) => ({
    id: row.id,
    callId: row.call_id,
    disputeId: row.dispute_id,
    coins: toCoins(row.coins),
    takenBackCoins: toCoins(row.taken_back_coins),
    uncollectedCoins: toCoins(row.uncollected_coins),
    reason: row.reason,
    transactionId: row.transaction_id,
    createdAt: row.created_at,
  }))
}
