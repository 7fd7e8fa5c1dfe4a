import * as z from 'zod'
import type { Order, PaymentFailure, ProviderDispute, ProviderPayment, ProviderRefund } from '../port.ts'

/** What Razorpay says, and what it means in our words. Only what is read here is ever kept: no card, no address, no phone number. */

const id = (kind: string) => z.string().regex(new RegExp(`^${kind}_[A-Za-z0-9]{1,40}$`))
const amount = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
const currency = z.string().regex(/^[A-Z]{3}$/)
const listOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item).max(1_000) })

export const orderWire = z.object({
  id: id('order'),
  amount,
  currency,
  receipt: z.string().nullish(),
  created_at: z.number(),
})

export const ordersWire = listOf(orderWire)

export const orderOf = ({ id: orderId, amount: price, currency: code }: z.output<typeof orderWire>): Order => ({
  id: orderId,
  amount: price,
  currency: code,
})

export const paymentWire = z.object({
  id: id('pay'),
  order_id: id('order').nullish(),
  // Words that come one day are no reason to lose the rest: they mean nothing yet.
  status: z.string().max(64),
  captured: z.boolean().nullish(),
  amount,
  currency,
  amount_refunded: amount.nullish(),
  error_code: z.string().max(128).nullish(),
  error_reason: z.string().max(128).nullish(),
})

export const paymentsWire = listOf(paymentWire)

type PaymentWire = z.output<typeof paymentWire>

/** `refunded` is said of what was captured and given back, and of what went back because nobody captured it. Only the first was ours. */
function statusOf({ status, captured }: PaymentWire): ProviderPayment['status'] {
  if (status === 'failed' || status === 'authorized' || status === 'captured') return status
  if (status !== 'refunded') return null
  return captured === true ? 'captured' : 'returned'
}

function failureOf({ status, error_code: code, error_reason: reason }: PaymentWire): PaymentFailure | null {
  if (status !== 'failed') return null
  if (reason === 'payment_cancelled') return 'canceled_by_payer'
  if (reason === 'payment_timed_out' || reason === 'payment_session_expired') return 'timed_out'
  if (code === 'GATEWAY_ERROR' || code === 'SERVER_ERROR') return 'provider_error'
  return code === 'BAD_REQUEST_ERROR' ? 'declined' : 'other'
}

export const paymentOf = (wire: PaymentWire): ProviderPayment => ({
  id: wire.id,
  orderId: wire.order_id ?? null,
  status: statusOf(wire),
  amount: wire.amount,
  currency: wire.currency,
  refundedAmount: wire.amount_refunded ?? 0,
  failure: failureOf(wire),
})

export const refundWire = z.object({
  id: id('rfnd'),
  payment_id: id('pay'),
  amount,
  status: z.string().max(64),
  receipt: z.string().max(128).nullish(),
  // An empty list when there are none.
  notes: z
    .object({ refund: z.string().max(128).optional() })
    .nullish()
    .catch(null),
})

export const refundsWire = listOf(refundWire)

/** Whatever is neither over nor failed is still on its way. */
export const refundOf = ({
  id: refundId,
  payment_id: paymentId,
  amount: part,
  status,
  receipt,
  notes,
}: z.output<typeof refundWire>): ProviderRefund => ({
  id: refundId,
  paymentId,
  amount: part,
  status: status === 'processed' || status === 'failed' ? status : 'pending',
  reference: receipt ?? notes?.refund ?? null,
})

const disputeWire = z.object({
  id: id('disp'),
  payment_id: id('pay'),
  amount,
  amount_deducted: amount.nullish(),
  status: z.string().max(64),
})

/** `closed` takes nothing from us, and neither does a lost question of the bank: what does says how much. */
function disputeOf({ id: disputeId, payment_id: paymentId, status, ...wire }: z.output<typeof disputeWire>): ProviderDispute {
  const taken = wire.amount_deducted ?? wire.amount
  if (status === 'lost' && taken > 0) return { id: disputeId, paymentId, amount: taken, status }
  const isOver = status === 'lost' || status === 'won' || status === 'closed'
  return { id: disputeId, paymentId, amount: wire.amount, status: isOver ? 'won' : 'open' }
}

const entity = <Wire extends z.ZodType>(wire: Wire) => z.object({ entity: wire })

/** A webhook: what it speaks of stands in the payload by its kind. What cannot be read is left out, and the event is kept by its name. */
export const eventWire = z.object({
  event: z.string().max(128),
  payload: z
    .object({
      payment: entity(paymentWire.transform(paymentOf)).nullish().catch(null),
      refund: entity(refundWire.transform(refundOf)).nullish().catch(null),
      dispute: entity(disputeWire.transform(disputeOf)).nullish().catch(null),
    })
    .nullish()
    .catch(null),
})
