import { after } from '../../base/clock.ts'
import { hideAadhaar } from '../../base/hide-aadhaar.ts'
import { fail } from '../../base/problem.ts'
import type { Tx } from '../../db/connect.ts'
import { firstAskMs } from './ask-schedule.ts'
import { held, record, tooLate, type Decider } from './decide-withdrawal.ts'
import { takeStep } from './take-step.ts'
import { withdrawalTasks, type WithdrawalDeps } from './withdrawal-deps.ts'
import type { Withdrawal } from './withdrawal-row.ts'

/** So long a bank may take, and is not spoken for. */
export const bankTimeMs = 3 * 24 * 3_600_000

/**
 * Writes down what the bank has told a person of a withdrawal that hangs there. Only of one that was sent, three days after that, and never
 * while a request may be under way; it ends with it, so nothing is sent for it again. The provider is asked on: what it has not begun is
 * called back after `failed`, and a word of it that is against this one is an error in the log, and moves no coin. Step, coins, audit and
 * Idempotency-Key are one transaction: killed before its commit nothing was written down.
 */
export async function settleWithdrawal(
  deps: WithdrawalDeps,
  tx: Tx,
  decider: Decider,
  wish: { readonly withdrawalId: string; readonly outcome: 'paid' | 'failed'; readonly bankReference: string; readonly reason: string },
): Promise<Withdrawal> {
  const { one, turn } = await held(deps, tx, decider.actor, wish.withdrawalId)
  if (one.status !== 'processing' || one.sentAt === null) return tooLate(one)
  const from = after(one.sentAt, bankTimeMs)
  if (from > turn.now)
    fail('conflict', { detail: `The bank may still confirm it: its word can be written down from ${from.toISOString()}.` })
  if (one.sendingUntil !== null && one.sendingUntil > turn.now) fail('unavailable', { retryAfterSeconds: 20 })
  await record(turn, decider, `withdrawal.settled_${wish.outcome}`, one.id, wish.reason)
  const isPaid = wish.outcome === 'paid'
  const ended = await takeStep(deps, turn, one, {
    event: isPaid ? 'payout_paid' : 'payout_failed',
    actor: decider.actor.keyId,
    note: hideAadhaar(wish.reason),
    change: { bankReference: wish.bankReference, sendingUntil: null, ...(isPaid ? { paidAt: turn.now } : { reason: 'other' as const }) },
  })
  await deps.tasks.add(tx, turn.tenantId, [withdrawalTasks.ask(one.id, after(turn.now, firstAskMs))], turn.now)
  return ended ?? tooLate(one)
}
