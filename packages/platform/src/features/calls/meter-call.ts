import type { CallMeter } from '@impacthub/sdk/contract'
import { after } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Task } from '../../db/tasks.ts'
import type { EndIn } from '../../jobs/runner.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow } from './call-row.ts'
import { lockCall, seeCall, setEndRequest } from './call-store.ts'
import { dueCoins } from './call-tariff.ts'
import { callTasks, leftFor } from './call-tasks.ts'
import { secondsLeft, talkedSeconds } from './call-time.ts'
import { extendCall } from './extend-call.ts'
import { warnAtSeconds } from './go-live.ts'

/** The three timers of a running call. Each is a task: a restarted platform goes on with them where it stopped. */

const meterEveryMs = 5_000

interface RunningCall {
  readonly call: CallRow
  readonly answeredAt: Date
}

async function running(deps: CallDeps, task: Task): Promise<RunningCall | undefined> {
  const call = leftFor(task) ?? (await seeCall(deps.db, task.tenantId, task.subject))
  return call?.status === 'in_progress' && call.answeredAt !== null ? { call, answeredAt: call.answeredAt } : undefined
}

function meterOf({ call }: RunningCall, now: Date): CallMeter {
  const elapsed = talkedSeconds(call, now)
  return {
    callId: call.id,
    elapsedSeconds: elapsed,
    chargedCoins: Math.min(call.heldCoins, dueCoins(elapsed, call.rate)),
    secondsLeft: secondsLeft(call, now),
  }
}

async function tell(
  deps: CallDeps,
  tenantId: TenantId,
  { caller, callee }: CallRow,
  type: 'call.meter' | 'call.warning',
  meter: CallMeter,
) {
  await Promise.all([
    deps.news.toUser(tenantId, caller.id, type, meter),
    deps.news.toUser(tenantId, callee.id, type, meter),
    deps.news.toApp(tenantId, type, meter),
  ])
}

/** Task `call.meter`: at the answer and every 5 seconds of talk, and when the caller has got coins. Those make the call longer where they can. */
export async function meterCall(deps: CallDeps, task: Task): Promise<{ again: Date } | undefined> {
  const { tenantId } = task
  const found = await running(deps, task)
  if (found === undefined) return undefined
  const live = { ...found, call: await extendCall(deps, tenantId, found.call) }
  const now = deps.clock.now()
  const meter = meterOf(live, now)
  await tell(deps, tenantId, live.call, 'call.meter', meter)
  if (meter.secondsLeft === 0) return undefined
  const beats = Math.max(0, Math.floor((now.getTime() - live.answeredAt.getTime()) / meterEveryMs))
  return { again: after(live.answeredAt, (beats + 1) * meterEveryMs) }
}

/** Task `call.warn`: 60 and 15 seconds before the limit. A late one tells what is left then; one that a gap in the talk has made early waits. */
export async function warnOfEnd(deps: CallDeps, task: Task): Promise<{ again: Date } | undefined> {
  const { tenantId, subject, payload } = task
  const live = await running(deps, task)
  if (live === undefined) return undefined
  const now = deps.clock.now()
  const meter = meterOf(live, now)
  const inSeconds = (seconds: number) => after(now, Math.max(1, seconds) * 1_000)
  const dueAt = Number(payload['secondsLeft'] ?? warnAtSeconds[0])
  if (meter.secondsLeft > dueAt) return { again: inSeconds(meter.secondsLeft - dueAt) }
  await tell(deps, tenantId, live.call, 'call.warning', meter)
  const next = warnAtSeconds.find((left) => left < meter.secondsLeft)
  if (next === undefined) return undefined
  const warning = callTasks.warn(subject, next, inSeconds(meter.secondsLeft - next))
  await deps.db.transact(tenantId, (tx) => deps.tasks.add(tx, tenantId, [warning], now))
  return undefined
}

/**
 * Task `call.cutoff`: at the limit the platform ends the call. One that it cannot end is ended by the provider's own limit: its account is
 * asked for, and tells whether it was that.
 */
export async function cutOff(deps: CallDeps, { tenantId, subject: callId }: Task, endIn: EndIn): Promise<void> {
  await deps.db.transact(tenantId, async (tx) => {
    const call = await lockCall(tx, tenantId, callId)
    endIn(tx)
    if (call?.status !== 'in_progress') return
    if (call.canEnd) await setEndRequest(tx, tenantId, callId, 'limit')
    await deps.tasks.add(tx, tenantId, [call.canEnd ? callTasks.hangUp(callId) : callTasks.settle(callId)], deps.clock.now())
  })
}
