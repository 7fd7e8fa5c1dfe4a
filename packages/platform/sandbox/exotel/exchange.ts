import { type Call, type CallDue, isOver } from './call.ts'
import { bridge, callerAnswered, dialCallee, endCall, linesOf, placeCall, touchCall } from './calls.ts'
import { isLive, type Line } from './line.ts'
import { legAnswered, legEnded, legRings, touchLeg } from './legs.ts'
import { dropLine, touchLine } from './lines.ts'
import { ask, calleeGone, calleeRings, calleeTalks, conversationOver, flowOver, spoken, startFlow } from './run-flow.ts'
import { appIdOf } from './voice-flow.ts'
import type { Flow, World } from './world.ts'

const FLOW_TIME_LIMIT_MS = 14_400_000

const callOf = (world: World, line: Line): Call | undefined => {
  const call = world.store.calls.all.get(line.owner)
  return call && !isOver(call) ? call : undefined
}

function answered(world: World, line: Line, atMs: number): void {
  const call = callOf(world, line)
  if (!call) return dropLine(world, line, atMs)
  if (line.role === 'callee') return call.appId === undefined ? bridge(world, call, undefined, atMs) : calleeTalks(world, call, atMs)
  callerAnswered(world, call, atMs)
  if (call.appId !== undefined) startFlow(world, call, atMs)
  else if (call.to !== undefined) dialCallee(world, call, call.to, call.ringForMs, atMs)
}

function ended(world: World, line: Line, atMs: number): void {
  const call = callOf(world, line)
  if (!call) return
  if (line.role === 'callee' && call.appId !== undefined && lineIsOn(world, call)) calleeGone(world, call, atMs)
  else endCall(world, call, atMs)
}

const lineIsOn = (world: World, call: Call): boolean => linesOf(world, call).caller?.state === 'in-progress'

const onCallDue: Readonly<Record<CallDue, (world: World, call: Call, atMs: number) => void>> = {
  limit: endCall,
  conversation: conversationOver,
  spoken,
}

/** The connections between the pieces of the exchange. */
export function flowOf(world: () => World): Flow {
  return {
    rings(line, atMs) {
      if (line.role === 'leg') return legRings(world(), line, atMs)
      const call = callOf(world(), line)
      if (call && line.role === 'callee') calleeRings(world(), call, atMs)
    },
    answered: (line, atMs) => (line.role === 'leg' ? legAnswered : answered)(world(), line, atMs),
    ended: (line, atMs) => (line.role === 'leg' ? legEnded : ended)(world(), line, atMs),
    over(call, before, atMs) {
      if (call.appId !== undefined) flowOver(world(), call, before, atMs)
    },
    due: (call, kind, atMs) => onCallDue[kind](world(), call, atMs),
  }
}

/** Takes up where the last process stopped: alarms are set again, questions on their way are asked again. */
export function resume(world: World): void {
  for (const delivery of world.store.unsent) world.deliveries.add(delivery)
  for (const line of world.store.lines.all.values()) if (isLive(line)) touchLine(world, line)
  for (const leg of world.store.legs.all.values()) touchLeg(world, leg)
  for (const call of world.store.calls.all.values()) {
    if (isOver(call)) continue
    touchCall(world, call, call.updatedAtMs)
    if (call.doing.kind === 'asking') ask(world, call, call.doing)
  }
}

/** A phone outside dials a number of the account; without a flow behind the number nobody takes the call. */
export function callIn(world: World, from: string, to: string): Call | undefined {
  const number = [...world.store.numbers.all.values()].find((one) => one.phoneNumber === to)
  if (!number) return undefined
  const call = placeCall(world, {
    direction: 'inbound',
    from,
    to: undefined,
    exophone: to,
    appId: appIdOf(number.voiceUrl, world.accountSid) ?? '',
    ringForMs: 0,
    timeLimitMs: FLOW_TIME_LIMIT_MS,
    record: false,
  })
  startFlow(world, call, world.clock.now())
  return call
}
