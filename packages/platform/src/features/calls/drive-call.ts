import { after } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Task } from '../../db/tasks.ts'
import { ProviderError, type Telephony } from '../../providers/telephony/port.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow } from './call-row.ts'
import { clearJoinAttempt, lockCall, markCalleeAttempt, markJoinAttempt, seeCall, setCalleeFailed } from './call-store.ts'
import { callTasks } from './call-tasks.ts'
import { adoptCallee } from './on-leg-report.ts'
import { reachProvider } from './reach-provider.ts'
import { wishOf } from './wish-of.ts'

type Outcome = { readonly again: Date } | undefined

const retryMs = 1_000
const lookEveryMs = 3_000
/** How long a callee's leg whose creation was not answered may be silent: its events name the call. */
const traceWithinMs = 30_000
/** A callee who has heard nobody for so long has hung up. */
const joinWithinMs = 20_000

/**
 * Task `call.drive`, where the platform takes each step of a call itself: rings the callee once the caller has answered, joins the two once
 * the callee has. Which step is due follows from the call's row. The callee's ringing is marked before it is asked for, so that it happens
 * once at most: killed before the mark, the next worker rings; killed after it, or without an answer, the leg tells by its own events that it
 * is there, or the call has failed. To join is asked again until it is answered: two who are joined already are a success. That it was asked
 * is marked as well: killed after it, the two may talk and be gone before it is asked again, and the provider's account tells how long.
 */
export async function driveCall(deps: CallDeps, { tenantId, subject: callId }: Task): Promise<Outcome> {
  const call = await seeCall(deps.db, tenantId, callId)
  if (call === undefined || isPast(call) || call.caller.legId === null) return undefined
  const telephony = await reachProvider(deps, tenantId, call.provider)
  if (telephony === undefined || !takesEachStep(telephony, call)) return undefined
  if (call.callee.legId === null) return ringCallee(deps, telephony, tenantId, callId)
  return call.status === 'in_progress' ? joinLegs(deps, telephony, tenantId, call) : undefined
}

/** Whether the platform takes each step of a call itself. A call that came in runs on the instructions that were given for it. */
export const takesEachStep = ({ dialCallee }: Pick<Telephony, 'dialCallee'>, { direction }: Pick<CallRow, 'direction'>): boolean =>
  dialCallee !== undefined && direction === 'outbound'

const isPast = ({ settled, endedAt, endRequestedBy, callee }: CallRow): boolean =>
  settled || endedAt !== null || endRequestedBy !== null || callee.cause === 'failed'

async function ringCallee(deps: CallDeps, telephony: Telephony, tenantId: TenantId, callId: string): Promise<Outcome> {
  const now = deps.clock.now()
  const found = await deps.db.transact(tenantId, async (tx) => {
    const call = await lockCall(tx, tenantId, callId)
    if (call === undefined || isPast(call) || call.callee.legId !== null) return undefined
    if (call.calleeAttemptedAt === null) await markCalleeAttempt(tx, tenantId, callId, now)
    return call
  })
  if (found === undefined) return undefined
  if (found.calleeAttemptedAt !== null) {
    if (now < after(found.calleeAttemptedAt, traceWithinMs)) return { again: after(now, lookEveryMs) }
    return giveUp(deps, tenantId, callId)
  }
  try {
    const rung = await telephony.dialCallee?.(wishOf(deps, found), found.caller.legId ?? '')
    await deps.db.transact(tenantId, async (tx) => {
      const call = await lockCall(tx, tenantId, callId)
      if (call !== undefined && rung !== undefined && call.callee.legId !== rung.legId)
        await adoptCallee(deps, tx, tenantId, call, rung.legId)
    })
    return undefined
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    return onRingError(deps, tenantId, found, error)
  }
}

async function onRingError(deps: CallDeps, tenantId: TenantId, call: CallRow, error: ProviderError): Promise<Outcome> {
  const now = deps.clock.now()
  deps.logger.warn('a callee could not be rung', { callId: call.id, code: error.failure, provider: call.provider, error })
  if (error.failure === 'unknown') return { again: after(now, lookEveryMs) }
  // The caller waits on the line: no longer than two phones would ring.
  const inTime = now < after(call.createdAt, call.ringSeconds * 2_000)
  if (error.failure !== 'not_sent' || !inTime) return giveUp(deps, tenantId, call.id)
  await deps.db.transact(tenantId, (tx) => markCalleeAttempt(tx, tenantId, call.id, null))
  return { again: after(now, retryMs) }
}

async function joinLegs(deps: CallDeps, telephony: Telephony, tenantId: TenantId, call: CallRow): Promise<Outcome> {
  const isFirst = await deps.db.transact(tenantId, (tx) => markJoinAttempt(tx, tenantId, call.id, deps.clock.now()))
  try {
    await telephony.join?.(wishOf(deps, call), call.caller.legId ?? '', call.callee.legId ?? '')
    return undefined
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    deps.logger.warn('two legs could not be joined', { callId: call.id, code: error.failure, provider: call.provider, error })
    const now = deps.clock.now()
    const hopeless = error.failure === 'refused' || error.failure === 'invalid_number'
    // Whoever was joined by an earlier request, and has hung up since, cannot be joined again.
    if (hopeless && !isFirst) return endJoined(deps, tenantId, call.id)
    if (hopeless || now >= after(call.answeredAt ?? call.createdAt, joinWithinMs)) return giveUp(deps, tenantId, call.id)
    if (isFirst && error.failure === 'not_sent') await deps.db.transact(tenantId, (tx) => clearJoinAttempt(tx, tenantId, call.id))
    return { again: after(now, retryMs) }
  }
}

/** The two may have talked: both legs are taken down, and the provider's account of them counts. */
async function endJoined(deps: CallDeps, tenantId: TenantId, callId: string): Promise<undefined> {
  await deps.db.transact(tenantId, (tx) => deps.tasks.add(tx, tenantId, [callTasks.hangUp(callId)], deps.clock.now()))
  return undefined
}

/** The callee cannot be reached: the call is taken down, and costs nothing. */
async function giveUp(deps: CallDeps, tenantId: TenantId, callId: string): Promise<undefined> {
  await deps.db.transact(tenantId, async (tx) => {
    const call = await lockCall(tx, tenantId, callId)
    if (call === undefined || isPast(call)) return
    await setCalleeFailed(tx, tenantId, callId)
    await deps.tasks.add(tx, tenantId, [callTasks.hangUp(callId)], deps.clock.now())
  })
  return undefined
}
