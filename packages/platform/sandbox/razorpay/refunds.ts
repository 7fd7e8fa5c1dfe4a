import { setAlarm } from '../kit/alarms.ts'
import type { Notes, Payment, Refund } from './entities.ts'
import { tell } from './events.ts'
import { newId } from './id.ts'
import type { World } from './world.ts'

/** What is to go back. */
export interface RefundWish {
  readonly amount: number
  readonly speed: 'normal' | 'optimum'
  readonly notes: Notes
  readonly receipt: string | null
}

/** Sends money back; the caller has seen to it that there is so much. */
export function startRefund(world: World, payment: Payment, wish: RefundWish, atMs: number): Refund {
  const { refundAfterMs } = world.settings
  const refund: Refund = {
    id: newId('rfnd'),
    paymentId: payment.id,
    amount: wish.amount,
    currency: payment.currency,
    receipt: wish.receipt,
    speed: wish.speed,
    createdAtMs: atMs,
    notes: wish.notes,
    status: refundAfterMs === 0 ? 'processed' : 'pending',
    due: refundAfterMs === 0 ? {} : { processed: atMs + refundAfterMs },
  }
  payment.amountRefunded += wish.amount
  if (payment.amountRefunded === payment.amount) payment.status = 'refunded'
  world.store.savePayment(payment)
  tell(world, 'refund.created', { refund, payment }, atMs)
  if (refund.status === 'processed') tell(world, 'refund.processed', { refund, payment }, atMs)
  touchRefund(world, refund)
  return refund
}

/** What was never captured, or came for an order that somebody had paid already. */
export function refundInFull(world: World, payment: Payment, atMs: number): void {
  startRefund(world, payment, { amount: payment.amount - payment.amountRefunded, speed: 'normal', notes: {}, receipt: null }, atMs)
}

function finish(world: World, refund: Refund, status: 'processed' | 'failed', atMs: number): void {
  const payment = world.store.payments.all.get(refund.paymentId)
  refund.status = status
  refund.due = {}
  if (payment && status === 'failed') {
    payment.amountRefunded -= refund.amount
    if (payment.status === 'refunded') payment.status = payment.isCaptured ? 'captured' : 'authorized'
    world.store.savePayment(payment)
  }
  if (payment) tell(world, `refund.${status}`, { refund, payment }, atMs)
  touchRefund(world, refund)
}

/** The bank could not take it back. False if the refund is not under way. */
export function failRefund(world: World, refund: Refund, atMs: number): boolean {
  if (refund.status !== 'pending') return false
  finish(world, refund, 'failed', atMs)
  return true
}

/** Keeps the refund, and sets the alarm for its end. */
export function touchRefund(world: World, refund: Refund): void {
  world.store.saveRefund(refund)
  setAlarm(world, refund.id, refund, ['processed'], (_kind, atMs) => finish(world, refund, 'processed', atMs))
}
