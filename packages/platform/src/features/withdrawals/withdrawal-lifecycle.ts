import type { PayoutState } from '../../providers/payouts/port.ts'
import type { WithdrawalPlace } from '../wallet/index.ts'
import type { Withdrawal, WithdrawalStatus } from './withdrawal-row.ts'

/** Pure: which event leads a withdrawal where, and where its coins stand then. */

export type WithdrawalEvent =
  'approve' | 'reject' | 'cancel' | 'lose_kyc' | 'send' | 'mark_paid' | 'mark_unpaid' | 'payout_paid' | 'payout_failed' | 'payout_returned'

/**
 * What is not here does not happen: a message that is late, repeated or out of order finds no arrow and changes nothing. From `processing`
 * only the provider's word leads on. Of what ended nothing comes any more, except that a bank may return what it had paid: the provider says
 * so, or a person does, where `unpaidAfter` lets them.
 */
const arrows: Readonly<Record<WithdrawalStatus, Partial<Record<WithdrawalEvent, WithdrawalStatus>>>> = {
  requested: { approve: 'approved', reject: 'rejected', cancel: 'canceled', lose_kyc: 'canceled' },
  approved: { send: 'processing', mark_paid: 'paid', reject: 'rejected', cancel: 'canceled', lose_kyc: 'canceled' },
  processing: { payout_paid: 'paid', payout_failed: 'failed', payout_returned: 'failed' },
  paid: { payout_returned: 'failed', mark_unpaid: 'failed' },
  rejected: {},
  failed: {},
  canceled: {},
}

export const statusAfter = (status: WithdrawalStatus, event: WithdrawalEvent): WithdrawalStatus | undefined => arrows[status][event]

/**
 * Whether a person may write down that what stands as paid was not, by what the provider said of it last. `paid`: the bank has paid it, and
 * if it returns it the provider tells. `open`: the bank may still pay it. `nothing`: it was paid by hand, or the provider knows of none.
 */
const unpaidAfter: Readonly<Record<PayoutState | 'nothing', 'yes' | 'open' | 'paid'>> = {
  nothing: 'yes',
  failed: 'yes',
  returned: 'yes',
  waiting: 'open',
  processing: 'open',
  paid: 'paid',
}

/** What the provider has, and says nothing of that we know, may be anywhere. */
export const mayBeUnpaid = ({ payoutId, payoutState }: Pick<Withdrawal, 'payoutId' | 'payoutState'>) =>
  unpaidAfter[payoutState ?? (payoutId === null ? 'nothing' : 'processing')]

/** How far a payout is there: it never goes back. */
const distances: Readonly<Record<PayoutState, number>> = { waiting: 0, processing: 1, paid: 2, failed: 2, returned: 3 }

/** Whether a word of the provider was overtaken by another that is known already: two askers hear at once, and the slower one writes last. */
export const isOvertaken = (told: PayoutState | null, known: PayoutState | null): boolean =>
  told !== null && known !== null && distances[told] < distances[known]

const places: Readonly<Record<WithdrawalStatus, WithdrawalPlace>> = {
  requested: 'held',
  approved: 'held',
  processing: 'payouts_in_flight',
  paid: 'paid_out',
  rejected: 'earned',
  failed: 'earned',
  canceled: 'earned',
}

/** Where the coins stand: the status says it, and the ledger is moved with the status. */
export const placeOf = (status: WithdrawalStatus): WithdrawalPlace => places[status]

/** It came to nothing, and the coins are back. */
export const isUndone = (status: WithdrawalStatus): boolean => placeOf(status) === 'earned'

/** What an open withdrawal waits for. */
export function waitsFor(one: Pick<Withdrawal, 'status' | 'inReview' | 'sendAfter' | 'method'>, now: Date) {
  if (one.status === 'requested') return one.inReview ? ('review' as const) : ('payee_check' as const)
  if (one.status === 'approved') return one.sendAfter > now ? ('cooling' as const) : ('payment' as const)
  return one.status === 'processing' ? ('bank' as const) : null
}
