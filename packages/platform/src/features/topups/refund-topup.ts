import { after } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { fail } from '../../base/problem.ts'
import type { SecretActor, TenantId } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Tx } from '../../db/connect.ts'
import type { Task } from '../../db/tasks.ts'
import type { TaskOutcome } from '../../jobs/runner.ts'
import { PaymentError, type Payments, type ProviderRefund } from '../../providers/payments/port.ts'
import { findRefund } from './payment-store.ts'
import { settleTopup } from './settle-topup.ts'
import { openCase, putRefund, type TopupCase } from './topup-case.ts'
import { topupTasks, type TopupDeps } from './topup-deps.ts'
import { nothingTaken, type Topup, type TopupPayment, type TopupRefund } from './topup-row.ts'
import { findTopup, lockTopup } from './topup-store.ts'

export interface RefundOfTopup {
  readonly topupId: string
  readonly paymentId?: string | undefined
  readonly amount?: number | undefined
  readonly reason: string
}

/** Who asks, and from where. */
export interface Asker {
  readonly actor: SecretActor | 'operator'
  readonly ip?: string
}

/**
 * Gives a payment back, whole or in part. The coins are taken back at once, so that nobody spends what is on its way back; the money follows
 * by a task. Refund, coins, audit, task and Idempotency-Key are one transaction: killed before its commit, nothing has happened; after it,
 * whichever process lives sends the refund, under our own id, once.
 */
export async function refundTopup(
  deps: TopupDeps,
  tx: Tx,
  tenantId: TenantId,
  { actor, ip }: Asker,
  wish: RefundOfTopup,
): Promise<{ topup: Topup; refund: TopupRefund }> {
  const topup = (await lockTopup(tx, tenantId, wish.topupId)) ?? fail('not_found')
  const now = deps.clock.now()
  const open = await openCase(tx, tenantId, topup, { logger: deps.logger, now })
  const payment = refundable(open, wish.paymentId)
  const left = leftOf(open, payment)
  const amount = wish.amount ?? left
  if (left === 0) return fail('conflict', { detail: 'Nothing of this payment is left to give back.' })
  if (amount > left) return fail('conflict', { detail: `At most ${left} of this payment is left to give back.` })
  const id = newId('trf', now)
  const askedBy = actor === 'operator' ? actor : actor.keyId
  const { reason } = wish
  await putRefund(open, {
    id,
    topupId: topup.id,
    paymentId: payment.id,
    amount,
    cause: 'operator',
    status: 'requested',
    refundId: null,
    reason,
    askedBy,
    followed: 'no',
    taking: nothingTaken,
    createdAt: now,
  })
  open.tasks.push(topupTasks.refund(id))
  const details = { refundId: id, paymentId: payment.id, amount, currency: topup.currency }
  await audit(
    tx,
    tenantId,
    actor,
    { action: 'topup.refunded', subject: topup.id, reason, ...(ip === undefined ? {} : { fromIp: ip }), details },
    now,
  )
  const settled = await settleTopup(deps, open, { payments: [], refunds: [], disputes: [] })
  const refund = open.refunds.find((one) => one.id === id)
  if (refund === undefined) throw new Error('the refund is not there')
  return { topup: settled, refund }
}

function refundable(open: TopupCase, named: string | undefined): TopupPayment {
  const wanted = named ?? open.topup.paymentId
  if (wanted === null) return fail('conflict', { detail: 'This top-up has not been paid.' })
  const payment = open.payments.find(({ id }) => id === wanted) ?? fail('not_found')
  if (payment.status !== 'captured') return fail('conflict', { detail: 'This payment has not been taken.' })
  // Whoever gives back what the bank takes back as well loses it twice.
  if (open.disputes.some((one) => one.paymentId === payment.id && one.status === 'open'))
    return fail('conflict', { detail: 'The payer’s bank asks for this payment: wait for its decision.' })
  return payment
}

function leftOf({ refunds, disputes }: TopupCase, { id, amount }: TopupPayment): number {
  const gone = [...refunds.filter(({ status }) => status !== 'failed'), ...disputes.filter(({ status }) => status === 'lost')]
  const sum = gone.filter(({ paymentId }) => paymentId === id).reduce((total, one) => total + one.amount, 0)
  return Math.max(0, (amount ?? 0) - sum)
}

const soonMs = 60_000
const laterMs = 6 * 3_600_000
/** What could not even be asked for by then is no hiccup: somebody has to look, and it is asked for no longer every minute. */
const triedForMs = 24 * 3_600_000
/** What is pending longer than any bank takes: a person has to look. */
const followedForMs = 30 * 24 * 3_600_000

/**
 * Task `topup.refund`: has the refund made, and asks after it until it is over. The provider knows our id of it, so that a lost answer, a
 * crash or two processes give the money back once.
 */
export async function refundTask(deps: TopupDeps, { tenantId, subject, attempt }: Task): Promise<TaskOutcome> {
  const { db, clock } = deps
  const found = await db.transact(tenantId, async (tx) => {
    const refund = await findRefund(tx, tenantId, subject)
    const topup = refund && (await findTopup(tx, tenantId, refund.topupId))
    return refund && topup && { refund, topup }
  })
  if (found === undefined || found.refund.status === 'processed' || found.refund.status === 'failed') return undefined
  const { refund, topup } = found
  const isOld = clock.now().getTime() - refund.createdAt.getTime() >= triedForMs
  const told = await ask(deps, found, attempt > 1 || isOld).catch((error: unknown) => {
    if (!isOld || !(error instanceof PaymentError)) throw error
    deps.logger.error('a refund has not come through for a day', { topupId: topup.id, code: error.providerCode ?? error.kind, error })
    return undefined
  })
  if (told === undefined) return { again: after(clock.now(), laterMs) }
  const now = await db.transact(tenantId, (tx) => note(deps, tx, tenantId, topup.id, refund.id, told))
  if (now?.status !== 'pending') return undefined
  const age = clock.now().getTime() - refund.createdAt.getTime()
  if (age < followedForMs) return { again: after(clock.now(), age < laterMs ? soonMs * 10 : laterMs) }
  deps.logger.error('a refund has been pending for a month', { topupId: topup.id })
  return undefined
}

/** Fails like any request that comes to nothing where the top-up's provider is not configured any more: a person has to hear of that, too. */
async function ask(
  { paymentsOf }: TopupDeps,
  { refund, topup }: { readonly refund: TopupRefund; readonly topup: Topup },
  mayBeMade: boolean,
): Promise<readonly ProviderRefund[] | 'refused'> {
  const payments = paymentsOf(topup.mode)
  if (payments?.name !== topup.provider) throw new PaymentError('not_sent', 'not configured')
  return refund.status === 'requested' ? send(payments, refund, mayBeMade) : payments.refundsOf(refund.paymentId)
}

/** What the provider says of it; with all refunds of the payment where it refused, since one of them may be the reason. */
async function send(payments: Payments, refund: TopupRefund, mayBeMade: boolean): Promise<readonly ProviderRefund[] | 'refused'> {
  const { id: reference, paymentId, amount } = refund
  const isOurs = (one: ProviderRefund): boolean => one.reference === reference
  if (mayBeMade) {
    const known = await payments.refundsOf(paymentId)
    if (known.some(isOurs)) return known
  }
  try {
    return [{ ...(await payments.refund({ paymentId, amount, reference })), reference }]
  } catch (error) {
    if (!(error instanceof PaymentError) || error.kind !== 'refused') throw error
    const known = await payments.refundsOf(paymentId)
    return known.some(isOurs) ? known : 'refused'
  }
}

async function note(
  deps: TopupDeps,
  tx: Tx,
  tenantId: TenantId,
  topupId: string,
  refundId: string,
  told: readonly ProviderRefund[] | 'refused',
): Promise<TopupRefund | undefined> {
  const topup = await lockTopup(tx, tenantId, topupId)
  if (topup === undefined) return undefined
  const open = await openCase(tx, tenantId, topup, { logger: deps.logger, now: deps.clock.now() })
  const refund = open.refunds.find(({ id }) => id === refundId)
  if (told === 'refused' && refund?.status === 'requested') {
    deps.logger.error('the provider refused a refund', { topupId })
    await putRefund(open, { ...refund, status: 'failed' })
    open.happenings.push({ type: 'topup.refund_failed', refundId })
  }
  await settleTopup(deps, open, { payments: [], refunds: told === 'refused' ? [] : told, disputes: [] })
  return open.refunds.find(({ id }) => id === refundId)
}
