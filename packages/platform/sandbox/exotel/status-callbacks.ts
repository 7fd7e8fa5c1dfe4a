import { randomUUID } from 'node:crypto'
import type { Json } from '../kit/json.ts'
import { type Call, conversationSeconds, isOver } from './call.ts'
import { istTime } from './ist.ts'
import { type Line, onCallSeconds } from './line.ts'
import { misreportOf } from './misreport.ts'
import { asWritten } from './phone-number.ts'
import { recordingUrlOf } from './recording.ts'
import type { World } from './world.ts'

function legOf(line: Line | undefined): Json {
  // Null: it was never tried.
  if (!line) return { OnCallDuration: 0, Status: null, AnsweredBy: 'NA' }
  const status = line.state === 'connecting' || line.state === 'ringing' ? null : line.state
  return { OnCallDuration: onCallSeconds(line), Status: status, AnsweredBy: line.answeredAtMs === undefined ? 'NA' : 'Human' }
}

/** What every callback says, and the old ones say alone. */
function basicsOf(world: World, call: Call, atMs: number): Record<string, Json> {
  const wrong = misreportOf(world.misreports, call.sid, 'callbacks')
  return {
    CallSid: call.sid,
    DateUpdated: istTime(atMs),
    Status: isOver(call) ? (wrong.status ?? call.status) : call.status,
    RecordingUrl: recordingUrlOf(world.accountSid, call) ?? '',
  }
}

function detailsOf(world: World, call: Call, event: 'terminal' | 'answered'): Record<string, Json> {
  const wrong = misreportOf(world.misreports, call.sid, 'callbacks')
  const lines = world.store.lines.all
  return {
    EventType: event,
    DateCreated: istTime(call.createdAtMs),
    StartTime: istTime(call.createdAtMs),
    EndTime: call.endedAtMs === undefined ? null : istTime(call.endedAtMs),
    To: call.to === undefined ? '' : asWritten(call.to),
    From: asWritten(call.from),
    PhoneNumberSid: asWritten(call.exophone),
    Direction: call.direction,
    ConversationDuration: wrong.conversationDuration === undefined ? conversationSeconds(call) : wrong.conversationDuration,
    Legs: [legOf(lines.get(call.callerLine)), legOf(lines.get(call.calleeLine ?? ''))],
    ...(event === 'terminal' && call.customField !== undefined ? { CustomField: call.customField } : {}),
  }
}

function send(world: World, call: Call, event: 'terminal' | 'answered', json: Json): void {
  if (!call.callback) return
  world.deliveries.add({
    id: randomUUID(),
    key: call.sid,
    about: {
      kind: 'status',
      event,
      sid: call.sid,
      from: call.from,
      to: call.to ?? '',
      format: call.callback.contentType === 'application/json' ? 'json' : 'multipart',
    },
    url: call.callback.url,
    method: 'POST',
    params: {},
    json,
  })
}

/** One of the two phones was picked up. A flow's calls have no such event. */
export function tellAnswered(world: World, call: Call, atMs: number): void {
  if (!call.callback?.events.includes('answered')) return
  send(world, call, 'answered', { ...basicsOf(world, call, atMs), ...detailsOf(world, call, 'answered') })
}

/** The call is over: whoever asked for no events gets the old, short form. */
export function tellEnd(world: World, call: Call, atMs: number): void {
  if (!call.callback) return
  const { events } = call.callback
  if (events.length === 0) return send(world, call, 'terminal', basicsOf(world, call, atMs))
  if (events.includes('terminal')) send(world, call, 'terminal', { ...basicsOf(world, call, atMs), ...detailsOf(world, call, 'terminal') })
}
