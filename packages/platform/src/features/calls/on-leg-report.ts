import { after } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { LegReport } from '../../providers/telephony/port.ts'
import type { CallDeps } from './call-deps.ts'
import { isOver } from './call-lifecycle.ts'
import type { CallRow } from './call-row.ts'
import { findCall, isLegOfAnother, lockCall, setEndedBy, setLeg } from './call-store.ts'
import { callTasks, knowing } from './call-tasks.ts'
import { isLegOver } from './call-verdict.ts'
import { happen, isDriven, type Happening } from './go-live.ts'

/**
 * What a verified callback says, applied once or many times, in any order. It moves a call forward while it lives; an end is only a hint to
 * ask the provider, whose account alone ends and settles the call. It is part of the inbox's transaction: killed in it, the inbox tells it again.
 */
export async function onLegReports(
  deps: CallDeps,
  tx: Tx,
  tenantId: TenantId,
  callId: string,
  reports: Promise<readonly LegReport[]>,
): Promise<void> {
  const [all, locked] = await Promise.all([reports, lockCall(tx, tenantId, callId)])
  for (const [n, report] of all.entries()) {
    // What the one before has changed, the next one must see.
    const call = n === 0 ? locked : await findCall(tx, tenantId, callId)
    if (call !== undefined) await onLegReport(deps, tx, tenantId, call, report)
  }
}

async function onLegReport(deps: CallDeps, tx: Tx, tenantId: TenantId, found: CallRow, report: LegReport): Promise<void> {
  const callId = found.id
  if (!(await recognize(deps, tx, tenantId, found, report)) || found.settled) return
  const call = withLegs(found, report)
  const now = deps.clock.now()
  if (report.endedBy !== null) await setEndedBy(tx, tenantId, callId, report.endedBy)
  const happening = happeningOf(report, call, now)
  if (happening !== undefined) await happen(deps, tx, tenantId, call, happening)
  if (isCallersAnswer(report) && isDriven(call.provider) && call.callee.legId === null && call.endedAt === null)
    await deps.tasks.add(tx, tenantId, [callTasks.drive(callId)], now)
  // An unknown word may be an end as well: the provider's own account is read then.
  if (report.kind === 'after_request' || isLegOver(report.status) || report.status === 'unknown')
    await deps.tasks.add(
      tx,
      tenantId,
      [knowing(callTasks.settle(callId, callerGoesToo(report, call) ? after(now, callersEndMs) : now), call)],
      now,
    )
}

/** How soon after the callee's leg the caller's is over, where the provider itself ends it and tells: no sooner is there anything to settle. */
const callersEndMs = 1_500

const callerGoesToo = ({ kind, leg, status }: LegReport, { provider }: CallRow): boolean =>
  !isDriven(provider) && status !== 'unknown' && (kind === 'after_request' || leg === 'callee')

const legsOf = ({ leg, legId, otherLegId }: LegReport) => ({
  callerLeg: leg === 'caller' ? legId : otherLegId,
  calleeLeg: leg === 'callee' ? legId : otherLegId,
})

/** The call with what the report has just taught it: hosts are told of both. */
function withLegs(call: CallRow, report: LegReport): CallRow {
  const { callerLeg, calleeLeg } = legsOf(report)
  const { caller, callee } = call
  return {
    ...call,
    caller: { ...caller, legId: caller.legId ?? callerLeg },
    callee: { ...callee, legId: callee.legId ?? calleeLeg },
  }
}

/** Learns the legs' ids from a report; false when it speaks of a leg that is not this call's. */
async function recognize(deps: CallDeps, tx: Tx, tenantId: TenantId, call: CallRow, report: LegReport): Promise<boolean> {
  const { callerLeg, calleeLeg } = legsOf(report)
  if (await namesAnother(deps, tx, call, [callerLeg, calleeLeg])) return false
  if (callerLeg !== null && callerLeg !== call.caller.legId) {
    if (call.caller.legId !== null) {
      deps.logger.error('a second leg rang for a call and is taken down', { callId: call.id, provider: call.provider })
      await deps.tasks.add(tx, tenantId, [callTasks.dropLeg(callerLeg, call.provider)], deps.clock.now())
      return false
    }
    await adoptLeg(deps, tx, tenantId, call, callerLeg)
  }
  if (calleeLeg !== null && call.callee.legId !== calleeLeg) await adoptCallee(deps, tx, tenantId, call, calleeLeg)
  return true
}

/** A provider that signs nothing is known by the secret in the address alone: what is sent there may speak of other calls. */
async function namesAnother(deps: CallDeps, tx: Tx, call: CallRow, legIds: readonly (string | null)[]): Promise<boolean> {
  for (const legId of legIds) {
    if (legId === null || legId === call.caller.legId || legId === call.callee.legId) continue
    if (!(await isLegOfAnother(tx, legId, call.id))) continue
    deps.logger.warn('a message speaks of another call and is passed over', { callId: call.id, provider: call.provider })
    return true
  }
  return false
}

/** Ties the callee's leg to its call. One that we had rung and the call no longer wants is taken down. */
export async function adoptCallee(deps: CallDeps, tx: Tx, tenantId: TenantId, call: CallRow, legId: string): Promise<void> {
  const now = deps.clock.now()
  const unwanted = call.callee.legId !== null || call.settled
  if (!unwanted) await setLeg(tx, tenantId, call.id, 'callee', legId)
  if (call.calleeAttemptedAt === null) return
  if (unwanted) await deps.tasks.add(tx, tenantId, [callTasks.dropLeg(legId, call.provider)], now)
  else if (call.endedAt !== null || call.endRequestedBy !== null) await deps.tasks.add(tx, tenantId, [callTasks.hangUp(call.id)], now)
}

/** Ties the caller's leg to its call. A call that is over, or to be ended, does not want it any more. */
export async function adoptLeg(deps: CallDeps, tx: Tx, tenantId: TenantId, call: CallRow, legId: string): Promise<void> {
  if (call.caller.legId === legId) return
  const now = deps.clock.now()
  if (call.caller.legId !== null) return deps.tasks.add(tx, tenantId, [callTasks.dropLeg(legId, call.provider)], now)
  await setLeg(tx, tenantId, call.id, 'caller', legId)
  if (isOver(call.status) || call.endRequestedBy !== null) await deps.tasks.add(tx, tenantId, [callTasks.hangUp(call.id)], now)
}

/** The caller's leg, where a report tells nothing but that it is one of the call. */
export function onlyLegOf(provider: string, { kind, leg, status, legId, otherLegId, endedBy }: LegReport): string | null {
  if (leg !== 'caller' || otherLegId !== null || endedBy !== null) return null
  if (kind === 'answer_request') return legId
  const telling = status === 'in_progress' ? isDriven(provider) : status !== 'queued' && status !== 'ringing'
  return kind === 'status' && !telling ? legId : null
}

const isCallersAnswer = ({ kind, leg, status }: LegReport): boolean => kind === 'status' && leg === 'caller' && status === 'in_progress'

function happeningOf(report: LegReport, call: CallRow, now: Date): Happening | undefined {
  if (report.kind !== 'status' || report.leg !== 'callee') return undefined
  if (report.status === 'ringing') return { event: 'callee_rings', at: now, doubtMs: 0 }
  if (report.status === 'in_progress') return { event: 'callee_answers', at: answerTime(report.at, call, now), doubtMs: 0 }
  return undefined
}

/** The provider's time when it is believable. It has no fractions: the end of its second, so that nobody is cut off too early. */
function answerTime(at: Date | null, call: CallRow, now: Date): Date {
  if (at === null || at < after(call.createdAt, -1_000) || at > now) return now
  const latest = after(at, 999)
  return latest < now ? latest : now
}
