import type { TopupNews } from '@impacthub/sdk/contract'
import type { Mode } from '../../base/tenant.ts'
import type { PaymentFailure, PaymentProviderName, PaymentStatus, RefundStatus } from '../../providers/payments/port.ts'

export type TopupStatus = TopupNews['status']

export interface Topup {
  readonly id: string
  /** `usr_…` */
  readonly userId: string
  /** The host's id of the user, and their name. */
  readonly hostUserId: string
  readonly userName: string
  /** The user has been deleted. */
  readonly userIsGone: boolean
  readonly provider: PaymentProviderName
  readonly mode: Mode
  readonly packId: string
  readonly coins: number
  readonly bonusCoins: number
  readonly amount: number
  readonly currency: string
  readonly status: TopupStatus
  readonly failure: PaymentFailure | null
  readonly orderId: string | null
  readonly orderTries: number
  /** The payment whose coins were credited. */
  readonly paymentId: string | null
  /** Of its money, what has gone back or is on its way. */
  readonly returnedAmount: number
  /** Nobody asks the provider any more. */
  readonly givenUpAt: Date | null
  readonly createdAt: Date
  readonly paidAt: Date | null
}

/** claimed: a page handed in a proof of it, and the provider has not told of it yet. */
export type KnownStatus = 'claimed' | PaymentStatus

export type PaymentOutcome = 'credited' | 'duplicate' | 'parked'

export interface TopupPayment {
  readonly id: string
  readonly status: KnownStatus
  readonly amount: number | null
  readonly currency: string | null
  readonly failure: PaymentFailure | null
  readonly outcome: PaymentOutcome | null
}

/** A transaction of the ledger that took coins back; of them, `owed` were not there any more. */
export interface CoinReversal {
  readonly id: string
  readonly bucket: 'purchased' | 'bonus'
  readonly coins: number
  readonly owed: number
}

/** What taking coins back came to. */
export interface Taking {
  readonly reversals: readonly CoinReversal[]
  /** What the user still had, and what they owe instead. */
  readonly takenCoins: number
  readonly owedCoins: number
}

export const nothingTaken: Taking = { reversals: [], takenCoins: 0, owedCoins: 0 }

export type RefundCause = 'operator' | 'duplicate' | 'provider'

export interface TopupRefund {
  readonly id: string
  readonly topupId: string
  readonly paymentId: string
  readonly amount: number
  readonly cause: RefundCause
  /** requested: the provider has not taken it yet. */
  readonly status: 'requested' | RefundStatus
  /** The provider's own id. */
  readonly refundId: string | null
  readonly reason: string
  readonly askedBy: string
  /** Whether the coins have followed the money. */
  readonly followed: 'no' | 'taken' | 'given_back'
  readonly taking: Taking
  readonly createdAt: Date
}

export interface TopupDispute {
  readonly id: string
  readonly paymentId: string
  readonly amount: number
  readonly status: 'open' | 'won' | 'lost'
  readonly followed: 'no' | 'taken'
  readonly taking: Taking
}

/** All that is known of a top-up. */
export interface TopupFacts {
  readonly topup: Topup
  readonly payments: readonly TopupPayment[]
  readonly refunds: readonly TopupRefund[]
  readonly disputes: readonly TopupDispute[]
}
