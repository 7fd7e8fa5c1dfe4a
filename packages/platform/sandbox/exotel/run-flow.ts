import { randomUUID } from 'node:crypto'
import { isRecord, type Json, readJson } from '../kit/json.ts'
import { type Call, type DialPlan, isOver } from './call.ts'
import { bridge, dialCallee, endCall, linesOf, touchCall } from './calls.ts'
import { applet, dialParams } from './applet-params.ts'
import { dropLine } from './lines.ts'
import { get } from './perform.ts'
import { readDialPlan } from './dial-plan.ts'
import { notify, type World } from './world.ts'

// A dynamic URL has about five seconds; its fallback as long again.
const ANSWER_WITHIN_MS = 5_000
// No audio is made: speech takes its time by its length.
const SPOKEN_CHARACTERS_A_SECOND = 15

function turnTo(world: World, call: Call, doing: Call['doing'], atMs: number): void {
  call.doing = doing
  call.epoch += 1
  touchCall(world, call, atMs)
}

/** The caller is on the line: the flow's Connect applet asks whom to dial. */
export function startFlow(world: World, call: Call, atMs: number): void {
  const flow = world.store.flows.all.get(call.appId ?? '')
  if (!flow) {
    notify(world, call.sid, `there is no flow ${call.appId} behind ${call.exophone}`)
    return endCall(world, call, atMs)
  }
  const question = { kind: 'asking', url: flow.connectUrl, fallbackUrl: flow.fallbackUrl } as const
  turnTo(world, call, question, atMs)
  ask(world, call, question)
}

/** Asks a dynamic URL, then its fallback; a call that has turned to something else meanwhile ignores the answer. */
export function ask(world: World, call: Call, question: Extract<Call['doing'], { kind: 'asking' }>): void {
  const { epoch } = call
  const stillWanted = (): boolean => call.epoch === epoch && !isOver(call) && !world.closing.aborted
  const run = async (): Promise<void> => {
    await world.gate.opened()
    for (const url of [question.url, question.fallbackUrl]) {
      if (url === undefined || !stillWanted()) continue
      const reply = await fetchReply(world, call, url)
      if (!stillWanted()) return
      if (reply) return follow(world, call, reply)
    }
    if (stillWanted()) endCall(world, call, world.clock.now())
  }
  const over = run().catch((error: unknown) => {
    world.log(`exotel sandbox: ${call.sid}: ${error instanceof Error ? error.stack : String(error)}`)
    endCall(world, call, world.clock.now())
  })
  world.clock.track(over)
}

async function fetchReply(world: World, call: Call, url: string): Promise<{ readonly [name: string]: Json } | undefined> {
  try {
    const { status, body } = await get(world, url, applet(world, call), ANSWER_WITHIN_MS)
    const json = readJson(body)
    if (status === 200 && isRecord(json)) return json
    notify(world, call.sid, `the dynamic URL was answered with ${status} and ${isRecord(json) ? 'JSON' : 'no JSON object'}`)
  } catch (error) {
    notify(world, call.sid, `the dynamic URL did not answer: ${error instanceof Error ? error.message : 'unknown'}`)
  }
  return undefined
}

function follow(world: World, call: Call, reply: { readonly [name: string]: Json }): void {
  const now = world.clock.now()
  const { plan, speech } = readDialPlan(world, call, reply)
  if (speech !== undefined) call.heard.push(speech)
  if (plan.numbers.length > 0) return dialNext(world, call, plan, now)
  if (speech === undefined) return endCall(world, call, now)
  turnTo(world, call, { kind: 'speaking' }, now)
  call.due.spoken = now + Math.ceil(speech.length / SPOKEN_CHARACTERS_A_SECOND) * 1_000
  touchCall(world, call, now)
}

/** What the caller had to hear has been said. */
export function spoken(world: World, call: Call, atMs: number): void {
  endCall(world, call, atMs)
}

function dialNext(world: World, call: Call, plan: DialPlan, atMs: number): void {
  const [number, ...numbers] = plan.numbers
  if (number === undefined) return endCall(world, call, atMs)
  turnTo(world, call, { kind: 'dialing', plan: { ...plan, numbers } }, atMs)
  dialCallee(world, call, number, plan.ringForMs, atMs)
}

type DialEvent = 'ringing' | 'answered' | 'completed'

/** The events of the dialled phone, as far as the reply asked for them. */
function tellEvent(world: World, call: Call, doing: Call['doing'], event: DialEvent, atMs: number): void {
  const url = doing.kind === 'dialing' ? doing.plan.eventUrl : undefined
  if (url === undefined) return
  world.deliveries.add({
    id: randomUUID(),
    key: `${call.sid}:events`,
    about: { kind: 'event', event, sid: call.sid, from: call.from, to: call.to ?? '' },
    url,
    method: 'GET',
    params: { ...applet(world, call), ...dialParams(world, call, atMs), EventType: event },
  })
}

/** The dialled phone rings. */
export function calleeRings(world: World, call: Call, atMs: number): void {
  tellEvent(world, call, call.doing, 'ringing', atMs)
}

/** The dialled phone was picked up. */
export function calleeTalks(world: World, call: Call, atMs: number): void {
  const talkForMs = call.doing.kind === 'dialing' ? call.doing.plan.talkForMs : undefined
  bridge(world, call, talkForMs, atMs)
  tellEvent(world, call, call.doing, 'answered', atMs)
}

/** The limit of the conversation: the callee is cut off, and the flow goes on. */
export function conversationOver(world: World, call: Call, atMs: number): void {
  const { callee } = linesOf(world, call)
  if (callee) dropLine(world, callee, atMs)
}

/** The dialled phone is done with while the caller is still there: the next number, or the end of the flow. */
export function calleeGone(world: World, call: Call, atMs: number): void {
  const { doing } = call
  if (call.bridgedAtMs !== undefined || doing.kind !== 'dialing' || doing.plan.numbers.length === 0) return endCall(world, call, atMs)
  tellEvent(world, call, doing, 'completed', atMs)
  dialNext(world, call, doing.plan, atMs)
}

/** Tells a flow's addresses how its call went. Its Passthru runs too when the caller has hung up. */
export function flowOver(world: World, call: Call, before: Call['doing'], atMs: number): void {
  if (before.kind === 'dialing') tellEvent(world, call, before, 'completed', atMs)
  const url = world.store.flows.all.get(call.appId ?? '')?.passthruUrl
  if (url === undefined) return
  world.deliveries.add({
    id: randomUUID(),
    key: `${call.sid}:events`,
    about: { kind: 'passthru', event: 'passthru', sid: call.sid, from: call.from, to: call.to ?? '' },
    url,
    method: 'GET',
    params: { ...applet(world, call), ...dialParams(world, call, atMs) },
  })
}
