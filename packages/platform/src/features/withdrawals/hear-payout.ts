import { everyTenant, type Mode } from '../../base/tenant.ts'
import type { Delivery, Payout } from '../../providers/payouts/port.ts'
import { noteChange, takeStep, type Turn } from './take-step.ts'
import { withdrawalTasks, type WithdrawalDeps } from './withdrawal-deps.ts'
import { isOvertaken } from './withdrawal-lifecycle.ts'
import type { Withdrawal, WithdrawalReason } from './withdrawal-row.ts'
import { ownerOf, waitingForCheck } from './withdrawal-store.ts'

/**
 * Draws the consequences of what the provider says of a payout; the caller's transaction holds the row. What is late, repeated, or another
 * withdrawal's changes nothing; a paid one that the bank returns gives the coins back once, since nothing leads on from there.
 */
export async function hearPayout(deps: WithdrawalDeps, turn: Turn, one: Withdrawal, told: Payout): Promise<Withdrawal> {
  if (!isOurs(one, told)) {
    deps.logger.error('a payout that does not fit was told of a withdrawal', { withdrawalId: one.id })
    return one
  }
  if (isOvertaken(told.state, one.payoutState)) return one
  const known = {
    payoutId: told.id,
    payoutState: told.state ?? one.payoutState,
    bankReference: told.bankReference ?? one.bankReference,
    sendingUntil: null,
  }
  const actor = one.method
  if (told.state === 'paid') {
    // Money that moved although its coins are back: no rule may take them again, a person must look.
    if (one.endedAt !== null) deps.logger.error('a payout was paid whose coins are back', { withdrawalId: one.id })
    const paid = await takeStep(deps, turn, one, { event: 'payout_paid', actor, change: { ...known, paidAt: turn.now } })
    if (paid !== undefined) return paid
  }
  // A person has written down that it was paid: that it was not is for a person again.
  if (told.state === 'failed' && one.status === 'paid')
    deps.logger.error('a payout failed that was written down as paid', { withdrawalId: one.id })
  if (told.state === 'failed' || told.state === 'returned') {
    const event = told.state === 'failed' ? ('payout_failed' as const) : ('payout_returned' as const)
    const ended = await takeStep(deps, turn, one, { event, actor, change: { ...known, reason: reasonOf(one, told) } })
    if (ended !== undefined) return ended
  }
  const isNews =
    known.payoutId !== one.payoutId ||
    known.payoutState !== one.payoutState ||
    known.bankReference !== one.bankReference ||
    one.sendingUntil !== null
  // Of what a person wrote down as paid, too: what the provider says of it decides whether somebody may undo that.
  const isKept = one.status === 'processing' || one.status === 'paid'
  return isKept && isNews ? noteChange(deps, turn, one, known) : one
}

const isOurs = (one: Withdrawal, { id, reference, amount, currency }: Payout): boolean =>
  reference === one.id && amount === one.netAmount && currency === one.currency && (one.payoutId === null || one.payoutId === id)

function reasonOf({ recalledAt }: Withdrawal, { state, failure }: Payout): WithdrawalReason {
  if (state === 'returned') return 'returned_by_bank'
  return recalledAt === null ? (failure ?? 'other') : 'kyc_lost'
}

export type Hearing = 'taken' | 'not_configured' | 'not_authentic'

/**
 * Takes in what a provider tells by itself. It is a hint and no more: it only lets the provider be asked at once, so that a repeated, late,
 * reordered or replayed message does no harm. The task stands before the message is acknowledged; killed before that, it is sent again.
 */
export async function hearDelivery(deps: WithdrawalDeps, mode: Mode, delivery: Delivery): Promise<Hearing> {
  const payouts = deps.payoutsOf(mode)
  if (payouts === undefined) return 'not_configured'
  const news = payouts.verify(delivery)
  if (news === undefined) return 'not_authentic'
  const { payoutId, reference, checkId } = news
  const now = deps.clock.now()
  await deps.db.transact(everyTenant, async (tx) => {
    const owner = payoutId === null ? undefined : await ownerOf(tx, { method: payouts.name, mode, payoutId, reference })
    if (owner !== undefined) await deps.tasks.add(tx, owner.tenantId, [withdrawalTasks.ask(owner.withdrawalId, now)], now)
    const waiting = checkId === null ? [] : await waitingForCheck(tx, mode, checkId)
    for (const { tenantId, withdrawalId } of waiting) await deps.tasks.add(tx, tenantId, [withdrawalTasks.check(withdrawalId)], now)
  })
  return 'taken'
}
