import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { moveWithdrawal } from '../wallet/index.ts'
import { recordEvent } from '../webhooks/index.ts'
import { presentWithdrawal } from './present-withdrawal.ts'
import { withdrawalTasks, type WithdrawalDeps } from './withdrawal-deps.ts'
import { isUndone, placeOf, statusAfter, type WithdrawalEvent } from './withdrawal-lifecycle.ts'
import type { Withdrawal } from './withdrawal-row.ts'
import { insertStep, updateWithdrawal, type WithdrawalChange } from './withdrawal-store.ts'

/** A transaction that holds a withdrawal's row. */
export interface Turn {
  readonly tx: Tx
  readonly tenantId: TenantId
  readonly now: Date
}

export interface Step {
  readonly event: WithdrawalEvent
  /** A user, a key, the platform or a provider: for the record. */
  readonly actor: string
  readonly note?: string | undefined
  readonly change?: Partial<Omit<WithdrawalChange, 'status'>>
}

/**
 * The one way in which a withdrawal changes its status: row, coins, evidence, event and announcement are the caller's one transaction, which
 * holds the row. Undefined: the event leads nowhere from here, and nothing has changed. Killed before the commit, nothing of it has happened.
 */
export async function takeStep(
  deps: Pick<WithdrawalDeps, 'tasks'>,
  turn: Turn,
  before: Withdrawal,
  step: Step,
): Promise<Withdrawal | undefined> {
  const { tx, tenantId, now } = turn
  const status = statusAfter(before.status, step.event)
  if (status === undefined) return undefined
  const after: Withdrawal = {
    ...before,
    inReview: status === 'requested' && before.inReview,
    endedAt: isUndone(status) ? now : null,
    ...step.change,
    status,
  }
  const [from, to] = [placeOf(before.status), placeOf(status)]
  const { id: withdrawalId, userId, coins } = before
  const transactionId = from === to ? null : await moveWithdrawal(tx, tenantId, { withdrawalId, userId, coins, from, to }, now)
  await updateWithdrawal(tx, tenantId, withdrawalId, after, now)
  insertStep(
    tx,
    tenantId,
    { withdrawalId, event: step.event, from: before.status, to: status, actor: step.actor, note: step.note ?? null, transactionId },
    now,
  )
  if (status !== before.status) await tell(turn, after, `withdrawal.${status}`)
  await deps.tasks.add(tx, tenantId, [withdrawalTasks.announce(withdrawalId)], now)
  return after
}

/** The host's servers, of the withdrawal as it is now. */
export async function tell(
  { tx, tenantId, now }: Turn,
  one: Withdrawal,
  type: `withdrawal.${Withdrawal['status']}` | 'withdrawal.review_needed',
) {
  await recordEvent(tx, tenantId, { type, objectId: one.id, data: presentWithdrawal(one, now) }, now)
}

/** Notes what does not change the status. */
export async function noteChange(
  deps: Pick<WithdrawalDeps, 'tasks'>,
  { tx, tenantId, now }: Turn,
  before: Withdrawal,
  change: Partial<Omit<WithdrawalChange, 'status'>>,
): Promise<Withdrawal> {
  const after: Withdrawal = { ...before, ...change }
  await updateWithdrawal(tx, tenantId, before.id, after, now)
  await deps.tasks.add(tx, tenantId, [withdrawalTasks.announce(before.id)], now)
  return after
}
