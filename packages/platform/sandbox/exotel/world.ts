import type { Clock, Timer } from '../kit/clock.ts'
import type { Deliveries, Gate } from '../kit/deliver-later.ts'
import type { FaultBook } from '../kit/faults.ts'
import type { Call, CallDue } from './call.ts'
import type { Line } from './line.ts'
import type { Misreport } from './misreport.ts'
import type { RateLimit } from './rate-limit.ts'
import type { Store } from './store.ts'

/** What the customer's servers got wrong. */
export interface Notification {
  readonly atMs: number
  readonly callSid: string
  readonly message: string
}

/** What can be changed while the sandbox runs. */
export interface Settings {
  /** How long a phone rings before it is answered; null for phones that wait to be told. */
  answerAfterMs: number | null
  /** How long after the end of a call its durations and its price are known. */
  figuresAfterMs: number
  /** Of all v1 voice requests together; null for no limit. */
  requestsPerMinute: number | null
  /** Whether the Legs API is enabled for the account. */
  legsEnabled: boolean
  /** How much later than asked calls and conversations are cut at their limit. */
  overrunMs: number
  /** Whether the list of calls shows those that are not over; the documentation says that it does not. */
  listsOngoingCalls: boolean
  /** From when `TimeLimit` counts: the answer of the first phone, or the bridge. The documentation does not say. */
  timeLimitFrom: 'first-answer' | 'bridge'
}

/** Where the news go; filled in by the exchange, so that phones need not know calls, nor calls their flows. */
export interface Flow {
  rings(line: Line, atMs: number): void
  answered(line: Line, atMs: number): void
  ended(line: Line, atMs: number): void
  /** The call is over; `before` is what it was doing. */
  over(call: Call, before: Call['doing'], atMs: number): void
  due(call: Call, kind: CallDue, atMs: number): void
}

/** The parts that every piece of the exchange works with. */
export interface World {
  readonly accountSid: string
  readonly apiKey: string
  readonly apiToken: string
  readonly clock: Clock
  readonly gate: Gate
  readonly store: Store
  readonly faults: FaultBook
  readonly deliveries: Deliveries
  readonly settings: Settings
  readonly rate: RateLimit
  readonly timers: Map<string, Timer>
  readonly notifications: Notification[]
  /** Numbers registered as not to be disturbed. */
  readonly dnd: Set<string>
  /** What is to be told wrongly about which call; `*` for every call. */
  readonly misreports: Map<string, Misreport>
  readonly flow: Flow
  /** Aborted when the sandbox closes. */
  readonly closing: AbortSignal
  readonly log: (line: string) => void
}

const KEPT_NOTIFICATIONS = 1_000

/** Notes a fault of the customer's side. */
export function notify(world: World, callSid: string, message: string): void {
  if (world.notifications.length >= KEPT_NOTIFICATIONS) world.notifications.shift()
  world.notifications.push({ atMs: world.clock.now(), callSid, message })
  world.log(`exotel sandbox: ${callSid} ${message}`)
}
