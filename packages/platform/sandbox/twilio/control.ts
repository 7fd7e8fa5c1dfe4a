import { commonControls, controlError, type ControlRoute, ok } from '../kit/control.ts'
import type { Delivery, DeliveryRecord } from '../kit/deliver-later.ts'
import type { ApiFault, CallbackFault } from '../kit/faults.ts'
import type { Answer } from '../kit/listen.ts'
import { isHeld } from '../kit/clock.ts'
import { toE164 } from './countries.ts'
import { answerLeg, callIn } from './exchange.ts'
import { type CallStatus, type FinalStatus, isLive, type Leg } from './leg.ts'
import { endLeg } from './legs.ts'
import { ownNumber } from './numbers-api.ts'
import { presentCall, presentNumber } from './present.ts'
import type { Misreport, Notification, World } from './world.ts'

/** A leg as the control surface shows it. */
export interface ControlledCall {
  readonly sid: string
  readonly parentSid: string | undefined
  readonly from: string
  readonly to: string
  readonly direction: Leg['direction']
  readonly status: CallStatus
  /** `fetching`, `waiting`, `dialing`, `bridged`, `conference` or `nothing`. */
  readonly doing: Leg['doing']['kind']
}

/** The hands on the telephones and on the network. Everything here is also at `/_sandbox/…`. */
export interface TwilioControl {
  /** Calls in the order of creation, those that are not over unless `all` is asked for. */
  calls(options?: { all?: boolean }): ControlledCall[]
  /** The phone is picked up. False if it was not ringing. */
  answer(callSid: string): boolean
  /** The person hangs up; a phone that still rings declines. False if the call was over. */
  hangUp(callSid: string): boolean
  /** The ringing phone declines with a busy tone. */
  decline(callSid: string): boolean
  /** A phone outside dials one of the account's numbers; the result is the CallSid. */
  dialIn(from: string, to: string): string
  /** Gives the account a number without buying it; the result is its Sid. */
  ownNumber(phoneNumber: string, voiceUrl?: string): string
  /** How long phones ring before they are answered; null for phones that wait for `answer`. */
  answerAfter(ms: number | null): void
  /** Conversations are cut so much later than their limit. */
  overrunBy(seconds: number): void
  /** The API tells something wrong about a call that is over, or about all for `*`; without a second argument the truth again. */
  misreport(callSid: string, wrong?: Misreport): void
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
  /** What the customer's documents and servers got wrong. */
  notifications(): readonly Notification[]
  /** Moves a held clock. */
  advance(ms: number): Promise<void>
  /** With a held clock: resolves when nothing is under way. */
  quiet(): Promise<void>
  /** Forgets calls, numbers, conferences, faults and logs. */
  reset(): void
}

const shown = (leg: Leg): ControlledCall => ({
  sid: leg.sid,
  parentSid: leg.parentSid,
  from: leg.from,
  to: leg.to,
  direction: leg.direction,
  status: leg.status,
  doing: leg.doing.kind,
})

/** What hanging up means depends on whose phone it is: a callee who does so while it rings declines, a caller gives up. */
function hungUp(leg: Leg): FinalStatus {
  if (leg.status === 'in-progress') return 'completed'
  return leg.direction === 'inbound' ? 'no-answer' : 'busy'
}

/** The control surface of one sandbox. */
export function controlOf(world: World): TwilioControl {
  const { store, clock, faults, deliveries } = world
  const live = (sid: string): Leg | undefined => {
    const leg = store.legs.get(sid)
    return leg && isLive(leg) ? leg : undefined
  }
  const end = (sid: string, statusOf: (leg: Leg) => FinalStatus | undefined): boolean => {
    const leg = live(sid)
    const status = leg && statusOf(leg)
    if (leg && status) endLeg(world, leg, status, clock.now())
    return status !== undefined
  }
  return {
    calls: ({ all = false } = {}) => [...store.legs.values()].filter((leg) => all || isLive(leg)).map(shown),
    answer(sid) {
      const leg = live(sid)
      if (leg?.status !== 'ringing' || leg.direction === 'inbound') return false
      answerLeg(world, leg, clock.now())
      return true
    },
    hangUp: (sid) => end(sid, hungUp),
    decline: (sid) => end(sid, (leg) => (leg.status === 'in-progress' ? undefined : 'busy')),
    dialIn(from, to) {
      const leg = callIn(world, { from, to })
      if (!leg) throw new Error(`${to} is not a number of this account`)
      return leg.sid
    },
    ownNumber: (phoneNumber, voiceUrl) => ownNumber(world, phoneNumber, voiceUrl).sid,
    answerAfter(ms) {
      world.settings.answerAfterMs = ms
    },
    overrunBy(seconds) {
      world.settings.overrunMs = seconds * 1_000
    },
    misreport: (sid, wrong) => void (wrong ? world.misreports.set(sid, wrong) : world.misreports.delete(sid)),
    faultCallbacks: (fault) => faults.addCallback(fault),
    faultApi: (fault) => faults.addApi(fault),
    clearFaults: () => faults.clear(),
    held: () => deliveries.held(),
    release: (ids) => deliveries.release(ids),
    callbacks: () => deliveries.log(),
    notifications: () => world.notifications,
    advance: (ms) => (isHeld(clock) ? clock.advance(ms) : Promise.reject(new Error('this sandbox runs on the real clock'))),
    quiet: () => (isHeld(clock) ? clock.settled() : Promise.reject(new Error('this sandbox runs on the real clock'))),
    reset() {
      for (const timer of world.timers.values()) timer.cancel()
      for (const leg of store.legs.values()) leg.epoch += 1 // documents on their way find nobody
      world.timers.clear()
      store.clear()
      faults.clear()
      deliveries.clear()
      world.misreports.clear()
      world.notifications.length = 0
    },
  }
}

/** The same over HTTP. */
export function controlRoutes(world: World, control: TwilioControl): ControlRoute[] {
  const done = (worked: boolean): Answer =>
    worked ? { status: 204 } : controlError(409, 'the call is unknown, over, or not in a state for this')
  const call = (verb: string, run: (sid: string) => boolean): ControlRoute => ({
    method: 'POST',
    path: new RegExp(`^/calls/(CA[0-9a-f]{32})/${verb}$`),
    run: ({ at }) => done(run(at[0] ?? '')),
  })
  return [
    ...commonControls(world),
    { method: 'GET', path: /^\/calls$/, run: ({ query }) => ok({ calls: control.calls({ all: query.get('all') === 'true' }) }) },
    call('answer', control.answer),
    call('hangup', control.hangUp),
    call('busy', control.decline),
    { method: 'POST', path: /^\/calls$/, run: ({ body }) => dialIn(world, body['from'], body['to']) },
    {
      method: 'GET',
      path: /^\/numbers$/,
      run: () => ok({ numbers: [...world.store.numbers.values()].map((one) => presentNumber(world.accountSid, one)) }),
    },
    { method: 'POST', path: /^\/numbers$/, run: ({ body }) => giveNumber(world, body['phoneNumber'], body['voiceUrl']) },
    { method: 'GET', path: /^\/settings$/, run: () => ok(world.settings) },
    { method: 'POST', path: /^\/settings$/, run: ({ body }) => changeSettings(world, body['answerAfterMs']) },
    { method: 'GET', path: /^\/notifications$/, run: () => ok({ notifications: world.notifications }) },
    {
      method: 'POST',
      path: /^\/reset$/,
      run() {
        control.reset()
        return { status: 204 }
      },
    },
  ]
}

function dialIn(world: World, from: unknown, to: unknown): Answer {
  const caller = typeof from === 'string' ? toE164(from) : undefined
  const called = typeof to === 'string' ? toE164(to) : undefined
  if (caller === undefined || called === undefined) return controlError(400, 'from and to must be E.164 numbers')
  const leg = callIn(world, { from: caller, to: called })
  return leg ? { status: 201, json: presentCall(world.accountSid, leg) } : controlError(404, `${called} is not a number of this account`)
}

function giveNumber(world: World, phoneNumber: unknown, voiceUrl: unknown): Answer {
  const number = typeof phoneNumber === 'string' ? toE164(phoneNumber) : undefined
  const url = typeof voiceUrl === 'string' ? voiceUrl : ''
  if (number === undefined || (url !== '' && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))) {
    return controlError(400, 'phoneNumber must be an E.164 number, voiceUrl an address')
  }
  const taken = [...world.store.numbers.values()].find((one) => one.phoneNumber === number)
  return taken
    ? controlError(409, `${number} is taken`)
    : { status: 201, json: presentNumber(world.accountSid, ownNumber(world, number, url)) }
}

function changeSettings(world: World, answerAfterMs: unknown): Answer {
  if (answerAfterMs !== null && !(typeof answerAfterMs === 'number' && answerAfterMs >= 0 && answerAfterMs <= 600_000)) {
    return controlError(400, 'answerAfterMs must be a number of milliseconds up to 600000, or null')
  }
  world.settings.answerAfterMs = answerAfterMs
  return ok(world.settings)
}
