import { newId } from '../../base/ids.ts'
import type { ProviderDispute, ProviderPayment, ProviderRefund } from '../../providers/payments/port.ts'
import { putDispute, putPayment, putRefund, type TopupCase } from './topup-case.ts'
import { isForward, isRefundForward } from './topup-lifecycle.ts'
import { nothingTaken, type TopupRefund } from './topup-row.ts'

/** What a provider told, by itself or because it was asked. */
export interface Told {
  readonly payments: readonly ProviderPayment[]
  readonly refunds: readonly ProviderRefund[]
  readonly disputes: readonly ProviderDispute[]
}

/** Takes down what is new of payments. What is late, repeated, or of another order changes nothing. */
export async function hearPayments(open: TopupCase, payments: Told['payments']): Promise<void> {
  for (const payment of payments) await hearPayment(open, payment)
}

/** The same of what goes back of them, and of who asks for it. */
export async function hearReturns(open: TopupCase, { refunds, disputes }: Pick<Told, 'refunds' | 'disputes'>): Promise<void> {
  for (const refund of refunds) await hearRefund(open, refund)
  for (const dispute of disputes) await hearDispute(open, dispute)
}

async function hearPayment(open: TopupCase, { id, orderId, status, amount, currency, failure }: ProviderPayment): Promise<void> {
  if (orderId !== open.topup.orderId || orderId === null) {
    open.logger.warn('a payment of another order was told of a top-up', { topupId: open.topup.id })
    return
  }
  const known = open.payments.find((one) => one.id === id)
  if (status === null || (known !== undefined && !isForward(known.status, status))) return
  await putPayment(open, { id, status, amount, currency, failure, outcome: known?.outcome ?? null })
}

const isOfCase = (open: TopupCase, paymentId: string): boolean => open.payments.some(({ id }) => id === paymentId)

async function hearRefund(open: TopupCase, told: ProviderRefund): Promise<void> {
  if (!isOfCase(open, told.paymentId)) return
  const known = knownRefund(open, told)
  if (known === undefined) {
    await putRefund(open, madeThere(open, told))
    // What was never taken may go back unsaid.
    if (told.status !== 'failed' && told.paymentId === open.topup.paymentId)
      open.happenings.push({ type: 'topup.refunded', refundId: told.id })
    return
  }
  if (known.refundId === told.id && !isRefundForward(known.status, told.status)) return
  const status = isRefundForward(known.status, told.status) ? told.status : known.status
  await putRefund(open, { ...known, refundId: told.id, status })
  if (status === 'failed') open.happenings.push({ type: 'topup.refund_failed', refundId: told.id })
  else if (known.status === 'requested') open.happenings.push({ type: 'topup.refunded', refundId: told.id })
}

/** By the provider's id, else by ours. One that names neither is the one that we are just asking for, if there is such a one. */
const knownRefund = ({ refunds }: TopupCase, { id: theirs, paymentId, amount, reference }: ProviderRefund): TopupRefund | undefined =>
  refunds.find(({ refundId }) => refundId === theirs) ??
  refunds.find((one) => one.refundId === null && one.id === reference) ??
  refunds.find((one) => reference === null && one.status === 'requested' && one.paymentId === paymentId && one.amount === amount)

/** A refund that somebody made at the provider. */
const madeThere = ({ topup, now }: TopupCase, { id, paymentId, amount, status }: ProviderRefund): TopupRefund => ({
  id: newId('trf', now),
  topupId: topup.id,
  paymentId,
  amount,
  cause: 'provider',
  status,
  refundId: id,
  reason: 'Refunded at the payment provider',
  askedBy: topup.provider,
  followed: 'no',
  taking: nothingTaken,
  createdAt: now,
})

async function hearDispute(open: TopupCase, { id, paymentId, amount, status }: ProviderDispute): Promise<void> {
  if (!isOfCase(open, paymentId)) return
  const known = open.disputes.find((one) => one.id === id)
  if (known !== undefined && (known.status !== 'open' || status === 'open')) return
  await putDispute(open, { id, paymentId, amount, status, followed: 'no', taking: nothingTaken })
  open.happenings.push({ type: status === 'open' ? 'topup.disputed' : 'topup.dispute_resolved' })
}
