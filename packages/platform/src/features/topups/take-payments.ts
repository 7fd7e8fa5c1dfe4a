import { newId } from '../../base/ids.ts'
import { app, bucket, entry, move, post } from '../wallet/index.ts'
import { insertCredit } from './payment-store.ts'
import { putPayment, putRefund, type TopupCase } from './topup-case.ts'
import { topupTasks } from './topup-deps.ts'
import { outcomeOf } from './topup-lifecycle.ts'
import { nothingTaken, type Topup, type TopupPayment } from './topup-row.ts'

/**
 * Decides of each payment that has been captured what comes of it: coins, once; or its way back; or a person's look. A decision is never
 * taken back, and is written in the transaction of its consequence.
 */
export async function takePayments(open: TopupCase): Promise<void> {
  for (const payment of open.payments) {
    if (payment.status !== 'captured' || payment.outcome !== null) continue
    const outcome = outcomeOf(open.topup, payment)
    if (!(await putPayment(open, { ...payment, outcome }))) continue
    if (outcome === 'credited') await credit(open, payment.id)
    else if (outcome === 'duplicate') await sendBack(open, payment)
    else park(open, payment)
  }
}

/** The one place where money becomes coins. The payment's row, the top-up's and the ledger's key each let it happen once. */
async function credit(open: TopupCase, paymentId: string): Promise<void> {
  const { tx, tenantId, topup, now } = open
  open.topup = { ...topup, paymentId, paidAt: now }
  open.happenings.push({ type: 'topup.paid' })
  const { transactionId } = await post(tx, tenantId, bought(topup, paymentId), now)
  await insertCredit(tx, tenantId, topup.id, { transactionId, bucket: 'purchased', coins: topup.coins })
  if (topup.bonusCoins === 0) return
  const bonus = await post(tx, tenantId, given(topup, paymentId), now)
  await insertCredit(tx, tenantId, topup.id, { transactionId: bonus.transactionId, bucket: 'bonus', coins: topup.bonusCoins })
}

const detailsOf = ({ packId, amount, currency }: Topup, paymentId: string) => ({ packId, amount, currency, paymentId })

const bought = (topup: Topup, paymentId: string) =>
  entry(
    {
      key: `topup:${topup.provider}:${paymentId}`,
      type: 'topup',
      reference: { type: 'topup', id: topup.id },
      description: `Top-up of ${topup.coins} coins`,
      metadata: detailsOf(topup, paymentId),
    },
    [move(app('issuance'), bucket(topup.userId, 'purchased'), topup.coins)],
  )

/** A transaction of its own: bonus and bought coins are taken back each by its own. */
const given = (topup: Topup, paymentId: string) =>
  entry(
    {
      key: `topup-bonus:${topup.provider}:${paymentId}`,
      type: 'topup_bonus',
      reference: { type: 'topup', id: topup.id },
      description: `Bonus of ${topup.bonusCoins} coins with a top-up`,
      metadata: detailsOf(topup, paymentId),
    },
    [move(app('promotions'), bucket(topup.userId, 'bonus'), topup.bonusCoins)],
  )

/** Whoever paid twice gets the second payment back. */
async function sendBack(open: TopupCase, { id: paymentId, amount }: TopupPayment): Promise<void> {
  const { now, topup } = open
  const refundId = newId('trf', now)
  const reason = 'A second payment of a top-up that had been paid'
  await putRefund(open, {
    id: refundId,
    topupId: topup.id,
    paymentId,
    amount: amount ?? topup.amount,
    cause: 'duplicate',
    status: 'requested',
    refundId: null,
    reason,
    askedBy: 'platform',
    followed: 'no',
    taking: nothingTaken,
    createdAt: now,
  })
  open.tasks.push(topupTasks.refund(refundId))
}

function park({ happenings, logger, topup }: TopupCase, { id: paymentId }: TopupPayment): void {
  happenings.push({ type: 'topup.parked', paymentId })
  logger.error('a payment does not fit its top-up and waits for a person', { topupId: topup.id })
}
