import { isHeld } from '../kit/clock.ts'
import type { Delivery, DeliveryRecord } from '../kit/deliver-later.ts'
import type { ApiFault, CallbackFault } from '../kit/faults.ts'
import { returnOf } from './checkout-api.ts'
import { type Complaint, moveDispute, openDispute } from './disputes.ts'
import type { Dispute, DisputeStatus, Means, Order, Payment, Refund, Webhook } from './entities.ts'
import { WEBHOOK } from './events.ts'
import { chosen, choiceOf, type Outcome, returns } from './outcomes.ts'
import { authorizeLate, capture, startPayment } from './payments.ts'
import type { Payout, PayoutStatus } from './payouts/entities.ts'
import { movePayout, setBalance } from './payouts/payouts.ts'
import { failRefund, startRefund } from './refunds.ts'
import type { Notification, Settings, World } from './world.ts'

/** How somebody pays without the payment page; a UPI payment that succeeds unless told. */
export interface PayWish {
  readonly outcome?: Outcome | undefined
  readonly lateAfterSeconds?: number | undefined
  readonly means?: Means | undefined
}

/** What the payment page would know now. */
export interface Paid {
  readonly paymentId: string
  readonly status: Payment['status']
  /** What the merchant's page is given; undefined where it learns nothing, or of a failure. */
  readonly response:
    { readonly razorpay_payment_id: string; readonly razorpay_order_id: string; readonly razorpay_signature: string } | undefined
  readonly error: { readonly code: string; readonly description: string; readonly reason: string } | undefined
}

/** The hands of the customers, of their banks, of the merchant's staff at the dashboard, and on the network. */
export interface RazorpayControl {
  /** Orders, payments, refunds and disputes in the order of creation. */
  orders(): Order[]
  payments(orderId?: string): Payment[]
  refunds(): Refund[]
  disputes(): Dispute[]
  /** Somebody pays an order, as on the payment page. */
  pay(orderId: string, wish?: PayWish): Paid
  /** A bank that was silent, or was taken for one that said no, has taken the money. False if there is none such. */
  authorizeLate(paymentId: string): boolean
  /** Staff capture at the dashboard. False if the payment is not authorised. */
  capture(paymentId: string): boolean
  /** Staff refund at the dashboard, all that is left unless told; the result is the refund's id. */
  refund(paymentId: string, amount?: number): string
  /** The bank can't take a pending refund back (see the setting `refundAfterMs`). False if it is not pending. */
  failRefund(refundId: string): boolean
  /** A customer complains at their bank; the result is the dispute's id. */
  dispute(paymentId: string, complaint?: Complaint): string
  /** The dispute goes on, or ends. False if it can't go there. */
  moveDispute(disputeId: string, status: DisputeStatus): boolean
  /** Payouts in the order of creation. */
  payouts(): Payout[]
  /** A bank, or somebody at the dashboard, moves a payout on. False if it can't go there. */
  movePayout(payoutId: string, status: PayoutStatus, reason?: string): boolean
  /** Money comes into the RazorpayX account, or leaves it: what waits for it goes. */
  setBalance(paise: number): void
  /** Where events are sent, as entered at the dashboard; a new secret signs what happens from now on. All events unless named. */
  setWebhook(webhook: { url: string; secret: string; events?: readonly string[] }): void
  webhook(): Webhook | undefined
  /** Enables a webhook that was disabled after a day of failures, or disables it. */
  enableWebhook(isActive?: boolean): void
  /** Changes how the account works. */
  change(settings: Partial<Settings>): void
  /** Adds a fault to webhooks; the result is its id. */
  faultCallbacks(fault: CallbackFault): string
  /** Adds a fault to the API; the result is its id. */
  faultApi(fault: ApiFault): string
  clearFaults(): void
  /** Events held back by a `hold` fault. */
  held(): Delivery[]
  release(ids?: readonly string[]): Promise<void>
  /** What became of each attempt to deliver an event. */
  callbacks(): readonly DeliveryRecord[]
  /** What the merchant's server got wrong. */
  notifications(): readonly Notification[]
  /** Moves a held clock. */
  advance(ms: number): Promise<void>
  /** With a held clock: resolves when nothing is under way. */
  quiet(): Promise<void>
  /** Forgets orders, payments, refunds, disputes, faults and logs; the webhook stays. */
  reset(): void
}

const needed = <Item>(item: Item | undefined, what: string): Item => {
  if (item === undefined) throw new Error(`no such ${what}`)
  return item
}

function pay(world: World, orderId: string, { outcome = 'success', lateAfterSeconds, means }: PayWish): Paid {
  const order = needed(world.store.orders.all.get(orderId), 'order')
  const choice = chosen(order.amount, choiceOf(outcome))
  const payment = startPayment(world, {
    order,
    amount: order.amount,
    currency: order.currency,
    means: means ?? { method: 'upi', vpa: `${outcome}@upi` },
    choice: lateAfterSeconds === undefined ? choice : { ...choice, lateAfterMs: lateAfterSeconds * 1_000 },
    email: 'void@razorpay.com',
    contact: '+919999999999',
    description: null,
    notes: {},
  })
  const isPaid = payment.status !== 'created' && payment.status !== 'failed'
  const { razorpay_payment_id = '', razorpay_order_id = '', razorpay_signature = '' } = returnOf(world, payment)
  return {
    paymentId: payment.id,
    status: payment.status,
    response: isPaid && returns(payment.outcome) ? { razorpay_payment_id, razorpay_order_id, razorpay_signature } : undefined,
    error: payment.error ?? undefined,
  }
}

function moneyControls(world: World): Pick<RazorpayControl, 'authorizeLate' | 'capture' | 'refund' | 'failRefund'> {
  const { store, clock } = world
  const paymentOf = (id: string): Payment => needed(store.payments.all.get(id), 'payment')
  return {
    authorizeLate: (id) => authorizeLate(world, paymentOf(id), clock.now()),
    capture(id) {
      const payment = paymentOf(id)
      if (payment.status !== 'authorized') return false
      capture(world, payment, clock.now())
      return true
    },
    refund(id, amount) {
      const payment = paymentOf(id)
      const left = payment.amount - payment.amountRefunded
      const wanted = amount ?? left
      if (!payment.isCaptured || !Number.isSafeInteger(wanted) || wanted < 1 || wanted > left)
        throw new Error(`of ${id}, ${payment.status}, ${payment.isCaptured ? left : 0} can be refunded`)
      return startRefund(world, payment, { amount: wanted, speed: 'normal', notes: {}, receipt: null }, clock.now()).id
    },
    failRefund: (id) => failRefund(world, needed(store.refunds.all.get(id), 'refund'), clock.now()),
  }
}

function disputeControls(world: World): Pick<RazorpayControl, 'dispute' | 'moveDispute'> {
  const { store, clock } = world
  return {
    dispute(paymentId, complaint = {}) {
      const payment = needed(store.payments.all.get(paymentId), 'payment')
      if (!payment.isCaptured) throw new Error(`${paymentId} is not captured`)
      return openDispute(world, payment, complaint, clock.now()).id
    },
    moveDispute: (id, status) => moveDispute(world, needed(store.disputes.all.get(id), 'dispute'), status, clock.now()),
  }
}

function webhookControls(world: World): Pick<RazorpayControl, 'setWebhook' | 'webhook' | 'enableWebhook'> {
  const { webhooks } = world.store
  return {
    setWebhook({ url, secret, events }) {
      const { protocol } = URL.parse(url) ?? {}
      if ((protocol !== 'http:' && protocol !== 'https:') || secret === '') throw new Error('a webhook needs an address and a secret')
      const secrets = webhooks.all.get(WEBHOOK)?.secrets ?? []
      const isKnown = secrets.at(-1) === secret
      webhooks.save(WEBHOOK, { url, secrets: isKnown ? secrets : [...secrets, secret], events: events ?? null, isActive: true })
    },
    webhook: () => webhooks.all.get(WEBHOOK),
    enableWebhook(isActive = true) {
      webhooks.save(WEBHOOK, { ...needed(webhooks.all.get(WEBHOOK), 'webhook'), isActive })
    },
  }
}

function payoutControls(world: World): Pick<RazorpayControl, 'payouts' | 'movePayout' | 'setBalance'> {
  const { store, clock } = world
  return {
    payouts: () => [...store.payouts.all.values()],
    movePayout: (id, status, reason) => movePayout(world, needed(store.payouts.all.get(id), 'payout'), status, clock.now(), reason),
    setBalance: (paise) => setBalance(world, paise, clock.now()),
  }
}

/** The control surface of one sandbox. */
export function controlOf(world: World): RazorpayControl {
  const { store, clock, faults, deliveries } = world
  const notHeld = (): Promise<never> => Promise.reject(new Error('this sandbox runs on the real clock'))
  return {
    ...moneyControls(world),
    ...disputeControls(world),
    ...payoutControls(world),
    ...webhookControls(world),
    orders: () => [...store.orders.all.values()],
    payments: (orderId) => (orderId === undefined ? [...store.payments.all.values()] : store.paymentsOf(orderId)),
    refunds: () => [...store.refunds.all.values()],
    disputes: () => [...store.disputes.all.values()],
    pay: (orderId, wish = {}) => pay(world, orderId, wish),
    change: (settings) => void Object.assign(world.settings, settings),
    faultCallbacks: (fault) => faults.addCallback(fault),
    faultApi: (fault) => faults.addApi(fault),
    clearFaults: () => faults.clear(),
    held: () => deliveries.held(),
    release: (ids) => deliveries.release(ids),
    callbacks: () => deliveries.log(),
    notifications: () => world.notifications,
    advance: (ms) => (isHeld(clock) ? clock.advance(ms) : notHeld()),
    quiet: () => (isHeld(clock) ? clock.settled() : notHeld()),
    reset() {
      for (const timer of world.timers.values()) timer.cancel()
      world.timers.clear()
      store.clear()
      faults.clear()
      deliveries.clear()
      world.notifications.length = 0
    },
  }
}
