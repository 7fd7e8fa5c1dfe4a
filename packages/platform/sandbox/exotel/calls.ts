import { setAlarm } from '../kit/alarms.ts'
import { type Call, callDues, type CallStatus, isOver } from './call.ts'
import { isLive, type Line } from './line.ts'
import { dialLine, dropLine, incomingLine } from './lines.ts'
import { newSid } from './sid.ts'
import { tellAnswered, tellEnd } from './status-callbacks.ts'
import type { World } from './world.ts'

/** A call to be set up. */
export type NewCall = Pick<
  Call,
  'direction' | 'from' | 'to' | 'exophone' | 'appId' | 'ringForMs' | 'timeLimitMs' | 'customField' | 'record' | 'callback'
>

/** Writes the call down and sets its alarm; each change of a call ends here. */
export function touchCall(world: World, call: Call, atMs: number): void {
  call.updatedAtMs = Math.max(call.updatedAtMs, atMs)
  world.store.calls.save(call.sid, call)
  setAlarm(world, `call:${call.sid}`, call, callDues, (kind, dueMs) => {
    world.flow.due(call, kind, dueMs)
    world.store.calls.save(call.sid, call)
  })
}

/** Creates a call and, unless it comes from outside, starts dialling its first phone. */
export function placeCall(world: World, wish: NewCall): Call {
  const now = world.clock.now()
  const sid = newSid()
  const caller = { role: 'caller', owner: sid, number: wish.from } as const
  const line =
    wish.direction === 'inbound' ? incomingLine(world, caller, now) : dialLine(world, { ...caller, ringForMs: wish.ringForMs }, now)
  const call: Call = {
    ...wish,
    sid,
    createdAtMs: now,
    updatedAtMs: now,
    status: 'in-progress',
    callerLine: line.id,
    due: {},
    doing: { kind: 'nothing' },
    epoch: 0,
    heard: [],
  }
  touchCall(world, call, now)
  return call
}

const lineAt = (world: World, id: string | undefined): Line | undefined => world.store.lines.all.get(id ?? '')

/** The two phones of a call, the second as far as it was dialled. */
export function linesOf(world: World, call: Call): { caller: Line | undefined; callee: Line | undefined } {
  return { caller: lineAt(world, call.callerLine), callee: lineAt(world, call.calleeLine) }
}

/** The first phone was picked up: from here on the call costs time. */
export function callerAnswered(world: World, call: Call, atMs: number): void {
  if (world.settings.timeLimitFrom === 'first-answer') call.due.limit = atMs + call.timeLimitMs + world.settings.overrunMs
  tellAnswered(world, call, atMs)
  touchCall(world, call, atMs)
}

/** Dials the second phone. */
export function dialCallee(world: World, call: Call, number: string, ringForMs: number, atMs: number): void {
  call.to = number
  const line = dialLine(world, { role: 'callee', owner: call.sid, number, ringForMs }, atMs)
  call.calleeLine = line.id
  touchCall(world, call, atMs)
}

/** The second phone was picked up: the two can hear each other, for `talkForMs` if that is limited. */
export function bridge(world: World, call: Call, talkForMs: number | undefined, atMs: number): void {
  call.bridgedAtMs = atMs
  const { timeLimitFrom, overrunMs } = world.settings
  if (timeLimitFrom === 'bridge') call.due.limit = atMs + call.timeLimitMs + overrunMs
  if (talkForMs !== undefined) call.due.conversation = atMs + talkForMs + overrunMs
  tellAnswered(world, call, atMs)
  touchCall(world, call, atMs)
}

/** What becomes of a call whose phones are done with. */
function outcomeOf(call: Call, caller: Line | undefined, callee: Line | undefined): CallStatus {
  if (call.bridgedAtMs !== undefined) return 'completed'
  const last = callee ?? caller
  if (!last || last.state === 'completed') return 'completed'
  // Whoever gave up while it rang: nobody answered.
  return last.state === 'busy' || last.state === 'failed' ? last.state : 'no-answer'
}

/** The call is over, whatever it was doing. */
export function endCall(world: World, call: Call, atMs: number): void {
  if (isOver(call)) return
  const before = call.doing
  if (call.bridgedAtMs !== undefined) call.partedAtMs ??= atMs
  call.status = 'completed' // from here on news of its own phones find it over
  const { caller, callee } = linesOf(world, call)
  for (const line of [callee, caller]) if (line && isLive(line)) dropLine(world, line, atMs)
  call.status = outcomeOf(call, caller, callee)
  call.endedAtMs = Math.max(atMs, call.createdAtMs)
  call.due = {}
  call.doing = { kind: 'nothing' }
  call.epoch += 1 // answers on their way for it find nobody
  touchCall(world, call, call.endedAtMs)
  tellEnd(world, call, call.endedAtMs)
  world.flow.over(call, before, call.endedAtMs)
}
