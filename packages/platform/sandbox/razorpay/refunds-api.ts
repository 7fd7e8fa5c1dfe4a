import type { Answer } from '../kit/listen.ts'
import { ApiError, invalid, refuse, unknownId } from './api-error.ts'
import { amountField, type ApiRequest, collectionOf, notesField, pageOf, textField } from './api-request.ts'
import type { Payment, Refund } from './entities.ts'
import { MIN_AMOUNT } from './orders-api.ts'
import { paymentAt } from './payments-api.ts'
import { presentRefund } from './present.ts'
import { type RefundWish, startRefund } from './refunds.ts'
import type { World } from './world.ts'

/** `POST /v1/payments/{id}/refund`; with `X-Refund-Idempotency` the same request is done once. */
export function createRefund(world: World, request: ApiRequest): Answer {
  const payment = paymentAt(world, request)
  const key = idempotencyKey(request)
  const content = JSON.stringify(request.body)
  const known = key === undefined ? undefined : world.store.refundKeys.all.get(`${payment.id}:${key}`)
  if (known) return replay(world, known, content)
  const refund = startRefund(world, payment, wishOf(world, payment, request.body), world.clock.now())
  if (key !== undefined) world.store.refundKeys.save(`${payment.id}:${key}`, { content, refundId: refund.id })
  return { status: 200, json: presentRefund(refund) }
}

function idempotencyKey({ headers }: ApiRequest): string | undefined {
  const key = headers['x-refund-idempotency']
  if (key === undefined) return undefined
  if (typeof key === 'string' && /^[\w-]{10,256}$/.test(key)) return key
  return refuse('The idempotency key must be at least 10 characters long, of letters, digits, hyphens and underscores.')
}

function replay(world: World, known: { content: string; refundId: string }, content: string): Answer {
  if (known.content !== content) throw new ApiError(400, 'Different request with the same idempotency key has already been processed.')
  const refund = world.store.refunds.all.get(known.refundId) ?? unknownId()
  return { status: 200, json: presentRefund(refund) }
}

function wishOf(world: World, payment: Payment, body: ApiRequest['body']): RefundWish {
  if (payment.isCaptured && payment.status === 'refunded') refuse('The payment has been fully refunded already')
  if (!payment.isCaptured) refuse('The payment status should be captured for action to be taken')
  const left = payment.amount - payment.amountRefunded
  const amount = amountField(body) ?? left
  if (amount < Math.min(MIN_AMOUNT, left)) invalid('The amount must be atleast INR 1.00', 'amount')
  if (amount > left)
    invalid(
      amount > payment.amount
        ? 'The refund amount provided is greater than amount captured'
        : 'The total refund amount is greater than the refund payment amount',
      'amount',
    )
  const speed = textField(body, 'speed', 10) ?? 'normal'
  if (speed !== 'normal' && speed !== 'optimum') return invalid('The selected speed is invalid.', 'speed')
  const receipt = textField(body, 'receipt', 40)
  const isTaken = receipt !== null && [...world.store.refunds.all.values()].some((refund) => refund.receipt === receipt)
  if (isTaken) invalid('Refund receipt should be unique.', 'receipt')
  return { amount, speed, notes: notesField(body), receipt }
}

const refundAt = (world: World, id: string | undefined): Refund => world.store.refunds.all.get(id ?? '') ?? unknownId()

/** `GET /v1/refunds/{id}` */
export const fetchRefund = (world: World, { at }: ApiRequest): Answer => ({ status: 200, json: presentRefund(refundAt(world, at[0])) })

/** `GET /v1/payments/{id}/refunds/{id}` */
export function fetchPaymentRefund(world: World, request: ApiRequest): Answer {
  const refund = refundAt(world, request.at[1])
  return refund.paymentId === paymentAt(world, request).id ? { status: 200, json: presentRefund(refund) } : unknownId()
}

/** `GET /v1/refunds`, newest first. */
export const listRefunds = (world: World, { query }: ApiRequest): Answer => ({
  status: 200,
  json: collectionOf(pageOf(query, world.store.refunds.all.values()).map(presentRefund)),
})

/** `GET /v1/payments/{id}/refunds`, newest first. */
export function listPaymentRefunds(world: World, request: ApiRequest): Answer {
  const refunds = world.store.refundsOf(paymentAt(world, request).id)
  return { status: 200, json: collectionOf(pageOf(request.query, refunds).map(presentRefund)) }
}

/** `PATCH /v1/refunds/{id}`: notes only. */
export function editRefund(world: World, { at, body }: ApiRequest): Answer {
  const refund = refundAt(world, at[0])
  refund.notes = notesField(body)
  world.store.saveRefund(refund)
  return { status: 200, json: presentRefund(refund) }
}
