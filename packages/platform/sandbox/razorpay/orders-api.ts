import type { Answer } from '../kit/listen.ts'
import { isRecord, type Json } from '../kit/json.ts'
import { ApiError, invalid, unknownId } from './api-error.ts'
import { amountField, type ApiRequest, collectionOf, notesField, pageOf, textField } from './api-request.ts'
import type { Order } from './entities.ts'
import { newId } from './id.ts'
import { presentOrder, presentPayment } from './present.ts'
import type { World } from './world.ts'

export const MIN_AMOUNT = 100

/** `POST /v1/orders` */
export function createOrder(world: World, { body }: ApiRequest): Answer {
  const amount = orderAmount(world, body)
  const order: Order = {
    id: newId('order'),
    amount,
    currency: currencyOf(body),
    receipt: freeReceipt(world, body),
    createdAtMs: world.clock.now(),
    capture: captureOf(body),
    notes: notesField(body),
    status: 'created',
    amountPaid: 0,
    attempts: 0,
  }
  if (body['partial_payment'] === true || body['partial_payment'] === 1)
    throw new ApiError(400, 'partial_payment is/are not required and should not be sent', {
      source: 'business',
      step: 'payment_initiation',
      reason: 'extra_field_sent',
    })
  world.store.saveOrder(order)
  return { status: 200, json: presentOrder(order) }
}

function orderAmount(world: World, body: ApiRequest['body']): number {
  const amount = amountField(body) ?? invalid('amount: is required.', 'amount')
  if (amount <= 0) return invalid('The amount must be at least INR 1.00', 'amount')
  if (amount < MIN_AMOUNT)
    throw new ApiError(400, 'Order amount less than minimum amount allowed', {
      source: 'business',
      step: 'order_creation',
      reason: 'amount_less_than_minimum_amount',
      field: 'amount',
    })
  return amount <= world.settings.maxAmount ? amount : invalid('Amount exceeds maximum amount allowed.', 'amount')
}

function currencyOf(body: ApiRequest['body']): string {
  const { currency } = body
  if (currency === undefined || currency === null || currency === '') return invalid('currency: is required.', 'currency')
  if (typeof currency !== 'string') return invalid(`expected string but provided ${JSON.stringify(currency).slice(0, 40)}`, 'currency')
  return currency.toUpperCase() === 'INR' ? 'INR' : invalid('Currency is not supported', 'currency')
}

function freeReceipt(world: World, body: ApiRequest['body']): string | null {
  const receipt = textField(body, 'receipt', 40)
  if (receipt !== null && world.settings.uniqueReceipts && world.store.ordersOf(receipt).length > 0)
    return invalid('Order receipt should be unique.', 'receipt')
  return receipt
}

/** Both ways in which an order can say how its payments are captured. */
function captureOf(body: ApiRequest['body']): Order['capture'] {
  const { payment_capture: old, payment } = body
  if (isRecord(payment) && (payment['capture'] === 'automatic' || payment['capture'] === 'manual')) return payment['capture']
  if (old === true || old === 1) return 'automatic'
  return old === false || old === 0 ? 'manual' : undefined
}

/** The order of a path. */
export function orderAt(world: World, { at }: ApiRequest): Order {
  return world.store.orders.all.get(at[0] ?? '') ?? unknownId()
}

/** `GET /v1/orders/{id}` */
export const fetchOrder = (world: World, request: ApiRequest): Answer => ({
  status: 200,
  json: shown(world, request, orderAt(world, request)),
})

/** With `expand[]=payments`, the order with its payments. */
function shown(world: World, { query }: ApiRequest, order: Order): Json {
  const expands = query.getAll('expand[]').includes('payments')
  return expands ? { ...presentOrder(order), payments: paymentsOf(world, order) } : presentOrder(order)
}

const paymentsOf = (world: World, order: Order): Json => collectionOf(world.store.paymentsOf(order.id).reverse().map(presentPayment))

/** `GET /v1/orders`, newest first. */
export function listOrders(world: World, request: ApiRequest): Answer {
  const receipt = request.query.get('receipt')
  const authorized = request.query.get('authorized')
  const isAuthorized = (order: Order): boolean =>
    world.store.paymentsOf(order.id).some(({ status }) => status === 'authorized' || status === 'captured' || status === 'refunded')
  const orders = pageOf(
    request.query,
    receipt === null || receipt === '' ? world.store.orders.all.values() : world.store.ordersOf(receipt),
    (order) => authorized === null || authorized === '' || isAuthorized(order) === (authorized === '1' || authorized === 'true'),
  )
  return { status: 200, json: collectionOf(orders.map((order) => shown(world, request, order))) }
}

/** `GET /v1/orders/{id}/payments` */
export const listOrderPayments = (world: World, request: ApiRequest): Answer => ({
  status: 200,
  json: paymentsOf(world, orderAt(world, request)),
})

/** `PATCH /v1/orders/{id}`: notes only. */
export function editOrder(world: World, request: ApiRequest): Answer {
  const order = orderAt(world, request)
  order.notes = notesField(request.body)
  world.store.saveOrder(order)
  return { status: 200, json: presentOrder(order) }
}
