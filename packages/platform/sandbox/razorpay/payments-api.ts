import type { Json } from '../kit/json.ts'
import type { Answer } from '../kit/listen.ts'
import { invalid, refuse, unknownId } from './api-error.ts'
import { amountField, type ApiRequest, collectionOf, notesField, pageOf, textField } from './api-request.ts'
import type { Payment } from './entities.ts'
import { capture } from './payments.ts'
import { presentCard, presentPayment } from './present.ts'
import type { World } from './world.ts'

/** The payment of a path. */
export function paymentAt(world: World, { at }: ApiRequest): Payment {
  return world.store.payments.all.get(at[0] ?? '') ?? unknownId()
}

const shown = ({ query }: ApiRequest, payment: Payment): Json =>
  query.getAll('expand[]').includes('card') && payment.means.method === 'card'
    ? { ...presentPayment(payment), card: presentCard(payment) }
    : presentPayment(payment)

/** `GET /v1/payments/{id}` */
export const fetchPayment = (world: World, request: ApiRequest): Answer => ({
  status: 200,
  json: shown(request, paymentAt(world, request)),
})

/** `GET /v1/payments/{id}/card` */
export function fetchCard(world: World, request: ApiRequest): Answer {
  const card = presentCard(paymentAt(world, request))
  return { status: 200, json: card ?? refuse('The payment was not made by card') }
}

/** `GET /v1/payments`, newest first. */
export const listPayments = (world: World, request: ApiRequest): Answer => ({
  status: 200,
  json: collectionOf(pageOf(request.query, world.store.payments.all.values()).map((payment) => shown(request, payment))),
})

/** `POST /v1/payments/{id}/capture` */
export function capturePayment(world: World, request: ApiRequest): Answer {
  const payment = paymentAt(world, request)
  const amount = amountField(request.body) ?? invalid('The amount field is required.', 'amount')
  const currency = textField(request.body, 'currency', 3) ?? payment.currency
  if (payment.isCaptured) refuse('This payment has already been captured')
  if (payment.status !== 'authorized') refuse('Only payments which have been authorized and not yet captured can be captured')
  if (amount !== payment.amount) invalid('Capture amount must be equal to the amount authorized', 'amount')
  if (currency !== payment.currency) invalid('Capture currency must be the currency of the payment', 'currency')
  capture(world, payment, world.clock.now())
  return { status: 200, json: presentPayment(payment) }
}

/** `PATCH /v1/payments/{id}`: notes only. */
export function editPayment(world: World, request: ApiRequest): Answer {
  const payment = paymentAt(world, request)
  payment.notes = notesField(request.body)
  world.store.savePayment(payment)
  return { status: 200, json: presentPayment(payment) }
}
