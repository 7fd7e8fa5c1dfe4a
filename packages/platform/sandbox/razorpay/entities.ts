import type { Outcome } from './outcomes.ts'

/** What a merchant notes down with an entity. */
export type Notes = Readonly<Record<string, string | number>>

/** Something to be paid; several payments may be tried for it. */
export interface Order {
  readonly id: string
  readonly amount: number
  readonly currency: string
  readonly receipt: string | null
  readonly createdAtMs: number
  /** Said with the order itself; otherwise the account's setting holds. */
  readonly capture: 'automatic' | 'manual' | undefined
  notes: Notes
  status: 'created' | 'attempted' | 'paid'
  amountPaid: number
  attempts: number
}

/** Why a payment did not go through, in Razorpay's words. */
export interface PaymentError {
  readonly code: 'BAD_REQUEST_ERROR' | 'GATEWAY_ERROR'
  readonly description: string
  readonly source: string
  readonly step: string
  readonly reason: string
}

/** What happens to a payment by itself: the bank stays silent too long, answers late, or nobody has captured it in three days. */
export type PaymentDue = 'timeout' | 'late' | 'refund'
export const paymentDues: readonly PaymentDue[] = ['timeout', 'late', 'refund']

/** How somebody paid. */
export type Means =
  | { readonly method: 'upi'; readonly vpa: string }
  | { readonly method: 'card'; readonly cardId: string; readonly network: string; readonly last4: string }
  | { readonly method: 'netbanking'; readonly bank: string }

/** One attempt to pay. */
export interface Payment {
  readonly id: string
  readonly orderId: string | null
  readonly amount: number
  readonly currency: string
  readonly createdAtMs: number
  readonly means: Means
  readonly email: string
  readonly contact: string
  readonly description: string | null
  readonly outcome: Outcome
  readonly capture: 'automatic' | 'manual'
  /** Its events are told to nobody. */
  readonly isMuted: boolean
  notes: Notes
  status: 'created' | 'authorized' | 'captured' | 'refunded' | 'failed'
  isCaptured: boolean
  isLate: boolean
  amountRefunded: number
  fee: number | null
  tax: number | null
  error: PaymentError | null
  due: Partial<Record<PaymentDue, number>>
}

/** Money on its way back. */
export interface Refund {
  readonly id: string
  readonly paymentId: string
  readonly amount: number
  readonly currency: string
  readonly receipt: string | null
  readonly speed: 'normal' | 'optimum'
  readonly createdAtMs: number
  notes: Notes
  status: 'pending' | 'processed' | 'failed'
  due: { processed?: number }
}

/** Where a dispute stands. */
export type DisputeStatus = 'open' | 'under_review' | 'action_required' | 'won' | 'lost' | 'closed'
/** How far it has gone. */
export type DisputePhase = 'fraud' | 'retrieval' | 'chargeback' | 'pre_arbitration' | 'arbitration'

/** A customer or their bank wants money back. */
export interface Dispute {
  readonly id: string
  readonly paymentId: string
  readonly amount: number
  readonly currency: string
  readonly reasonCode: string
  readonly phase: DisputePhase
  readonly respondByMs: number
  readonly createdAtMs: number
  status: DisputeStatus
  amountDeducted: number
  summary: string | null
}

/** Where events are sent. */
export interface Webhook {
  readonly url: string
  /** The last one signs what happens now; what is retried keeps the one it was first signed with. */
  readonly secrets: readonly string[]
  /** All events unless some are named. */
  readonly events: readonly string[] | null
  isActive: boolean
}

/** A refund asked for with an idempotency key. */
export interface RefundKey {
  readonly content: string
  readonly refundId: string
}
