import { isHeld } from '../kit/clock.ts'
import type { Delivery, DeliveryRecord } from '../kit/deliver-later.ts'
import type { ApiFault, CallbackFault } from '../kit/faults.ts'
import { type Call, type CallStatus, conversationSeconds, isOver } from './call.ts'
import { linesOf } from './calls.ts'
import { callIn } from './exchange.ts'
import { isLive, type Line, type LineState } from './line.ts'
import { endLine, pickUp } from './lines.ts'
import type { Misreport } from './misreport.ts'
import { ownNumber } from './numbers-api.ts'
import { toE164 } from './phone-number.ts'
import { readFlow, type VoiceFlow } from './voice-flow.ts'
import type { Notification, Settings, World } from './world.ts'

/** Which of the two phones of a call. */
export type Who = 'caller' | 'callee'

/** A call as the control surface shows it: what the API hides until the end as well. */
export interface ControlledCall {
  readonly sid: string
  readonly direction: Call['direction']
  readonly from: string
  readonly to: string | undefined
  readonly exophone: string
  readonly status: CallStatus
  readonly caller: LineState | undefined
  readonly callee: LineState | undefined
  readonly conversationSeconds: number
  readonly heard: readonly string[]
}

/** A leg of the Legs API as the control surface shows it. */
export interface ControlledLeg {
  readonly sid: string
  readonly contactUri: string
  readonly exophone: string
  readonly state: LineState | undefined
  readonly bridge: string | undefined
  readonly heard: readonly string[]
}

/** The hands on the telephones and on the network. Everything here is also at `/_sandbox/…`. */
export interface ExotelControl {
  /** Calls in the order of creation, those that are not over unless `all` is asked for. */
  calls(options?: { all?: boolean }): ControlledCall[]
  /** The same for legs. */
  legs(options?: { all?: boolean }): ControlledLeg[]
  /** A ringing phone of a call or a leg is picked up: whichever rings, unless told. False if it was not ringing. */
  answer(sid: string, who?: Who): boolean
  /** A person hangs up: the callee if one is on the line, unless told; a phone that still rings declines. False if there was none. */
  hangUp(sid: string, who?: Who): boolean
  /** A ringing phone declines with a busy tone. */
  decline(sid: string, who?: Who): boolean
  /** A phone outside dials one of the account's numbers; the result is the CallSid. */
  dialIn(from: string, to: string): string
  /** Gives the account a number without buying it; the result is its sid. */
  ownNumber(phoneNumber: string, voiceUrl?: string): string
  /** Builds a flow, or builds it anew. */
  defineFlow(flow: VoiceFlow): void
  /** How long phones ring before they are answered; null for phones that wait for `answer`. */
  answerAfter(ms: number | null): void
  /** Changes anything else that can be changed. */
  change(settings: Partial<Settings>): void
  /** Calls and conversations are cut so much later than their limit. */
  overrunBy(seconds: number): void
  /** Tells something wrong about a call or a leg, or about all for `*`; without a second argument the truth again. */
  misreport(sid: string, wrong?: Misreport): void
  /** Registers a number as not to be disturbed, or takes it off. */
  markDnd(phoneNumber: string, isDnd?: boolean): void
  /** Adds a fault to callbacks; the result is its id. */
  faultCallbacks(fault: CallbackFault): string
  /** Adds a fault to the API; the result is its id. */
  faultApi(fault: ApiFault): string
  clearFaults(): void
  /** Callbacks held back by a `hold` fault. */
  held(): Delivery[]
  release(ids?: readonly string[]): Promise<void>
  /** What became of each callback. */
  callbacks(): readonly DeliveryRecord[]
  /** What the customer's servers got wrong. */
  notifications(): readonly Notification[]
  /** Moves a held clock. */
  advance(ms: number): Promise<void>
  /** With a held clock: resolves when nothing is under way. */
  quiet(): Promise<void>
  /** Forgets calls, numbers, flows, faults and logs. */
  reset(): void
}

function shown(world: World, call: Call): ControlledCall {
  const { caller, callee } = linesOf(world, call)
  const { sid, direction, from, to, exophone, status, heard } = call
  const people = { caller: caller?.state, callee: callee?.state, conversationSeconds: conversationSeconds(call), heard }
  return { sid, direction, from, to, exophone, status, ...people }
}

/** The phones that are meant. */
function phonesOf(world: World, sid: string, who: Who | undefined): (Line | undefined)[] {
  const leg = world.store.legs.all.get(sid)
  if (leg) return [world.store.lines.all.get(leg.line)]
  const call = world.store.calls.all.get(sid)
  if (!call || isOver(call)) return []
  const { caller, callee } = linesOf(world, call)
  return who === undefined ? [callee, caller] : [who === 'caller' ? caller : callee]
}

/** The first of them that is in one of these states. */
function phoneOf(world: World, sid: string, who: Who | undefined, states: readonly LineState[]): Line | undefined {
  return phonesOf(world, sid, who).find((line) => line && isLive(line) && states.includes(line.state))
}

function phoneControls(world: World): Pick<ExotelControl, 'answer' | 'hangUp' | 'decline'> {
  const { clock } = world
  const end = (line: Line | undefined, state: 'completed' | 'busy'): boolean => {
    if (line) endLine(world, line, state, clock.now())
    return line !== undefined
  }
  return {
    answer(sid, who) {
      const line = phoneOf(world, sid, who, ['ringing'])
      if (line) pickUp(world, line, clock.now())
      return line !== undefined
    },
    hangUp(sid, who) {
      const line = phoneOf(world, sid, who, ['in-progress', 'ringing'])
      return end(line, line?.state === 'in-progress' ? 'completed' : 'busy')
    },
    decline: (sid, who) => end(phoneOf(world, sid, who, ['ringing']), 'busy'),
  }
}

const needed = (written: string): string => {
  const number = toE164(written)
  if (number === undefined) throw new Error(`not a phone number: ${written}`)
  return number
}

/** The control surface of one sandbox. */
export function controlOf(world: World): ExotelControl {
  const { store, clock, faults, deliveries, settings } = world
  const held = (): Error => new Error('this sandbox runs on the real clock')
  return {
    ...phoneControls(world),
    calls: ({ all = false } = {}) => [...store.calls.all.values()].filter((call) => all || !isOver(call)).map((call) => shown(world, call)),
    legs({ all = false } = {}) {
      const legs = [...store.legs.all.values()].map(({ sid, contactUri, exophone, bridge, heard, line }) => {
        return { sid, contactUri, exophone, bridge, heard, state: store.lines.all.get(line)?.state }
      })
      return legs.filter(({ state }) => all || state === 'connecting' || state === 'ringing' || state === 'in-progress')
    },
    dialIn(from, to) {
      const call = callIn(world, needed(from), needed(to))
      if (!call) throw new Error(`${to} is not a number of this account`)
      return call.sid
    },
    ownNumber: (phoneNumber, voiceUrl) => ownNumber(world, needed(phoneNumber), voiceUrl).sid,
    defineFlow(flow) {
      const read = readFlow(flow)
      if (!read) throw new Error('not a flow: appId and connectUrl are needed, and addresses must be http or https')
      store.flows.save(read.appId, read)
    },
    answerAfter: (ms) => void (settings.answerAfterMs = ms),
    change: (changes) => void Object.assign(settings, changes),
    overrunBy: (seconds) => void (settings.overrunMs = seconds * 1_000),
    misreport: (sid, wrong) => void (wrong ? world.misreports.set(sid, wrong) : world.misreports.delete(sid)),
    markDnd: (number, isDnd = true) => void (isDnd ? world.dnd.add(needed(number)) : world.dnd.delete(needed(number))),
    faultCallbacks: (fault) => faults.addCallback(fault),
    faultApi: (fault) => faults.addApi(fault),
    clearFaults: () => faults.clear(),
    held: () => deliveries.held(),
    release: (ids) => deliveries.release(ids),
    callbacks: () => deliveries.log(),
    notifications: () => world.notifications,
    advance: (ms) => (isHeld(clock) ? clock.advance(ms) : Promise.reject(held())),
    quiet: () => (isHeld(clock) ? clock.settled() : Promise.reject(held())),
    reset() {
      for (const timer of world.timers.values()) timer.cancel()
      for (const call of store.calls.all.values()) call.epoch += 1 // answers on their way find nobody
      world.timers.clear()
      store.clear()
      faults.clear()
      deliveries.clear()
      world.misreports.clear()
      world.dnd.clear()
      world.notifications.length = 0
    },
  }
}
