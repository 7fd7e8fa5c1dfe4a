import { after } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Task } from '../../db/tasks.ts'
import type { TaskOutcome } from '../../jobs/runner.ts'
import { PaymentError, type Payments, type ProviderPayment, type ProviderRefund } from '../../providers/payments/port.ts'
import { asksForMs, lastLook, nextAsk } from './ask-schedule.ts'
import { refundsOf } from './payment-store.ts'
import { settleTopup } from './settle-topup.ts'
import { openCase } from './topup-case.ts'
import type { TopupDeps } from './topup-deps.ts'
import { isOpen } from './topup-lifecycle.ts'
import type { Topup, TopupRefund } from './topup-row.ts'
import { findTopup, lockTopup } from './topup-store.ts'

interface Looked {
  readonly topup: Topup
  /** Something may still come of a payment. */
  readonly isOpen: boolean
}

/**
 * Asks the provider what has become of a top-up's order, and draws the consequences. Nothing waits for it inside a transaction; killed
 * before its commit, nothing has changed and it is asked again.
 */
export async function askAbout(deps: TopupDeps, tenantId: TenantId, topupId: string, isLast = false): Promise<Looked | undefined> {
  const known = await deps.db.transact(tenantId, async (tx) => {
    const topup = await findTopup(tx, tenantId, topupId)
    return topup && { topup, refunds: await refundsOf(tx, tenantId, topupId) }
  })
  return known && conclude(deps, tenantId, topupId, { ...(await hear(deps, known)), isLast })
}

async function conclude(deps: TopupDeps, tenantId: TenantId, topupId: string, heard: Heard): Promise<Looked | undefined> {
  return deps.db.transact(tenantId, async (tx) => {
    const topup = await lockTopup(tx, tenantId, topupId)
    if (topup === undefined) return undefined
    const open = await openCase(tx, tenantId, topup, { logger: deps.logger, now: deps.clock.now() })
    if (heard.isLast === true && topup.paymentId === null) open.topup = { ...topup, givenUpAt: topup.givenUpAt ?? open.now }
    const settled = await settleTopup(deps, open, { ...heard, disputes: [] })
    return { topup: settled, isOpen: open.payments.some(isOpen) }
  })
}

interface Heard {
  readonly payments: readonly ProviderPayment[]
  readonly refunds: readonly ProviderRefund[]
  /** Nobody asks again: whoever has not paid by now is not waited for. */
  readonly isLast?: boolean
}

async function hear(deps: TopupDeps, { topup, refunds }: { topup: Topup; refunds: readonly TopupRefund[] }): Promise<Heard> {
  const payments = deps.paymentsOf(topup.mode)
  // Without an order there is nothing that anybody could have paid.
  if (topup.orderId === null) return { payments: [], refunds: [] }
  if (payments?.name !== topup.provider) throw new PaymentError('not_sent', 'not configured')
  const made = await payments.paymentsOf(topup.orderId)
  return { payments: made, refunds: await unknownRefunds(payments, made, refunds) }
}

/** Refunds that somebody made at the provider, and nobody told of. */
async function unknownRefunds(
  payments: Payments,
  made: readonly ProviderPayment[],
  known: readonly TopupRefund[],
): Promise<ProviderRefund[]> {
  const found: ProviderRefund[] = []
  for (const { id, refundedAmount } of made) {
    const ours = known.filter(({ paymentId, refundId, status }) => paymentId === id && refundId !== null && status !== 'failed')
    if (refundedAmount > ours.reduce((sum, { amount }) => sum + amount, 0)) found.push(...(await payments.refundsOf(id)))
  }
  return found
}

/** While the provider cannot be asked; and after the time in which it is asked. */
const troubleMs = 5 * 60_000
const longTroubleMs = 6 * 3_600_000

/**
 * Task `topup.ask`: the reconciler of one top-up. It asks with growing gaps, then daily, for four days, and gives up only on an answer: a
 * provider that is away makes nothing expire. What has been paid is looked at once more at the end.
 */
export async function askTask(deps: TopupDeps, { tenantId, subject: topupId }: Task): Promise<TaskOutcome> {
  const { db, clock, logger } = deps
  const known = await db.transact(tenantId, (tx) => findTopup(tx, tenantId, topupId))
  if (known === undefined || known.givenUpAt !== null) return undefined
  const isLast = clock.now().getTime() - known.createdAt.getTime() >= asksForMs
  try {
    const looked = await askAbout(deps, tenantId, topupId, isLast)
    if (looked === undefined || isLast) return undefined
    const isDone = looked.topup.paymentId !== null && !looked.isOpen
    const again = isDone ? lastLook(known.createdAt) : nextAsk(known.createdAt, clock.now())
    return again && { again }
  } catch (error) {
    if (!(error instanceof PaymentError)) throw error
    logger.warn('the provider could not be asked about a top-up', { topupId, code: error.providerCode ?? error.kind, error })
    // It answers, and knows of no such order.
    if (isLast && error.kind === 'refused') return void (await conclude(deps, tenantId, topupId, { payments: [], refunds: [], isLast }))
    return { again: after(clock.now(), isLast ? longTroubleMs : troubleMs) }
  }
}
