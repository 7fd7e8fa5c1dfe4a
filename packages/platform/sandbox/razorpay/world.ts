import type { Clock, Timer } from '../kit/clock.ts'
import type { Deliveries, Gate } from '../kit/deliver-later.ts'
import type { FaultBook } from '../kit/faults.ts'
import type { Store } from './store.ts'

/** What the merchant's server got wrong. */
export interface Notification {
  readonly atMs: number
  readonly about: string
  readonly message: string
}

/** What can be changed while the sandbox runs. */
export interface Settings {
  /** Whether payments are captured by themselves, unless their order says otherwise. */
  autoCapture: boolean
  /** Whether a receipt may stand on one order only, as documented. */
  uniqueReceipts: boolean
  /** How long refunds are pending; 0 for those that are processed at once. */
  refundAfterMs: number
  /** The most that one order may ask for. */
  maxAmount: number
  /** What the RazorpayX account holds. */
  balance: number
  /** How long a bank takes to pay, and to say whose an account is. */
  payoutAfterMs: number
  validateAfterMs: number
}

/** The parts that every piece of the sandbox works with. */
export interface World {
  readonly accountId: string
  readonly keyId: string
  readonly keySecret: string
  /** The number of the RazorpayX account. */
  readonly payoutAccount: string
  readonly clock: Clock
  readonly gate: Gate
  readonly store: Store
  readonly faults: FaultBook
  readonly deliveries: Deliveries
  readonly settings: Settings
  readonly timers: Map<string, Timer>
  readonly notifications: Notification[]
  /** Aborted when the sandbox closes. */
  readonly closing: AbortSignal
  readonly log: (line: string) => void
}

const KEPT_NOTIFICATIONS = 1_000

/** Notes a fault of the merchant's side. */
export function notify(world: World, about: string, message: string): void {
  if (world.notifications.length >= KEPT_NOTIFICATIONS) world.notifications.shift()
  world.notifications.push({ atMs: world.clock.now(), about, message })
  world.log(`razorpay sandbox: ${about} ${message}`)
}
