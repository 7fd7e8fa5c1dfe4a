import { after } from '../../base/clock.ts'
import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Task } from '../../db/tasks.ts'
import type { TaskOutcome } from '../../jobs/runner.ts'
import { PayoutError, type Payout, type Payouts } from '../../providers/payouts/port.ts'
import { nextAsk, tooLongMs } from './ask-schedule.ts'
import { payable } from './check-payee.ts'
import { hearPayout } from './hear-payout.ts'
import type { WithdrawalDeps } from './withdrawal-deps.ts'
import type { Withdrawal } from './withdrawal-row.ts'
import { findWithdrawal, lockWithdrawal } from './withdrawal-store.ts'

const troubleMs = 5 * 60_000

/**
 * Task `withdrawal.ask`: the reconciler of one withdrawal. It asks until the provider knows how it ended, however long the bank takes, and
 * looks at what was paid for a month more, since a bank may return it. Killed before its commit, nothing has changed and it is asked again.
 */
export async function askTask(deps: WithdrawalDeps, { tenantId, subject: withdrawalId }: Task): Promise<TaskOutcome> {
  const { db, clock, logger } = deps
  const known = await db.transact(tenantId, (tx) => findWithdrawal(tx, tenantId, withdrawalId))
  if (known === undefined || !mayBeThere(known)) return undefined
  try {
    const told = await hear(payable(deps, known.mode), known)
    // What nobody knows of there is its sender's business.
    if (told === undefined) return undefined
    const heard = await note(deps, tenantId, withdrawalId, told)
    const at = heard && nextAsk(heard, clock.now())
    if (heard !== undefined) warnWhenLate(deps, heard)
    return at && { again: at }
  } catch (error) {
    if (!(error instanceof PayoutError)) throw error
    logger.warn('the provider could not be asked about a withdrawal', { withdrawalId, code: error.providerCode ?? error.kind })
    return { again: after(clock.now(), troubleMs) }
  }
}

/**
 * Hears from the provider once more before a person undoes a payment that went through it; what it says is written down in a transaction of
 * its own. Fails with `provider_unavailable` where it can't be asked: without its word nobody knows that the bank has not paid; and with
 * `conflict` where what it has does not fit.
 */
export async function askAgain(deps: WithdrawalDeps, tenantId: TenantId, withdrawalId: string): Promise<void> {
  const known = await deps.db.transact(tenantId, (tx) => findWithdrawal(tx, tenantId, withdrawalId))
  if (known?.status !== 'paid' || known.sendTries === 0) return
  try {
    const told = await hear(payable(deps, known.mode), known)
    if (told === undefined) return
    const heard = await note(deps, tenantId, withdrawalId, told)
    // Another sum under its reference: money may have left by it, and nothing is concluded from it.
    if (heard?.payoutId !== told.id)
      fail('conflict', { detail: 'The payment provider has a payment under its reference that does not fit: look at it there.' })
  } catch (error) {
    if (!(error instanceof PayoutError)) throw error
    fail('provider_unavailable', { retryAfterSeconds: 30 }, { cause: error })
  }
}

/** Also of what failed something may be told: that it was paid after all, which is a person's to mend. */
const mayBeThere = ({ status, sentAt }: Withdrawal): boolean =>
  status === 'processing' || status === 'paid' || (status === 'failed' && sentAt !== null)

/** What it has not begun is called back from it, where the user has lost their standing meanwhile, or has their coins back. */
async function hear(payouts: Payouts, { id, status, recalledAt, payoutId }: Withdrawal): Promise<Payout | undefined> {
  const told = payoutId === null ? await payouts.find(id) : await payouts.read(payoutId)
  if ((recalledAt === null && status !== 'failed') || told?.state !== 'waiting') return told
  return payouts.recall(told.id).catch((error: unknown) => {
    // Too late: it has just begun.
    if (error instanceof PayoutError && error.kind === 'refused') return payouts.read(told.id)
    throw error
  })
}

const note = (deps: WithdrawalDeps, tenantId: TenantId, withdrawalId: string, told: Payout): Promise<Withdrawal | undefined> =>
  deps.db.transact(tenantId, async (tx) => {
    const one = await lockWithdrawal(tx, tenantId, withdrawalId)
    return one && hearPayout(deps, { tx, tenantId, now: deps.clock.now() }, one, told)
  })

function warnWhenLate({ clock, logger }: WithdrawalDeps, { id: withdrawalId, status, sentAt }: Withdrawal): void {
  if (status !== 'processing' || sentAt === null || clock.now().getTime() - sentAt.getTime() < tooLongMs) return
  logger.error('a withdrawal has been with the bank for more than five days', { withdrawalId })
}
