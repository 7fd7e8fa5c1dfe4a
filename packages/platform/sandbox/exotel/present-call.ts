import { type Call, conversationSeconds, isOver } from './call.ts'
import { linesOf } from './calls.ts'
import { istTime } from './ist.ts'
import { type Line, onCallSeconds, secondsBetween } from './line.ts'
import { type Misreport, misreportOf } from './misreport.ts'
import { asWritten } from './phone-number.ts'
import { recordingUrlOf } from './recording.ts'
import type { World } from './world.ts'

// Rupees a started minute of each phone, in thousandths.
const PRICE_A_MINUTE = 600

const startedMinutes = (line: Line | undefined): number => (line ? Math.ceil(onCallSeconds(line) / 60) : 0)

interface Figures {
  readonly endTime: string | null
  readonly duration: unknown
  readonly price: string | null
}

/** Whether durations and price are known by now. */
const areKnown = (world: World, call: Call): boolean =>
  call.endedAtMs !== undefined && world.clock.now() >= call.endedAtMs + world.settings.figuresAfterMs

function figuresOf(world: World, call: Call, wrong: Misreport): Figures {
  if (call.endedAtMs === undefined || !areKnown(world, call)) return { endTime: null, duration: null, price: null }
  const { caller, callee } = linesOf(world, call)
  const price = (startedMinutes(caller) + startedMinutes(callee)) * PRICE_A_MINUTE
  const seconds = secondsBetween(caller?.answeredAtMs, call.endedAtMs)
  return {
    endTime: istTime(call.endedAtMs),
    duration: wrong.duration === undefined ? String(seconds) : wrong.duration,
    price: `${Math.floor(price / 1_000)}.${String(price % 1_000).padStart(3, '0')}`,
  }
}

/** The legs of a call as far as they are told: nothing before the end, no seconds before they are known. */
function detailsOf(world: World, call: Call, wrong: Misreport): Record<string, unknown> {
  const { caller, callee } = linesOf(world, call)
  const known = areKnown(world, call)
  const stateOf = (line: Line | undefined): string | null => (isOver(call) ? (line?.state ?? null) : null)
  const legOf = (line: Line | undefined, id: number): unknown => ({
    Leg: { Id: id, OnCallDuration: known ? (line ? onCallSeconds(line) : 0) : null },
  })
  const conversation = wrong.conversationDuration === undefined ? conversationSeconds(call) : wrong.conversationDuration
  return {
    ConversationDuration: known ? conversation : null,
    Leg1Status: stateOf(caller),
    Leg2Status: stateOf(callee),
    Legs: [legOf(caller, 1), legOf(callee, 2)],
  }
}

/** A call as the API shows it. */
export function presentCall(world: World, call: Call, details = false): Record<string, unknown> {
  const wrong = misreportOf(world.misreports, call.sid, 'details')
  const { endTime, duration, price } = figuresOf(world, call, wrong)
  return {
    Sid: call.sid,
    ParentCallSid: null,
    DateCreated: istTime(call.createdAtMs),
    DateUpdated: istTime(call.updatedAtMs),
    AccountSid: world.accountSid,
    To: call.to === undefined ? asWritten(call.exophone) : asWritten(call.to),
    From: asWritten(call.from),
    PhoneNumberSid: asWritten(call.exophone),
    Status: isOver(call) ? (wrong.status ?? call.status) : call.status,
    StartTime: istTime(call.createdAtMs),
    EndTime: endTime,
    Duration: duration,
    Price: price,
    Direction: call.direction,
    AnsweredBy: null,
    ForwardedFrom: null,
    CallerName: null,
    Uri: `/v1/Accounts/${world.accountSid}/Calls/${call.sid}`,
    RecordingUrl: recordingUrlOf(world.accountSid, call) ?? null,
    ...(details ? { Details: detailsOf(world, call, wrong) } : {}),
  }
}
