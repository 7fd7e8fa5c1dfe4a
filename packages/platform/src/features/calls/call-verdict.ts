import { after } from '../../base/clock.ts'
import type { Leg, LegStatus, ProviderCall } from '../../providers/telephony/port.ts'
import { endOf, type CallEvent, type EndEvent } from './call-lifecycle.ts'
import type { CallEnding, CallRow, EndReason } from './call-row.ts'
import { elapsedSeconds } from './call-tariff.ts'

/** Pure: what the provider's own account of both legs means for a call. */

export type Verdict =
  | {
      readonly kind: 'open'
      readonly event: Extract<CallEvent, 'callee_rings' | 'callee_answers'> | null
      /** One leg is over while the other is not: whose, and since when, if that is told. */
      readonly alone: { readonly over: 'caller' | 'callee'; readonly since: Date | null } | null
    }
  | { readonly kind: 'over'; readonly ending: CallEnding }
  /** Over, as it seems; the figures that money follows come later. */
  | { readonly kind: 'pending'; readonly ending: CallEnding }
  /** The account cannot be read, or not yet: ask again, and in the end show it to a person. */
  | { readonly kind: 'unclear' }

/** The parts of a call that a verdict depends on. */
export type Judged = Pick<CallRow, 'callee' | 'direction' | 'limit' | 'endRequestedBy' | 'endedBy' | 'status' | 'answeredAt'>

const endedStatuses: ReadonlySet<LegStatus> = new Set(['completed', 'busy', 'no_answer', 'failed', 'canceled'])
export const isLegOver = (status: LegStatus): boolean => endedStatuses.has(status)

const unclear: Verdict = { kind: 'unclear' }

/** Depends on the provider's account and on what was asked of us, never on which callbacks came, in what order or how often. */
export function judge(call: Judged, truth: ProviderCall | undefined, now: Date): Verdict {
  if (truth === undefined || truth.unreadable || truth.caller.status === 'unknown' || truth.callee?.status === 'unknown') return unclear
  const { caller, callee } = truth
  if (!isLegOver(caller.status) || (callee !== null && !isLegOver(callee.status))) return { kind: 'open', ...lifeOf(caller, callee) }
  if (truth.figuresPending === true) return { kind: 'pending', ending: presumedEnding(call, caller, callee, now) }
  // The callee was dialled as we know, yet is not in the account: it lags behind.
  if (callee === null && call.callee.legId !== null) return unclear
  if (callee?.status === 'completed' && callee.durationSeconds === null) return unclear
  return { kind: 'over', ending: endingOf(call, caller, callee, now) }
}

function lifeOf(caller: Leg, callee: Leg | null): Pick<Extract<Verdict, { kind: 'open' }>, 'event' | 'alone'> {
  if (callee === null) return { event: null, alone: null }
  if (isLegOver(callee.status)) return { event: null, alone: { over: 'callee', since: callee.endedAt } }
  const alone = isLegOver(caller.status) ? ({ over: 'caller', since: caller.endedAt } as const) : null
  if (callee.status === 'in_progress') return { event: 'callee_answers', alone }
  return { event: callee.status === 'ringing' ? 'callee_rings' : null, alone }
}

/** What the two are told of a call whose figures are not known: the platform's own timing. */
function presumedEnding(call: Judged, caller: Leg, callee: Leg | null, now: Date): CallEnding {
  const ending = endingOf(call, caller, callee ?? { ...caller, durationSeconds: null }, now)
  if (ending.status !== 'completed') return ending
  // Ended before the callee was rung: there is nothing to know but that.
  const asked = call.answeredAt === null ? askedEnd(call) : undefined
  if (asked !== undefined) return { ...ending, status: endOf(asked[0]), endReason: asked[1], answeredAt: null, durationSeconds: 0 }
  const durationSeconds = elapsedSeconds(call.answeredAt, call.limit.seconds, ending.endedAt)
  return { ...ending, answeredAt: call.answeredAt, durationSeconds }
}

function endingOf(call: Judged, caller: Leg, callee: Leg | null, now: Date): CallEnding {
  const talked = callee?.status === 'completed' && call.callee.cause !== 'failed'
  const durationSeconds = talked ? (callee.durationSeconds ?? 0) : 0
  const endedAt = callee?.endedAt ?? caller.endedAt ?? now
  const [event, endReason] = talked
    ? (['talk_ended', hangUpReason(call, caller, callee, durationSeconds)] as const)
    : silentEnd(call, caller.status, call.callee.cause === 'failed' ? 'failed' : (callee?.status ?? null))
  return {
    status: endOf(event),
    endReason,
    durationSeconds,
    answeredAt: talked ? after(endedAt, -durationSeconds * 1_000) : null,
    endedAt,
    callerCause: causeOf(caller),
    calleeCause: callee === null ? null : causeOf(callee),
    calleeLegId: callee?.id ?? null,
  }
}

const causeOf = ({ status }: Leg): string => (status === 'no_answer' ? 'no-answer' : status)

/** Who ended a conversation. */
function hangUpReason(call: Judged, caller: Leg, callee: Leg, durationSeconds: number): EndReason {
  if (durationSeconds >= call.limit.seconds || call.endRequestedBy === 'limit') return call.limit.reason
  if (call.endRequestedBy === 'platform') return 'platform'
  const side = call.endRequestedBy ?? call.endedBy ?? (lastedLonger(caller, callee) ? 'callee' : 'caller')
  return side === 'caller' ? 'caller_hangup' : 'callee_hangup'
}

// The caller's leg outlives the callee's only when it was the callee who hung up.
const lastedLonger = (caller: Leg, callee: Leg): boolean =>
  caller.endedAt !== null && callee.endedAt !== null && caller.endedAt > callee.endedAt

/** How a call ended in which the two never talked. */
function silentEnd(call: Judged, caller: LegStatus, callee: LegStatus | null): readonly [EndEvent, EndReason] {
  const decisive = callee ?? caller
  if (decisive === 'busy') return ['line_busy', 'busy']
  if (decisive === 'failed' || caller === 'failed') return ['provider_failed', 'provider_error']
  const asked = askedEnd(call)
  if (asked !== undefined) return asked
  // Of a call that came in, an unanswered leg of the caller alone was given up by the caller.
  if (decisive === 'no_answer' && (callee !== null || call.direction === 'outbound')) return ['nobody_answered', 'no_answer']
  // Either leg was taken down before the callee answered, and nobody asked us for it: the caller hung up.
  return ['caller_gave_up', 'canceled']
}

function askedEnd({ endRequestedBy }: Pick<Judged, 'endRequestedBy'>): readonly [EndEvent, EndReason] | undefined {
  if (endRequestedBy === 'caller') return ['caller_gave_up', 'canceled']
  if (endRequestedBy === 'callee') return ['callee_declined', 'declined']
  if (endRequestedBy === 'platform') return ['caller_gave_up', 'platform']
  return undefined
}

/** The end of a call of which the provider has no leg: it was refused, never sent, or given up. */
export function endWithoutLegs(call: Pick<CallRow, 'endRequestedBy'>, now: Date): CallEnding {
  const [event, endReason] = askedEnd(call) ?? (['provider_failed', 'provider_error'] as const)
  return {
    status: endOf(event),
    endReason,
    durationSeconds: 0,
    answeredAt: null,
    endedAt: now,
    callerCause: null,
    calleeCause: null,
    calleeLegId: null,
  }
}
