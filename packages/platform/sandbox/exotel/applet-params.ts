import type { Call } from './call.ts'
import { linesOf } from './calls.ts'
import { istTime } from './ist.ts'
import { onCallSeconds, secondsBetween } from './line.ts'
import { asWritten } from './phone-number.ts'
import { recordingUrlOf } from './recording.ts'
import type { World } from './world.ts'

// What the applets really send while a call is on: the zero of time, in India.
const NO_END = '1970-01-01 05:30:00'

/** What an applet's address is always told about the call, in its query. */
export function applet(world: World, call: Call): Record<string, string> {
  const times = { Created: istTime(call.createdAtMs), StartTime: istTime(call.createdAtMs), EndTime: NO_END }
  return {
    CallSid: call.sid,
    CallFrom: asWritten(call.from),
    CallTo: asWritten(call.exophone),
    Direction: call.direction === 'inbound' ? 'incoming' : 'outbound-dial',
    ...times,
    CurrentTime: istTime(world.clock.now()),
    CallType: 'call-attempt',
    DialCallDuration: '0',
    flow_id: call.appId ?? '',
    tenant_id: world.accountSid,
    From: asWritten(call.from),
    To: asWritten(call.exophone),
    ...(call.customField === undefined ? {} : { CustomField: call.customField }),
  }
}

function callTypeOf(world: World, call: Call): string {
  const { callee } = linesOf(world, call)
  if (call.bridgedAtMs !== undefined) return 'completed'
  if (!callee) return 'call-attempt'
  return callee.state === 'canceled' ? 'client-hangup' : 'incomplete'
}

/** What they are told besides once somebody was dialled. `DialCallDuration` runs from the dialling and not from the answer. */
export function dialParams(world: World, call: Call, atMs: number): Record<string, string> {
  const { caller, callee } = linesOf(world, call)
  const recording = recordingUrlOf(world.accountSid, call)
  const params: Record<string, string> = {
    CallType: callTypeOf(world, call),
    ...(recording === undefined ? {} : { RecordingUrl: recording }),
  }
  if (!callee) return params
  const legs = [caller, callee].flatMap((line, index) =>
    line ? [[`Legs[${index}][OnCallDuration]`, String(onCallSeconds(line))] as const, [`Legs[${index}][Status]`, line.state] as const] : [],
  )
  return {
    ...params,
    DialWhomNumber: asWritten(callee.number),
    DialCallStatus: callee.state === 'connecting' ? 'ringing' : callee.state,
    DialCallDuration: String(secondsBetween(callee.createdAtMs, callee.endedAtMs ?? atMs)),
    ...Object.fromEntries(legs),
  }
}
