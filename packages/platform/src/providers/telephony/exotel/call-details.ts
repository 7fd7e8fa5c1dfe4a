import type { LegStatus, ProviderCall } from '../port.ts'
import { detailsWire, isOver, readLegStatus, readSeconds, readStamp, readStatus, type CallWire } from './wire.ts'

/** Both legs of a call share its id at Exotel: this names the callee's. */
export const calleeLegOf = (callSid: string): string => `${callSid}:2`

export const isCalleeLegOf = (callSid: string, legId: string | null): boolean => legId === calleeLegOf(callSid)

/** How far a conversation may outlast a leg, each rounded to seconds by itself. */
const roundingSeconds = 2

type Seconds = number | null | undefined

interface Told {
  readonly status: LegStatus
  readonly caller: LegStatus | null
  readonly callee: LegStatus | null
  /** null: comes later. undefined: not told, or no duration. */
  readonly conversation: Seconds
  readonly onCall: readonly [Seconds, Seconds]
}

function readTold(wire: CallWire): Told {
  const { data: details } = detailsWire.safeParse(wire.Details)
  const onCallOf = (id: string): Seconds => {
    const told = details?.Legs?.find(({ Leg }) => String(Leg.Id) === id)?.Leg.OnCallDuration
    return told === undefined ? null : readSeconds(told)
  }
  return {
    status: readStatus(wire.Status),
    caller: readLegStatus(details?.Leg1Status),
    callee: readLegStatus(details?.Leg2Status),
    // Details that are null as a whole come later, too; without any, what we asked for was not answered.
    conversation: wire.Details === null ? null : readSeconds(details?.ConversationDuration),
    onCall: [onCallOf('1'), onCallOf('2')],
  }
}

/** Nobody was ever on the line at one end: no figure can change that there was no conversation. */
const isDecided = ({ caller, callee }: Told): boolean => [caller, callee].some((leg) => leg !== null && isOver(leg) && leg !== 'completed')

/** Figures that contradict each other are for a person to see. */
function contradicts({ caller, callee, conversation, onCall }: Told): boolean {
  if (conversation === null || conversation === undefined || conversation === 0) return false
  if (callee !== 'completed' || (caller !== null && caller !== 'completed')) return true
  return onCall.some((seconds) => typeof seconds === 'number' && conversation > seconds + roundingSeconds)
}

/** The times of a call; undefined: not a time. */
interface Times {
  readonly started: Date | null | undefined
  readonly ended: Date | null | undefined
  readonly updated: Date | null | undefined
}

/**
 * A call in our words. `Duration` is not looked at: it is the first leg's, and documented samples contradict it. The status of the whole says
 * `completed` too when the callee never answered, so the legs' own decide. Figures come minutes after the end: what is null then is pending,
 * what is missing or no figure is for a person to see.
 */
export function readCall(wire: CallWire, offsetMinutes: number, calleeWasSeen: boolean): ProviderCall {
  const told = readTold(wire)
  const [started, ended, updated] = [wire.StartTime, wire.EndTime, wire.DateUpdated].map((value) => readStamp(value, offsetMinutes))
  const times = { started, ended, updated }
  return isOver(told.status) ? readOver(wire.Sid, told, times, calleeWasSeen) : readOpen(wire.Sid, told, times)
}

/** `in-progress` is what a call is from the first moment on: whether somebody has answered, only the legs' own words tell. */
function readOpen(id: string, told: Told, { started }: Times): ProviderCall {
  const startedAt = started ?? null
  const running = { durationSeconds: null, endedAt: null }
  const status = told.status === 'unknown' ? 'unknown' : (told.caller ?? 'queued')
  return {
    caller: { id, status, startedAt, ...running },
    callee: told.callee === null ? null : { id: calleeLegOf(id), status: told.callee, startedAt: null, ...running },
    unreadable: started === undefined || [told.status, told.caller, told.callee].includes('unknown'),
  }
}

function readOver(id: string, told: Told, { started, ended, updated }: Times, calleeWasSeen: boolean): ProviderCall {
  const decided = isDecided(told)
  const talked = told.callee === 'completed' && !decided
  const pending = !decided && (told.conversation === null || (talked && ended === null))
  const endedAt = ended ?? updated ?? null
  const backwards = started && endedAt ? endedAt < started : false
  const caller = overOrUnknown(told.caller ?? told.status)
  const callee = calleeOf(told, pending, calleeWasSeen)
  const unreadable =
    [caller, callee].includes('unknown') ||
    [started, ended].includes(undefined) ||
    backwards ||
    (!decided && told.conversation === undefined) ||
    told.onCall.includes(undefined) ||
    contradicts(told)
  const known = told.conversation !== undefined && !pending && !unreadable ? told.conversation : null
  const callerSeconds = caller === 'completed' ? (told.onCall[0] ?? null) : 0
  const calleeSeconds = callee === 'completed' ? known : 0
  return {
    caller: { id, status: caller, durationSeconds: callerSeconds, startedAt: started ?? null, endedAt },
    callee: callee === null ? null : { id: calleeLegOf(id), status: callee, durationSeconds: calleeSeconds, startedAt: null, endedAt },
    unreadable,
    ...(pending && !unreadable ? { figuresPending: true } : {}),
  }
}

/** A leg that goes on in a call that is over cannot be. */
const overOrUnknown = (status: LegStatus): LegStatus => (isOver(status) ? status : 'unknown')

/** One that was never tried is absent; one that a message spoke of all the same was canceled before anybody answered. */
function calleeOf({ callee, status }: Told, pending: boolean, calleeWasSeen: boolean): LegStatus | null {
  if (callee !== null) return overOrUnknown(callee)
  // As long as nothing is told about it, it may be all that the call was.
  if (pending) return status
  return calleeWasSeen ? 'canceled' : null
}
