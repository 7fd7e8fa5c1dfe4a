import { after } from '../../base/clock.ts'
import { hideAadhaar } from '../../base/hide-aadhaar.ts'
import { fail } from '../../base/problem.ts'
import type { Tx } from '../../db/connect.ts'
import { firstAskMs } from './ask-schedule.ts'
import { held, record, tooLate, type Decider } from './decide-withdrawal.ts'
import { takeStep, type Turn } from './take-step.ts'
import { mayBeUnpaid } from './withdrawal-lifecycle.ts'
import { withdrawalTasks, type WithdrawalDeps } from './withdrawal-deps.ts'
import type { Withdrawal } from './withdrawal-row.ts'

/** So long a bank may take, and is not spoken for. */
export const bankTimeMs = 3 * 24 * 3_600_000

interface Said {
  readonly withdrawalId: string
  readonly outcome: 'paid' | 'failed'
  readonly bankReference: string
  readonly reason: string
}

/**
 * Writes down what the bank has told a person: of a withdrawal that hangs there, how it ended; of one that stands as paid by somebody's word,
 * that it was not, or that the money came back. It ends with it, so nothing is sent for it again, and its coins come back at most once. The
 * provider is asked on: what it has not begun is called back after `failed`, and a word of it that is against this one is an error in the log,
 * and moves no coin. Step, coins, audit and Idempotency-Key are one transaction: killed before its commit nothing was written down, and after
 * it the same request is answered by its key, and any other is refused.
 */
export async function settleWithdrawal(deps: WithdrawalDeps, tx: Tx, decider: Decider, said: Said): Promise<Withdrawal> {
  const { one, turn } = await held(deps, tx, decider.actor, said.withdrawalId)
  const ended = one.status === 'paid' && said.outcome === 'failed' ? undo : one.status === 'processing' ? end : undefined
  const settled = (await ended?.(deps, turn, one, decider, said)) ?? tooLate(one)
  // What never went through the provider is nothing to ask it about.
  if (one.sendTries > 0) await deps.tasks.add(tx, turn.tenantId, [withdrawalTasks.ask(one.id, after(turn.now, firstAskMs))], turn.now)
  return settled
}

/** Only of one that was sent, three days after that, and never while a request may be under way. */
async function end(deps: WithdrawalDeps, turn: Turn, one: Withdrawal, decider: Decider, { outcome, bankReference, reason }: Said) {
  if (one.sentAt === null) return undefined
  const from = after(one.sentAt, bankTimeMs)
  if (from > turn.now)
    fail('conflict', { detail: `The bank may still confirm it: its word can be written down from ${from.toISOString()}.` })
  if (one.sendingUntil !== null && one.sendingUntil > turn.now) fail('unavailable', { retryAfterSeconds: 20 })
  await record(turn, decider, `withdrawal.settled_${outcome}`, one.id, reason)
  const isPaid = outcome === 'paid'
  return takeStep(deps, turn, one, {
    event: isPaid ? 'payout_paid' : 'payout_failed',
    actor: decider.actor.keyId,
    note: hideAadhaar(reason),
    change: { bankReference, sendingUntil: null, ...(isPaid ? { paidAt: turn.now } : { reason: 'other' as const }) },
  })
}

const keptPaid = {
  paid: 'The payment provider says that the bank has paid it. If the bank returns it, the coins come back by themselves.',
  open: 'The payment provider has not said how it ended: the bank may still pay it.',
} as const

/**
 * Where a person's word alone says that it was paid, and the provider does not. The number under which the payment itself can be found stays
 * in the row; the bank's of the return stands in the step.
 */
async function undo(deps: WithdrawalDeps, turn: Turn, one: Withdrawal, decider: Decider, { bankReference, reason }: Said) {
  const may = mayBeUnpaid(one)
  if (may !== 'yes') fail('conflict', { detail: keptPaid[may] })
  await record(turn, decider, 'withdrawal.unpaid', one.id, reason)
  return takeStep(deps, turn, one, {
    event: 'mark_unpaid',
    actor: decider.actor.keyId,
    // Banks' numbers have twelve digits, too, and this one is kept nowhere else.
    note: `${bankReference}: ${hideAadhaar(reason)}`,
    change: { reason: 'returned_by_bank' },
  })
}
