import { childAnswered, childEnded, dialerEnded, dialerOf, dialOver, dialParams, reportAction } from './dial.ts'
import { closeRoom, leaveConference } from './conference.ts'
import type { Conference } from './conference-room.ts'
import { type Doing, type DueKind, isLive, type Leg, type Plan, type StatusTarget } from './leg.ts'
import { endLeg, pickUp, placeLeg, startRinging, touch, turnTo } from './legs.ts'
import { fetchAndRun, nextVerb, runInline, voicePlan } from './run-twiml.ts'
import type { Flow, World } from './world.ts'

type OnDue = (world: World, leg: Leg, atMs: number) => void

const onDue: Readonly<Record<DueKind, OnDue>> = {
  ring: startRinging,
  fail: (world, leg, atMs) => endLeg(world, leg, 'failed', atMs),
  busy: (world, leg, atMs) => endLeg(world, leg, 'busy', atMs),
  answer: answerLeg,
  giveUp: (world, leg, atMs) => endLeg(world, leg, 'no-answer', atMs),
  hangUp: (world, leg, atMs) => endLeg(world, leg, 'completed', atMs),
  limit: (world, leg, atMs) => endLeg(world, leg, 'completed', atMs),
  dialLimit: endDial,
  step: nextVerb,
}

/** The callee picks up: a dialled leg is joined to its parent, any other call starts its document. */
export function answerLeg(world: World, leg: Leg, atMs: number): void {
  pickUp(world, leg, atMs)
  touch(world, leg, atMs)
  if (leg.direction === 'outbound-dial') childAnswered(world, leg, atMs)
  else startPlan(world, leg, atMs)
}

function startPlan(world: World, leg: Leg, atMs: number): void {
  if (leg.plan.document) fetchAndRun(world, leg, leg.plan.document)
  else runInline(world, leg, leg.plan.twiml ?? '<Response/>', atMs)
}

/** The time of a `<Dial>` is up: the callee is cut off, or leaves the conference, and the caller goes on. */
function endDial(world: World, leg: Leg, atMs: number): void {
  if (leg.doing.kind === 'conference') quitConference(world, leg, atMs)
  else endLeg(world, leg, 'completed', atMs)
}

function quitConference(world: World, leg: Leg, atMs: number, why?: string): void {
  const { doing } = leg
  if (doing.kind !== 'conference') return
  turnTo(leg, { kind: 'nothing' })
  sendOn(world, leaveConference(world, leg, doing.conferenceSid, atMs, why), atMs)
  dialOver(world, leg, doing, undefined, atMs, 'answered')
}

/** Those whose conference ended under them go on with their own documents. */
function sendOn(world: World, callSids: readonly string[], atMs: number): void {
  for (const sid of callSids) {
    const leg = world.store.legs.get(sid)
    if (leg && leg.doing.kind === 'conference') dialOver(world, leg, leg.doing, undefined, atMs, 'answered')
  }
}

function afterEnd(world: World, leg: Leg, before: Doing, atMs: number): void {
  if (before.kind === 'dialing') dialerEnded(world, leg, before, atMs)
  if (before.kind === 'conference') {
    reportAction(world, leg, before.action, dialParams(undefined, 'answered'))
    sendOn(world, leaveConference(world, leg, before.conferenceSid, atMs), atMs)
  }
  childEnded(world, leg, atMs)
}

/** The connections between the pieces of the exchange. */
export function flowOf(world: () => World): Flow {
  return {
    due: (leg, kind, atMs) => onDue[kind](world(), leg, atMs),
    ended: (leg, before, atMs) => afterEnd(world(), leg, before, atMs),
    proceed: (leg, atMs) => nextVerb(world(), leg, atMs),
    fetch: (leg, request) => fetchAndRun(world(), leg, request),
  }
}

/** Takes up where the last process stopped: alarms are set again, documents on their way are asked for again. */
export function resume(world: World): void {
  for (const delivery of world.store.unsent) world.deliveries.add(delivery)
  for (const leg of world.store.legs.values()) {
    if (!isLive(leg)) continue
    touch(world, leg, leg.updatedAtMs)
    if (leg.doing.kind === 'fetching') fetchAndRun(world, leg, leg.doing.request)
  }
}

/** A phone outside dials a number of the account. */
export function callIn(world: World, wish: { from: string; to: string }): Leg | undefined {
  const number = [...world.store.numbers.values()].find((one) => one.phoneNumber === wish.to)
  if (!number) return undefined
  const statusTarget: StatusTarget | undefined =
    number.statusCallback === '' ? undefined : { url: number.statusCallback, method: number.statusCallbackMethod, events: ['completed'] }
  const document = number.voiceUrl === '' ? undefined : voicePlan(number)
  const plan: Plan = document ? { document } : { twiml: '<Response><Reject/></Response>' }
  const leg = placeLeg(world, { ...wish, direction: 'inbound', plan, statusTarget, ringForMs: 60_000 })
  leg.sequence = 2 // by the time an inbound call is known it has been dialled and is ringing
  startPlan(world, leg, world.clock.now())
  return leg
}

/** Gives a running call other instructions: what it was doing stops, a dialled leg leaves its parent. */
export function redirect(world: World, leg: Leg, plan: Plan): void {
  const now = world.clock.now()
  if (leg.status !== 'in-progress') {
    leg.plan = plan
    return touch(world, leg, now)
  }
  const before = leg.doing
  const dialer = dialerOf(world, leg)
  leg.detached = true
  leg.script = { rest: [] }
  delete leg.due.step
  delete leg.due.dialLimit
  turnTo(leg, { kind: 'nothing' })
  // A redirected caller never comes to the action of the <Dial> it was torn from.
  if (before.kind === 'dialing') dialerEnded(world, leg, { ...before, action: undefined }, now)
  if (before.kind === 'conference')
    sendOn(world, leaveConference(world, leg, before.conferenceSid, now, 'participant_updated_via_api'), now)
  leg.plan = plan
  startPlan(world, leg, now)
  if (dialer) dialOver(world, dialer.parent, dialer.dialing, leg, now, 'completed')
}

/** Ends a conference by hand. */
export function endConference(world: World, room: Conference): void {
  const now = world.clock.now()
  sendOn(world, closeRoom(world, room, 'conference-ended-via-api', now), now)
}

/** Takes one call out of a conference and ends it. */
export function removeParticipant(world: World, leg: Leg): void {
  endLeg(world, leg, 'completed', world.clock.now())
}

/** Changes the limit of a call, counted from its answer. */
export function limitTo(world: World, leg: Leg, timeLimitMs: number): void {
  const now = world.clock.now()
  leg.timeLimitMs = timeLimitMs
  if (leg.answeredAtMs !== undefined) leg.due.limit = Math.max(now, leg.answeredAtMs + timeLimitMs)
  touch(world, leg, now)
}
