import { recordEvents, type NewEvent } from '../webhooks/index.ts'
import { followMoney } from './follow-money.ts'
import { hearPayments, hearReturns, type Told } from './hear-provider.ts'
import { presentNews, presentPayment, presentRefund } from './present-topup.ts'
import { takePayments } from './take-payments.ts'
import type { Happening, TopupCase } from './topup-case.ts'
import { topupTasks, type TopupDeps } from './topup-deps.ts'
import { returnedOf, statusOf } from './topup-lifecycle.ts'
import type { Topup } from './topup-row.ts'
import { updateTopup } from './topup-store.ts'

/**
 * Draws every consequence of what is known of a top-up and of what was told now: coins, their way back, a second payment's way back, the
 * status, what hosts and clients are told. All of it is the caller's one transaction, which holds the top-up's row: whichever signal comes
 * first does it, and those that follow find it done. A process that dies before the commit has changed nothing; after it, what is left to
 * do are tasks.
 */
export async function settleTopup(deps: TopupDeps, open: TopupCase, told: Told): Promise<Topup> {
  const before = open.topup
  await hearPayments(open, told.payments)
  await takePayments(open)
  await hearReturns(open, told)
  await followMoney(open)
  const status = statusOf(open)
  const failure = status === 'failed' ? (open.payments.findLast((one) => one.status === 'failed')?.failure ?? 'other') : null
  open.topup = { ...open.topup, status, failure, returnedAmount: returnedOf(open) }
  if (status !== before.status && (status === 'pending' || status === 'failed' || status === 'expired'))
    open.happenings.push({ type: `topup.${status}` })
  await close(deps, open, before)
  return open.topup
}

async function close(deps: TopupDeps, open: TopupCase, before: Topup): Promise<void> {
  const { tx, tenantId, now, topup, happenings, tasks } = open
  const isChanged =
    happenings.length > 0 ||
    topup.status !== before.status ||
    topup.failure !== before.failure ||
    topup.returnedAmount !== before.returnedAmount
  if (isChanged) await updateTopup(tx, tenantId, topup.id, topup, now)
  await recordEvents(
    tx,
    tenantId,
    happenings.map((one) => eventOf(open, one)),
    now,
  )
  const isPaidNow = happenings.some(({ type }) => type === 'topup.paid')
  if (isPaidNow) await deps.onWalletCredited?.(tx, tenantId, topup.userId, now)
  if (isChanged && topup.paymentId !== null) await deps.onMoney?.(tx, tenantId, topup.userId, isPaidNow ? 'paid' : 'returned', now)
  await deps.tasks.add(tx, tenantId, [...tasks, ...(isChanged ? [topupTasks.announce(topup.id)] : [])], now)
}

function eventOf({ topup, refunds, payments }: TopupCase, happening: Happening): NewEvent {
  const news = presentNews(topup)
  if (happening.type === 'topup.refunded' || happening.type === 'topup.refund_failed') {
    const refund = refunds.find(({ id, refundId }) => refundId === happening.refundId || id === happening.refundId)
    if (refund === undefined) throw new Error('a refund is told that is not there')
    return { type: happening.type, objectId: topup.id, data: { topup: news, refund: presentRefund(refund) } }
  }
  if (happening.type === 'topup.parked') {
    const payment = payments.find(({ id }) => id === happening.paymentId)
    if (payment === undefined) throw new Error('a payment is told that is not there')
    return { type: happening.type, objectId: topup.id, data: { topup: news, payment: presentPayment(payment) } }
  }
  return { type: happening.type, objectId: topup.id, data: news }
}
