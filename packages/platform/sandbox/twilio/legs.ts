import { toE164 } from './countries.ts'
import { type Behaviour, behaviourOf } from '../kit/magic-numbers.ts'
import { type CallStatus, dueKinds, type DueKind, type FinalStatus, isLive, type Leg, type Plan, type StatusTarget } from './leg.ts'
import { newSid } from './sid.ts'
import { emitProgress, sipCodes } from './webhooks.ts'
import type { World } from './world.ts'

/** The longest a call can last unless it says otherwise: four hours. */
export const DEFAULT_TIME_LIMIT_MS = 14_400_000
const NETWORK_FAILURE_AFTER_MS = 500

/** A call to be set up. */
export interface NewLeg {
  readonly to: string
  readonly from: string
  readonly direction: Leg['direction']
  readonly parentSid?: string | undefined
  readonly statusTarget?: StatusTarget | undefined
  readonly plan: Plan
  readonly ringForMs: number
  readonly timeLimitMs?: number | undefined
}

/** Writes the call down and sets its alarm; each change of a call ends here. */
export function touch(world: World, leg: Leg, atMs: number): void {
  leg.updatedAtMs = Math.max(leg.updatedAtMs, atMs)
  world.store.saveLeg(leg)
  world.timers.get(leg.sid)?.cancel()
  world.timers.delete(leg.sid)
  const first = nextDue(leg)
  if (first === undefined) return
  world.timers.set(
    leg.sid,
    world.clock.at(first.atMs, () => fireDue(world, leg)),
  )
}

function nextDue(leg: Leg): { kind: DueKind; atMs: number } | undefined {
  let first: { kind: DueKind; atMs: number } | undefined
  for (const kind of dueKinds) {
    const atMs = leg.due[kind]
    if (atMs !== undefined && (!first || atMs < first.atMs)) first = { kind, atMs }
  }
  return first
}

/** One thing at a time, and at the moment it was due even when the process was away then: another call's may come between. */
function fireDue(world: World, leg: Leg): void {
  const due = nextDue(leg)
  if (due && due.atMs <= world.clock.now()) {
    delete leg.due[due.kind]
    try {
      world.flow.due(leg, due.kind, due.atMs)
    } catch (error) {
      // One call that went wrong must not take the others with it.
      world.log(`twilio sandbox: ${leg.sid} ${due.kind}: ${error instanceof Error ? error.stack : String(error)}`)
    }
  }
  touch(world, leg, leg.updatedAtMs)
}

/** Creates a call and, unless it comes from outside, starts dialling it. */
export function placeLeg(world: World, wish: NewLeg): Leg {
  const now = world.clock.now()
  const ours = wish.direction === 'inbound' ? wish.to : wish.from
  const leg: Leg = {
    sid: newSid('CA'),
    parentSid: wish.parentSid,
    to: wish.to,
    from: wish.from,
    direction: wish.direction,
    phoneNumberSid: [...world.store.numbers.values()].find((number) => number.phoneNumber === ours)?.sid ?? '',
    createdAtMs: now,
    updatedAtMs: now,
    status: wish.direction === 'inbound' ? 'ringing' : 'queued',
    statusTarget: wish.statusTarget,
    sequence: 0,
    plan: wish.plan,
    ringForMs: wish.ringForMs,
    timeLimitMs: wish.timeLimitMs ?? DEFAULT_TIME_LIMIT_MS,
    due: {},
    doing: { kind: 'nothing' },
    epoch: 0,
    script: { rest: [] },
    documents: { atMs: now, count: 0 },
    bridged: false,
    detached: false,
  }
  if (wish.direction !== 'inbound') {
    emitProgress(world, leg, 'initiated', now)
    const { does } = behaviourOf(leg.to)
    const failsAtOnce = does === 'fail' || does === 'invalid' || toE164(leg.to) === undefined
    leg.due = failsAtOnce ? { fail: now + Math.min(world.settings.answerAfterMs ?? Infinity, NETWORK_FAILURE_AFTER_MS) } : { ring: now }
  }
  touch(world, leg, now)
  return leg
}

/** The far end rings; what it will do then is the number's own business. */
export function startRinging(world: World, leg: Leg, atMs: number): void {
  leg.status = 'ringing'
  emitProgress(world, leg, 'ringing', atMs)
  leg.due.giveUp = atMs + leg.ringForMs
  const { answerAfterMs } = world.settings
  const behaviour: Behaviour = behaviourOf(leg.to)
  if (behaviour.does === 'answer') leg.hangUpAfterMs = behaviour.hangUpAfterMs
  if (answerAfterMs === null) return
  if (behaviour.does === 'busy') leg.due.busy = atMs + answerAfterMs
  if (behaviour.does === 'answer') leg.due.answer = atMs + answerAfterMs
}

/** The call is answered: from here on it has a start and a limit. */
export function pickUp(world: World, leg: Leg, atMs: number): void {
  leg.status = 'in-progress'
  leg.answeredAtMs = atMs
  const { step } = leg.due
  leg.due = { limit: atMs + leg.timeLimitMs, ...(step === undefined ? {} : { step }) }
  if (leg.hangUpAfterMs !== undefined) leg.due.hangUp = atMs + leg.hangUpAfterMs
  emitProgress(world, leg, 'answered', atMs)
}

/** The call is over: what it was doing ends with it. */
export function endLeg(world: World, leg: Leg, status: FinalStatus, atMs: number): void {
  if (!isLive(leg)) return
  const before = leg.doing
  leg.status = status
  leg.endedAtMs = Math.max(atMs, leg.answeredAtMs ?? leg.createdAtMs)
  leg.sipCode = sipCodes[status]
  leg.due = {}
  leg.doing = { kind: 'nothing' }
  leg.script = { rest: [] }
  leg.epoch += 1
  touch(world, leg, leg.endedAtMs)
  world.flow.ended(leg, before, leg.endedAtMs)
  emitProgress(world, leg, 'completed', leg.endedAtMs)
}

const whenHungUp: Readonly<Record<CallStatus, FinalStatus | undefined>> = {
  queued: 'canceled',
  ringing: 'canceled',
  'in-progress': 'completed',
  completed: undefined,
  busy: undefined,
  failed: undefined,
  'no-answer': undefined,
  canceled: undefined,
}

/** Ends the call from our side: a conversation is completed, an attempt is canceled. */
export function hangUp(world: World, leg: Leg, atMs: number): void {
  const status = whenHungUp[leg.status]
  if (status) endLeg(world, leg, status, atMs)
}

/** Turns the call to something else; a document still on its way for it will not be wanted any more. */
export function turnTo(leg: Leg, doing: Leg['doing']): void {
  leg.doing = doing
  leg.epoch += 1
}
