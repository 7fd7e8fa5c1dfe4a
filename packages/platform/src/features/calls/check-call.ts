import { after } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Task } from '../../db/tasks.ts'
import { ProviderError } from '../../providers/telephony/port.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow, ReviewReason } from './call-row.ts'
import { lockCall, seeCall } from './call-store.ts'
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
  const call = await seeCall(deps.db, tenantId, callId)
  // A parked call is asked about by its settle task, a browser call is watched by its own.
  if (call === undefined || call.settled || call.review || call.channel === 'browser') return undefined
  const why = await lookAfter(deps, tenantId, call)
  if (why === undefined) return undefined
  const now = deps.clock.now()
  return deps.db.transact(tenantId, async (tx) => {
    const current = await lockCall(tx, tenantId, callId)
    if (current === undefined || current.endedAt !== null) return undefined
    if (now >= lastMomentOf(current)) {
      await parkCall(deps, tx, tenantId, current, why)
      return undefined
    }
    if (current.caller.legId === null) await deps.tasks.add(tx, tenantId, [callTasks.dial(callId)], now)
    else if (now >= deadlineOf(current) && current.canEnd) await deps.tasks.add(tx, tenantId, [callTasks.hangUp(callId)], now)
    return { again: nextLook(current, now) }
  })
}

/**
 * Why the call is not settled yet; undefined when it is. Whatever goes wrong with a look is no news about the call: its last moment, at which
 * both users are let go, comes all the same.
 */
async function lookAfter(deps: CallDeps, tenantId: TenantId, call: CallRow): Promise<ReviewReason | undefined> {
  try {
    const look = await reconcile(deps, tenantId, call.id)
    if (look.found === 'over' || look.found === 'pending') return undefined
    if (look.found === 'withheld') return look.why
    if (look.found === 'unclear') return 'unreadable'
    return look.call.caller.legId === null ? 'no_leg' : 'goes_on'
  } catch (error) {
    const level = error instanceof ProviderError || error instanceof Problem ? 'warn' : 'error'
    deps.logger[level]('a call could not be looked after', { callId: call.id, provider: call.provider, error })
    return error instanceof ProviderError ? 'unreachable' : 'fault'
  }
}

function nextLook(call: CallRow, now: Date): Date {
  // Of a call that is out of our hands nothing is decided by looking sooner, and providers count questions.
  const apart = call.status === 'in_progress' || !call.canEnd ? mostApartMs : firstLookMs
  const moments = [
    deadlineOf(call),
    lastMomentOf(call),
    ...(call.answeredAt === null ? [] : [after(call.answeredAt, call.limit.seconds * 1_000 + overdueMs)]),
  ]
  const ahead = moments.filter((moment) => moment > now)
  const soonest = Math.min(
    ...ahead.map((moment) => moment.getTime()),
    after(now, now >= deadlineOf(call) && call.canEnd ? 5_000 : apart).getTime(),
  )
  return new Date(soonest)
}
