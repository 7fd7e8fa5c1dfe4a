import type { Clock, Timer } from '../kit/clock.ts'
import type { Deliveries, Gate } from '../kit/deliver-later.ts'
import type { FaultBook } from '../kit/faults.ts'
import type { Json } from '../kit/json.ts'
import type { DocumentRequest, DueKind, Leg } from './leg.ts'
import type { Store } from './store.ts'

/** What the customer's documents and servers got wrong, as the real console would show it. */
export interface Notification {
  readonly atMs: number
  readonly callSid: string
  readonly code: number
  readonly message: string
}

/** What can be changed while the sandbox runs. */
export interface Settings {
  /** How long a phone rings before it is answered; null for phones that wait to be told. */
  answerAfterMs: number | null
  /** How much later than asked conversations are cut. */
  overrunMs: number
}

/** What the API tells wrongly about a call that is over. */
export interface Misreport {
  /** In place of the seconds: a number out of range, a text, null. */
  readonly duration?: Json
  /** A word that nobody has documented. */
  readonly status?: string
}

/** Where a call goes on; filled in by the exchange, so that the verbs need not know each other. */
export interface Flow {
  due(leg: Leg, kind: DueKind, atMs: number): void
  ended(leg: Leg, before: Leg['doing'], atMs: number): void
  /** Goes on with the next verb. */
  proceed(leg: Leg, atMs: number): void
  fetch(leg: Leg, request: DocumentRequest): void
}

/** The parts that every piece of the exchange works with. */
export interface World {
  readonly accountSid: string
  readonly authToken: string
  readonly clock: Clock
  readonly gate: Gate
  readonly store: Store
  readonly faults: FaultBook
  readonly deliveries: Deliveries
  readonly settings: Settings
  readonly timers: Map<string, Timer>
  readonly notifications: Notification[]
  /** By Sid; `*` for all. */
  readonly misreports: Map<string, Misreport>
  readonly flow: Flow
  /** Aborted when the sandbox closes. */
  readonly closing: AbortSignal
  readonly log: (line: string) => void
}

const KEPT_NOTIFICATIONS = 1_000

/** Notes a fault of the customer's side. */
export function notify(world: World, callSid: string, code: number, message: string): void {
  if (world.notifications.length >= KEPT_NOTIFICATIONS) world.notifications.shift()
  world.notifications.push({ atMs: world.clock.now(), callSid, code, message })
  world.log(`twilio sandbox: ${callSid} ${code} ${message}`)
}
