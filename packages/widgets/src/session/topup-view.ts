import type { Topup } from '@impacthub/sdk'

/** Where a top-up stands on this page. While it is absent, packs are chosen from. */
export type TopupPhase = 'creating' | 'opening' | 'paying' | 'confirming' | 'pending' | 'paid' | 'stopped'

/** Why the provider's checkout did not come to a payment, before the platform has said anything of it. `other`: a try failed. */
export type CheckoutStop = 'dismissed' | 'other' | 'lost' | 'slow' | 'blocked' | 'unreachable'

/** Why a top-up has stopped: the checkout's reasons, those that the platform tells, and those of this page. */
export type TopupStop = CheckoutStop | NonNullable<Topup['failure']> | 'begun' | 'changed' | 'expired' | 'refunded' | 'refused'

/** The coins that this user buys, as it is shown. */
export interface TopupView {
  readonly phase?: TopupPhase | undefined
  readonly packId?: string | undefined
  readonly topup?: Topup | undefined
  /** The provider's window is open over the page. */
  readonly window?: boolean | undefined
  readonly why?: TopupStop | undefined
  /** What was refused, in plain words, where there are better ones than for `why`. */
  readonly message?: string | undefined
  /** Coins that can be spent after the payment. */
  readonly balance?: number | undefined
  /** The packs could not be read. */
  readonly packsFailed?: boolean | undefined
}

/** Whether something is under way that a press must not begin again. */
export const isBusy = (phase: TopupPhase | undefined): boolean =>
  phase !== undefined && ['creating', 'opening', 'paying', 'confirming'].includes(phase)

/** Whether the same top-up can still be paid. */
export const isPayable = ({ status }: Pick<Topup, 'status'>): boolean => status === 'created' || status === 'failed'

/** Names what a tab keeps of its top-ups, one for each user: two may share a page in a demo. */
export const keptAs = 'ihc-topup:'
