import type { WithdrawalNews } from '@impacthub/sdk/contract'
import type { Mode } from '../../base/tenant.ts'
import type { PayoutState } from '../../providers/payouts/port.ts'

export type WithdrawalStatus = WithdrawalNews['status']
export type WithdrawalReason = NonNullable<WithdrawalNews['reason']>
export type PayoutMethod = WithdrawalNews['method']
export type NameCheck = WithdrawalNews['payee']['nameCheck']

/** To whom money goes, in full: opened only to be given to the provider. */
export type PayeeAccount =
  | { readonly type: 'upi'; readonly vpa: string }
  | { readonly type: 'bank'; readonly ifsc: string; readonly accountNumber: string; readonly name: string }

/** What coins come to, in the currency's smallest unit. */
export interface MoneyLines {
  readonly amount: number
  readonly fee: number
  readonly tax: number
  readonly netAmount: number
  readonly taxRule: string | null
}

/** What the bank was asked of a payee's name. */
export type CheckState = 'new' | 'asked' | 'known' | 'invalid' | 'unclear'

export interface Payee {
  readonly id: string
  /** `usr_…` */
  readonly userId: string
  readonly type: PayeeAccount['type']
  readonly display: string
  /** The provider's own id of it; null: it does not know it yet. */
  readonly accountId: string | null
  readonly checkId: string | null
  readonly checkState: CheckState
  readonly nameCheck: NameCheck
  /** A reviewer has approved a payment to it. */
  readonly approvedAt: Date | null
  readonly createdAt: Date
}

export interface Withdrawal extends MoneyLines {
  readonly id: string
  /** `usr_…` */
  readonly userId: string
  /** The host's id of the user. */
  readonly hostUserId: string
  readonly payee: Payee
  readonly mode: Mode
  readonly method: PayoutMethod
  readonly status: WithdrawalStatus
  /** Somebody has to approve it. */
  readonly inReview: boolean
  readonly reason: WithdrawalReason | null
  readonly coins: number
  readonly currency: string
  readonly narration: string | null
  readonly sendAfter: Date
  /** Until when somebody may be about to send it. */
  readonly sendingUntil: Date | null
  readonly sendTries: number
  readonly payoutId: string | null
  readonly payoutState: PayoutState | null
  readonly bankReference: string | null
  /** Since when it shall be called back, if the provider has not begun. */
  readonly recalledAt: Date | null
  readonly createdAt: Date
  readonly approvedAt: Date | null
  readonly sentAt: Date | null
  readonly paidAt: Date | null
  readonly endedAt: Date | null
}
