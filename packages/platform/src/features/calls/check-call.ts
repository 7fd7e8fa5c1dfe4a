import { after } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import type { Task } from '../../db/tasks.ts'
import { ProviderError } from '../../providers/telephony/port.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow } from './call-row.ts'
import { findCall, lockCall } from './call-store.ts'
import { callTasks } from './call-tasks.ts'
import { parkCall } from './finish-call.ts'
import { overdueMs } from './go-live.ts'
import { firstLookMs } from './place-call.ts'
import { reconcile } from './settle-call.ts'

const mostApartMs = 60_000

/** Both phones have rung in vain, or the two have talked as long as they may: from here on a call that goes on is taken down. */
const deadlineOf = ({ createdAt, ringSeconds, limit, answeredAt }: CallRow): Date =>
  answeredAt === null
    ? after(createdAt, ringSeconds * 2_000 + 20_000)
    : after(answeredAt, (limit.seconds + ringSeconds) * 1_000 + overdueMs)

/** Nobody stays busy beyond this, even when the provider does not answer: its own limits have ended the call by then. */
const lastMomentOf = ({ createdAt, ringSeconds, limit }: CallRow): Date => after(createdAt, (limit.seconds + ringSeconds) * 1_000 + 85_000)

/**
 * Task `call.check`: every open call has one, so that a call ends and is settled when every callback is lost. It asks the provider at the
 * moments when something should have happened, and at least once a minute.
 */
export async function checkCall(deps: CallDeps, { tenantId, subject: callId }: Task): Promise<{ again: Date } | undefined> {
  const call = await deps.db.transact(tenantId, (tx) => findCall(tx, tenantId, callId))
  // A parked call is asked about by its settle task.
  if (call === undefined || call.settled || call.review) return undefined
  const open = await goesOn(deps, call, () => reconcile(deps, tenantId, callId))
  if (!open) return undefined
  const now = deps.clock.now()
  return deps.db.transact(tenantId, async (tx) => {
    const current = await lockCall(tx, tenantId, callId)
    if (current === undefined || current.endedAt !== null) return undefined
    if (now >= lastMomentOf(current)) {
      await parkCall(deps, tx, tenantId, current)
      return undefined
    }
    if (current.caller.legId === null) await deps.tasks.add(tx, tenantId, [callTasks.dial(callId)], now)
    else if (now >= deadlineOf(current)) await deps.tasks.add(tx, tenantId, [callTasks.hangUp(callId)], now)
    return { again: nextLook(current, now) }
  })
}

/** A provider that cannot be asked is no news about the call, and neither is a ledger that takes no settlement now. */
async function goesOn(deps: CallDeps, call: CallRow, look: () => ReturnType<typeof reconcile>): Promise<boolean> {
  try {
    return (await look()).found !== 'over'
  } catch (error) {
    const expected = error instanceof ProviderError || (error instanceof Problem && error.code === 'ledger_frozen')
    if (!expected) throw error
    deps.logger.warn('a call could not be looked after', { callId: call.id, provider: call.provider, error })
    return true
  }
}

function nextLook(call: CallRow, now: Date): Date {
  const apart = call.status === 'in_progress' ? mostApartMs : firstLookMs
  const moments = [
    deadlineOf(call),
    lastMomentOf(call),
    ...(call.answeredAt === null ? [] : [after(call.answeredAt, call.limit.seconds * 1_000 + overdueMs)]),
  ]
  const ahead = moments.filter((moment) => moment > now)
  const soonest = Math.min(...ahead.map((moment) => moment.getTime()), after(now, now >= deadlineOf(call) ? 5_000 : apart).getTime())
  return new Date(soonest)
}
