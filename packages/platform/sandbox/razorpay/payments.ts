import { setAlarm } from '../kit/alarms.ts'
import { refuse } from './api-error.ts'
import { type Means, type Notes, type Order, type Payment, type PaymentDue, paymentDues, type PaymentError } from './entities.ts'
import { tell } from './events.ts'
import { newId } from './id.ts'
import { type Choice, isMuted } from './outcomes.ts'
import { refundInFull } from './refunds.ts'
import type { World } from './world.ts'

const MINUTE_MS = 60_000
/** When a bank that says nothing is taken for one that said no. */
const SILENCE_MS = 10 * MINUTE_MS
/** When money that nobody has captured goes back. */
const UNCAPTURED_MS = 3 * 24 * 60 * MINUTE_MS

const declined: PaymentError = {
  code: 'BAD_REQUEST_ERROR',
  description: 'Your payment was not completed because the bank declined it. Try another way to pay.',
  source: 'bank',
  step: 'payment_authorization',
  reason: 'payment_failed',
}
const cancelled: PaymentError = {
  code: 'BAD_REQUEST_ERROR',
  description: 'Your payment has been cancelled. Try again or complete the payment later.',
  source: 'customer',
  step: 'payment_authentication',
  reason: 'payment_cancelled',
}
const timedOut: PaymentError = {
  code: 'GATEWAY_ERROR',
  description: 'Your payment was not completed because the bank did not answer. Any amount taken will be returned in 5-7 days.',
  source: 'gateway',
  step: 'payment_authorization',
  reason: 'payment_timed_out',
}

/** Who pays, and how. */
export interface Attempt {
  /** Undefined for a payment without an order, which can only be captured by hand. */
  readonly order: Order | undefined
  readonly amount: number
  readonly currency: string
  readonly means: Means
  readonly email: string
  readonly contact: string
  readonly description: string | null
  readonly notes: Notes
  readonly choice: Choice
}

/** Somebody presses "Pay". Resolves nothing: what the bank says is in the payment, now or later. */
export function startPayment(world: World, attempt: Attempt): Payment {
  const { order, choice } = attempt
  if (order?.status === 'paid') refuse('Payment already done for this order.', { order_id: order.id })
  const now = world.clock.now()
  const payment = createPayment(world, attempt, now)
  if (order) {
    order.attempts += 1
    order.status = 'attempted'
    world.store.saveOrder(order)
  }
  if (choice.outcome === 'pending') payment.due.timeout = now + SILENCE_MS
  else if (choice.outcome === 'failure') fail(world, payment, declined, now)
  else if (choice.outcome === 'cancelled') fail(world, payment, cancelled, now)
  else if (choice.outcome === 'late') {
    fail(world, payment, timedOut, now)
    payment.due.late = now + choice.lateAfterMs
  } else authorize(world, payment, now)
  if (choice.outcome === 'double') payAgain(world, attempt, now)
  touchPayment(world, payment)
  return payment
}

/** A second payment that goes through although the first one had: two tabs, and a bank that was slow. */
function payAgain(world: World, attempt: Attempt, now: number): void {
  const second = createPayment(world, attempt, now)
  authorize(world, second, now)
  touchPayment(world, second)
}

function captureOf(world: World, { order, choice }: Attempt): 'automatic' | 'manual' {
  if (!order || choice.outcome === 'authorized') return 'manual'
  return order.capture ?? (world.settings.autoCapture ? 'automatic' : 'manual')
}

function createPayment(world: World, attempt: Attempt, now: number): Payment {
  const { order, amount, currency, means, email, contact, description, notes, choice } = attempt
  return {
    id: newId('pay'),
    orderId: order?.id ?? null,
    amount,
    currency,
    createdAtMs: now,
    means,
    email,
    contact,
    description,
    outcome: choice.outcome,
    capture: captureOf(world, attempt),
    isMuted: isMuted(choice.outcome),
    notes,
    status: 'created',
    isCaptured: false,
    isLate: false,
    amountRefunded: 0,
    fee: null,
    tax: null,
    error: null,
    due: {},
  }
}

const orderOf = (world: World, payment: Payment): Order | undefined =>
  payment.orderId === null ? undefined : world.store.orders.all.get(payment.orderId)

function fail(world: World, payment: Payment, error: PaymentError, atMs: number): void {
  payment.status = 'failed'
  payment.error = error
  world.store.savePayment(payment)
  tell(world, 'payment.failed', { payment }, atMs)
}

/** The bank has taken the money. */
function authorize(world: World, payment: Payment, atMs: number): void {
  const order = orderOf(world, payment)
  payment.status = 'authorized'
  payment.error = null
  world.store.savePayment(payment)
  tell(world, 'payment.authorized', { payment }, atMs)
  // An order is paid once: what comes late for a paid one goes back at once. A true double payment is not noticed, and stays.
  if (order?.status === 'paid' && payment.outcome !== 'double') refundInFull(world, payment, atMs)
  else if (payment.capture === 'automatic') capture(world, payment, atMs)
  else payment.due.refund = payment.createdAtMs + UNCAPTURED_MS
}

/** Two per cent, and the tax of 18% on that, which is a part of the fee. */
function feesOf(amount: number): { fee: number; tax: number } {
  const bare = Math.round(amount * 0.02)
  const tax = Math.round(bare * 0.18)
  return { fee: bare + tax, tax }
}

/** The merchant, or the setting, takes what the bank has promised. */
export function capture(world: World, payment: Payment, atMs: number): void {
  const order = orderOf(world, payment)
  payment.status = 'captured'
  payment.isCaptured = true
  Object.assign(payment, feesOf(payment.amount))
  delete payment.due.refund
  world.store.savePayment(payment)
  const isFirst = order !== undefined && order.status !== 'paid'
  if (isFirst) {
    order.status = 'paid'
    order.amountPaid = order.amount
    world.store.saveOrder(order)
  }
  tell(world, 'payment.captured', { payment }, atMs)
  if (isFirst) tell(world, 'order.paid', { payment, order }, atMs)
}

/** The bank has answered after all. False if the payment is not one that waits for that. */
export function authorizeLate(world: World, payment: Payment, atMs: number): boolean {
  if (payment.status !== 'failed' && payment.status !== 'created') return false
  payment.due = {}
  payment.isLate = payment.status === 'failed'
  authorize(world, payment, atMs)
  touchPayment(world, payment)
  return true
}

const onDue: Readonly<Record<PaymentDue, (world: World, payment: Payment, atMs: number) => void>> = {
  timeout: (world, payment, atMs) => fail(world, payment, timedOut, atMs),
  late: authorizeLate,
  refund: refundInFull,
}

/** Keeps the payment, and sets the alarm for what happens to it next. */
export function touchPayment(world: World, payment: Payment): void {
  world.store.savePayment(payment)
  setAlarm(world, payment.id, payment, paymentDues, (kind, atMs) => {
    onDue[kind](world, payment, atMs)
    world.store.savePayment(payment)
  })
}
