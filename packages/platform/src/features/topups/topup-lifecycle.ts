import type { KnownStatus, TopupFacts, TopupPayment, TopupRefund, TopupStatus } from './topup-row.ts'

/** Pure: what follows from what is known of a top-up, in whatever order it came to be known. */

/** Payments go forward only: a late or repeated message finds nothing to change. A failed one may still be authorized. */
const rank: Readonly<Record<KnownStatus, number>> = { claimed: 0, failed: 1, authorized: 2, captured: 3, returned: 3 }

export const isForward = (from: KnownStatus, to: KnownStatus): boolean => rank[to] > rank[from]

const refundRank: Readonly<Record<TopupRefund['status'], number>> = { requested: 0, pending: 1, processed: 2, failed: 2 }

export const isRefundForward = (from: TopupRefund['status'], to: TopupRefund['status']): boolean => refundRank[to] > refundRank[from]

/** Of the credited payment's money: what refunds give back and lost disputes took. Never more than there was. */
export function returnedOf({ topup, refunds, disputes }: Pick<TopupFacts, 'topup' | 'refunds' | 'disputes'>): number {
  const mine = (one: { readonly paymentId: string }) => topup.paymentId !== null && one.paymentId === topup.paymentId
  const gone = [...refunds.filter(({ status }) => status !== 'failed'), ...disputes.filter(isLost)].filter(mine)
  return Math.min(
    topup.amount,
    gone.reduce((sum, { amount }) => sum + amount, 0),
  )
}

/** Coins that stay with the user of so many, when so much of the price has gone back: parts of a coin go back with the last part. */
export const keptOf = (coins: number, amount: number, returned: number): number =>
  coins - Number((BigInt(coins) * BigInt(returned)) / BigInt(amount))

/** What a top-up is now. */
export function statusOf(facts: TopupFacts): TopupStatus {
  const { topup, payments, disputes } = facts
  if (topup.paymentId !== null) {
    if (returnedOf(facts) >= topup.amount) return disputes.some(isLost) ? 'charged_back' : 'refunded'
    return disputes.some(({ status }) => status === 'open') ? 'disputed' : 'paid'
  }
  if (topup.givenUpAt !== null) return 'expired'
  if (payments.some(isOpen)) return 'pending'
  return payments.some(({ status }) => status === 'failed') ? 'failed' : 'created'
}

const isLost = ({ status }: { readonly status: string }): boolean => status === 'lost'

/** Nothing has come of it yet, and something may. */
export const isOpen = ({ status }: Pick<TopupPayment, 'status'>): boolean => status === 'claimed' || status === 'authorized'

/** Whether a payer may still be shown the checkout. */
export const isPayable = (status: TopupStatus): boolean => status === 'created' || status === 'failed'

/** What comes of a captured payment. Money that does not fit, or is nobody's, waits for a person; a second payment goes back. */
export function outcomeOf(
  { paymentId, amount, currency, userIsGone }: TopupFacts['topup'],
  payment: Pick<TopupPayment, 'amount' | 'currency'>,
): 'credited' | 'duplicate' | 'parked' {
  if (payment.amount !== amount || payment.currency !== currency || (userIsGone && paymentId === null)) return 'parked'
  return paymentId === null ? 'credited' : 'duplicate'
}
