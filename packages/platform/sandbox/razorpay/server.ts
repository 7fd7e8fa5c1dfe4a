import { createHash } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { type Clock, realClock } from '../kit/clock.ts'
import { createDeliveries, createGate } from '../kit/deliver-later.ts'
import { createFaultBook } from '../kit/faults.ts'
import { serveSandbox } from '../kit/serve-sandbox.ts'
import { answerApi, failed } from './api.ts'
import { answerCheckout, isCheckout } from './checkout-api.ts'
import { controlOf, type RazorpayControl } from './control.ts'
import { controlRoutes } from './control-routes.ts'
import { touchPayment } from './payments.ts'
import { performDelivery } from './perform.ts'
import { touchPayout, touchValidation } from './payouts/payouts.ts'
import { touchRefund } from './refunds.ts'
import { openStore } from './store.ts'
import type { World } from './world.ts'

/** The key that a sandbox has unless it is told otherwise. */
export const SANDBOX_RAZORPAY_KEY_ID = 'rzp_test_Sandbox0Only00'
/** Its secret. */
export const SANDBOX_RAZORPAY_KEY_SECRET = 'sandbox0secret0sandbox00'
/** The secret that webhooks are signed with. All three are public and open nothing but a sandbox. */
export const SANDBOX_RAZORPAY_WEBHOOK_SECRET = 'sandbox0webhook0secret00'

/** The RazorpayX account that pays people out, as the sandbox knows it. */
export const SANDBOX_RAZORPAY_PAYOUT_ACCOUNT = '2323230000000001'

/** How a sandbox is to be started; each option may be left out. */
export interface RazorpaySandboxOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number | undefined
  /** 127.0.0.1 by default: the control surface has no password. */
  readonly host?: string | undefined
  readonly keyId?: string | undefined
  readonly keySecret?: string | undefined
  /** The number of the RazorpayX account that pays people out. */
  readonly payoutAccount?: string | undefined
  /** The wall clock by default. */
  readonly clock?: Clock | undefined
  /** Where orders, payments and unsent events are kept over a restart; without it they are forgotten. */
  readonly stateFile?: string | undefined
  /** Where events are sent from the start; also to be told later by the control surface. */
  readonly webhook?: { readonly url: string; readonly secret: string } | undefined
  /** Whether payments are captured by themselves: so by default. */
  readonly autoCapture?: boolean | undefined
  /** Told of faults on the merchant's side and of our own; silent by default. */
  readonly log?: ((line: string) => void) | undefined
}

/** A sandbox that runs. */
export interface RazorpaySandbox {
  /** What stands for `https://api.razorpay.com` and `https://checkout.razorpay.com` alike. */
  readonly url: string
  readonly keyId: string
  readonly keySecret: string
  readonly payoutAccount: string
  readonly clock: Clock
  readonly control: RazorpayControl
  /** Stops it; what was under way is in the state file. */
  close(): Promise<void>
}

/** Starts a server that speaks Razorpay's wire protocol for orders, payments, refunds and disputes, with a payment page of its own. */
export async function startRazorpaySandbox(options: RazorpaySandboxOptions = {}): Promise<RazorpaySandbox> {
  const closing = new AbortController()
  setMaxListeners(0, closing.signal) // each request on its way listens
  const world = createWorld(options, closing.signal)
  const control = controlOf(world)
  if (options.webhook) control.setWebhook(options.webhook)
  const server = await serveSandbox(world, closing, {
    handle: (request) => (isCheckout(request.path) ? answerCheckout(world, request) : answerApi(world, request)),
    refuse: (status) => failed(status),
    routes: controlRoutes(world, control),
    host: options.host,
    port: options.port,
  })
  resume(world)
  const { keyId, keySecret, payoutAccount, clock } = world
  return {
    url: server.url,
    keyId,
    keySecret,
    payoutAccount,
    clock,
    control,
    close: server.close,
  }
}

/** Ten crore rupees, and banks that are quick. */
const payoutSettings = { balance: 10_000_000_000, payoutAfterMs: 1_000, validateAfterMs: 500 }

function createWorld(options: RazorpaySandboxOptions, closing: AbortSignal): World {
  const clock = options.clock ?? realClock()
  const gate = createGate()
  const faults = createFaultBook()
  const log = options.log ?? (() => undefined)
  const store = openStore(options.stateFile, (error) => log(`razorpay sandbox: the state could not be written: ${String(error)}`))
  const keyId = options.keyId ?? SANDBOX_RAZORPAY_KEY_ID
  const world: World = {
    accountId: `acc_${createHash('sha256').update(keyId).digest('hex').slice(0, 14)}`,
    keyId,
    keySecret: options.keySecret ?? SANDBOX_RAZORPAY_KEY_SECRET,
    payoutAccount: options.payoutAccount ?? SANDBOX_RAZORPAY_PAYOUT_ACCOUNT,
    clock,
    gate,
    faults,
    store,
    closing,
    settings: {
      autoCapture: options.autoCapture ?? true,
      uniqueReceipts: true,
      refundAfterMs: 0,
      maxAmount: 50_000_000,
      ...payoutSettings,
    },
    timers: new Map(),
    notifications: [],
    log,
    deliveries: createDeliveries({
      clock,
      gate,
      faults,
      perform: (delivery, spoilt) => performDelivery(world, delivery, spoilt),
      changed(delivery, pending) {
        // What a closing sandbox could not send any more is sent by the next one.
        if (!closing.aborted) store.saveDelivery(delivery, pending)
      },
    }),
  }
  return world
}

/** Takes up where the last process stopped: alarms are set again, events on their way leave again. */
function resume(world: World): void {
  for (const delivery of world.store.unsent) world.deliveries.add(delivery)
  for (const payment of world.store.payments.all.values()) if (Object.keys(payment.due).length > 0) touchPayment(world, payment)
  for (const refund of world.store.refunds.all.values()) if (Object.keys(refund.due).length > 0) touchRefund(world, refund)
  for (const payout of world.store.payouts.all.values()) if (Object.keys(payout.due).length > 0) touchPayout(world, payout)
  for (const validation of world.store.validations.all.values())
    if (Object.keys(validation.due).length > 0) touchValidation(world, validation)
}
