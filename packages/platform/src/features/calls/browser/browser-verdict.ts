import { after } from '../../../base/clock.ts'
import { endOf, type EndEvent } from '../call-lifecycle.ts'
import type { CallEnding, CallRow, EndReason, Side } from '../call-row.ts'
import {
  gapsMs,
  lastProof,
  likelyMs,
  provedAloneMs,
  provedSeconds,
  provedSince,
  talkOf,
  type BrowserProofs,
  type Talk,
} from './browser-talk.ts'

/** Pure: what the proofs of both sides mean for a browser call. They stand where a telephone provider's account stands for others. */

export type BrowserVerdict =
  | { readonly kind: 'over'; readonly ending: CallEnding }
  /** `lookAt`: when time alone may end it. */
  | { readonly kind: 'open'; readonly talk: Talk | undefined; readonly lookAt: Date }

/** The parts of a call that a verdict depends on. */
export type JudgedBrowserCall = Pick<
  CallRow,
  'status' | 'endReason' | 'endedAt' | 'limit' | 'endRequestedBy' | 'createdAt' | 'acceptedAt' | 'ringSeconds'
> & { readonly caller: Pick<CallRow['caller'], 'cause'>; readonly callee: Pick<CallRow['callee'], 'cause'> }

/** How long sound may take to come about once the callee has accepted. */
export const mediaMs = 20_000
/** How long a side may prove nothing before it counts as gone. */
const goneMs = 13_000
/**
 * How long, and beyond that for which part of what both proved, one side may hear the other and not be heard to say so. A cut line silences
 * both; one that talks on and proves just enough not to count as gone would talk for nothing.
 */
const aloneMs = 20_000
const alonePart = 0.25
/**
 * How long the gaps of a talk may be beyond what of it was proved. Who sends sound in bursts only silences the other's proofs with the own
 * ones, and goes on hearing: without this, they would listen for nothing.
 */
const mostGapsMs = 60_000
/** How far beyond the limit the last proofs are waited for; what they prove beyond it is not charged. */
const lastProofsMs = 1_500
/** Nobody stays busy beyond the limit, the ringing and this, however many gaps the talk had. */
const slackMs = 85_000

interface End {
  readonly event: EndEvent
  readonly reason: EndReason
  readonly at: Date
  readonly callerCause: string | null
  readonly calleeCause: string | null
}

/**
 * Depends on the proofs as a set, never on their order or number. `since`: from when on this process could be given proofs; it does not
 * take for gone whom it could not hear.
 */
export function judgeBrowser(call: JudgedBrowserCall, proofs: BrowserProofs, now: Date, since: Date): BrowserVerdict {
  const talk = talkOf(proofs)
  if (call.endedAt !== null) return { kind: 'over', ending: knownEnding(call, talk, call.endedAt) }
  const end = askedEnd(call, talk, now) ?? timelyEnd(call, proofs, talk, now, since)
  if (end instanceof Date) return { kind: 'open', talk, lookAt: end }
  const ending: CallEnding = {
    status: endOf(end.event),
    endReason: end.reason,
    ...talked(call, talk),
    endedAt: end.at,
    callerCause: end.callerCause,
    calleeCause: end.calleeCause,
    calleeLegId: null,
  }
  return { kind: 'over', ending }
}

const talked = ({ limit }: JudgedBrowserCall, talk: Talk | undefined): Pick<CallEnding, 'durationSeconds' | 'answeredAt'> => ({
  durationSeconds: provedSeconds(talk, limit.seconds),
  answeredAt: talk === undefined ? null : new Date(talk.from),
})

/** Of a call whose two people were let go before its books could be closed. */
function knownEnding(call: JudgedBrowserCall, talk: Talk | undefined, endedAt: Date): CallEnding {
  const { status, endReason, caller, callee } = call
  if (status === 'initiated' || status === 'ringing' || status === 'in_progress' || endReason === null)
    throw new Error('an ended call has no end')
  return { status, endReason, ...talked(call, talk), endedAt, callerCause: caller.cause, calleeCause: callee.cause, calleeLegId: null }
}

const over = (event: EndEvent, reason: EndReason, at: Date, callerCause: string | null, calleeCause: string | null): End => ({
  event,
  reason,
  at,
  callerCause,
  calleeCause,
})

/** The end that somebody asked for. */
function askedEnd({ endRequestedBy, limit }: JudgedBrowserCall, talk: Talk | undefined, now: Date): End | undefined {
  if (endRequestedBy === null) return undefined
  if (talk !== undefined) {
    const reason =
      endRequestedBy === 'limit' ? limit.reason : endRequestedBy === 'platform' ? 'platform' : (`${endRequestedBy}_hangup` as const)
    return over('talk_ended', reason, now, 'completed', 'completed')
  }
  if (endRequestedBy === 'callee') return over('callee_declined', 'declined', now, 'completed', 'declined')
  return over('caller_gave_up', endRequestedBy === 'platform' ? 'platform' : 'canceled', now, 'canceled', 'canceled')
}

/** The end that time has brought, or when it may bring one. */
function timelyEnd(call: JudgedBrowserCall, proofs: BrowserProofs, talk: Talk | undefined, now: Date, since: Date): End | Date {
  const ringEnd = after(call.createdAt, call.ringSeconds * 1_000)
  if (call.acceptedAt === null && talk === undefined)
    return now < ringEnd ? ringEnd : over('nobody_answered', 'no_answer', ringEnd, 'canceled', 'no-answer')
  const lastMoment = after(call.createdAt, (call.limit.seconds + call.ringSeconds) * 1_000 + slackMs)
  if (talk === undefined) {
    const deadline = earlier(lastMoment, after(later(call.acceptedAt ?? since, since), mediaMs))
    return now < deadline ? deadline : over('provider_failed', 'provider_error', now, 'media_failed', 'media_failed')
  }
  if (now >= lastMoment) return over('talk_ended', 'platform', now, 'completed', 'completed')
  const leftMs = call.limit.seconds * 1_000 - talk.provedMs
  const overdueMs = leftMs + talk.provedMs + lastProofsMs - likelyMs(talk, now.getTime())
  if (leftMs <= 0 || overdueMs <= 0) return over('talk_ended', call.limit.reason, now, 'completed', 'completed')
  const silentAt = silences(proofs, since)
  const gone = (['caller', 'callee'] as const).filter((side) => now >= silentAt[side])
  if (gone.length > 0) return vanished(leastHeard(gone, proofs), talk)
  const patience = patienceMs(proofs, talk)
  const withheld = (['caller', 'callee'] as const).filter((side) => patience[side] <= 0)
  if (withheld.length > 0) return vanished(leastHeard(withheld, proofs), talk)
  if (isMostlyGaps(proofs, since)) return vanished(leastHeard(['caller', 'callee'], proofs), talk)
  const soonest = Math.min(overdueMs, patience.caller, patience.callee)
  return [silentAt.caller, silentAt.callee, after(now, soonest)].reduce(earlier, lastMoment)
}

const earlier = (a: Date, b: Date): Date => (a < b ? a : b)
const later = (a: Date, b: Date): Date => (a > b ? a : b)

/** When each side will have proved nothing for too long. */
function silences(proofs: BrowserProofs, since: Date): Record<Side, Date> {
  const of = (side: Side) => new Date(Math.max(lastProof(proofs[side]) ?? 0, since.getTime()) + goneMs)
  return { caller: of('caller'), callee: of('callee') }
}

/** How much longer each side may leave unproved what the other one proves. */
function patienceMs(proofs: BrowserProofs, talk: Talk): Record<Side, number> {
  const allowed = aloneMs + talk.provedMs * alonePart
  const of = (other: Side) => Math.ceil(allowed - provedAloneMs(proofs[other], talk))
  return { caller: of('callee'), callee: of('caller') }
}

/** Of the time in which this process could hear them: its own absence is nobody's gap. */
function isMostlyGaps(proofs: BrowserProofs, since: Date): boolean {
  const heard = talkOf(provedSince(proofs, since.getTime()))
  return heard !== undefined && gapsMs(heard) > mostGapsMs + heard.provedMs
}

/** A side that is cut off takes the other one's sound with it, but the other one is still heard of. */
function leastHeard(gone: readonly Side[], proofs: BrowserProofs): Side {
  const heard = (side: Side) => Math.max(proofs[side].heardAt ?? 0, lastProof(proofs[side]) ?? 0)
  return [...gone].sort((a, b) => heard(a) - heard(b))[0] ?? 'caller'
}

function vanished(side: Side, talk: Talk): End {
  const [callerCause, calleeCause] = side === 'caller' ? ['lost', 'completed'] : ['completed', 'lost']
  return over('talk_ended', `${side}_hangup`, new Date(talk.to), callerCause ?? null, calleeCause ?? null)
}
