import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRecord, type Json, readJson } from '../kit/json.ts'
import type { Answer, Incoming } from '../kit/listen.ts'
import { answerFor } from './api.ts'
import { ApiError, errorBody, invalid, refuse, unknownId } from './api-error.ts'
import { amountField, notesField, textField } from './api-request.ts'
import type { Means, Order, Payment } from './entities.ts'
import { newId } from './id.ts'
import { type Choice, choiceOf, chosen, isOutcome, outcomeOfVpa, returns } from './outcomes.ts'
import { startPayment } from './payments.ts'
import { isSame, paymentSignature } from './signing.ts'
import type { World } from './world.ts'

/** Where the payment page talks to the sandbox: its own pages only, with the key id alone. */
const PREFIX = '/v1/checkout'

const page = (name: string): string => readFileSync(join(import.meta.dirname, 'checkout', name), 'utf8')

// Merchants' pages frame it, which is what it is for; of its own it loads and sends nothing elsewhere.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  'frame-ancestors http: https:',
].join('; ')

const files: Readonly<Record<string, { readonly type: string; readonly file: string }>> = {
  [`${PREFIX}.js`]: { type: 'text/javascript', file: 'checkout.js' },
  [`${PREFIX}/public`]: { type: 'text/html', file: 'page.html' },
  [`${PREFIX}/page.js`]: { type: 'text/javascript', file: 'page.js' },
  [`${PREFIX}/page.css`]: { type: 'text/css', file: 'page.css' },
}

/** Whether a path belongs to the payment page. */
export const isCheckout = (path: string): boolean => path === `${PREFIX}.js` || path.startsWith(`${PREFIX}/`)

/** Answers what the merchant's page and the payment page ask for. */
export function answerCheckout(world: World, request: Incoming): Answer {
  try {
    const file = Object.hasOwn(files, request.path) ? files[request.path] : undefined
    if (file) return serve(file, request)
    return { ...act(world, request), headers: { 'cache-control': 'no-store' } }
  } catch (error) {
    return answerFor(world, request, error)
  }
}

function serve({ type, file }: { type: string; file: string }, { method }: Incoming): Answer {
  if (method !== 'GET' && method !== 'HEAD') throw new ApiError(405, 'The requested method is not allowed on this URL.')
  const headers = { 'content-security-policy': policy, 'cache-control': 'no-cache', 'referrer-policy': 'no-referrer' }
  return { status: 200, text: { type, body: page(file) }, headers }
}

function act(world: World, request: Incoming): { status: number; json: Json } {
  const { origin, host } = request.headers
  if (origin !== undefined && URL.parse(origin)?.host !== host) throw new ApiError(403, 'The payment page speaks here, and nobody else.')
  if (request.method !== 'POST') throw new ApiError(404, 'The requested URL was not found on the server.')
  const body = readJson(request.body)
  if (!isRecord(body)) return invalid('Please check if the request body is valid JSON')
  if (!isSame(textField(body, 'key_id', 64) ?? '', world.keyId)) throw new ApiError(401, 'The api key provided is invalid')
  if (request.path === `${PREFIX}/session`) return { status: 200, json: describe(world, body) }
  if (request.path === `${PREFIX}/payments`) return { status: 200, json: pay(world, body) }
  if (request.path === `${PREFIX}/status`) return { status: 200, json: statusOf(world, body) }
  throw new ApiError(404, 'The requested URL was not found on the server.')
}

type Body = { readonly [name: string]: Json }

/** What is to be paid: the order's word counts, the page's must agree with it. */
function billOf(world: World, body: Body): { order: Order | undefined; amount: number; currency: string } {
  const orderId = textField(body, 'order_id', 40)
  const amount = amountField(body)
  if (orderId === null) {
    if (amount === undefined || amount < 100) return invalid('The amount must be at least INR 1.00', 'amount')
    return { order: undefined, amount, currency: 'INR' }
  }
  const order = world.store.orders.all.get(orderId) ?? unknownId()
  if (amount !== undefined && amount !== order.amount)
    refuse('Your payment amount is different from your order amount. To pay successfully, please try using right amount.')
  const currency = textField(body, 'currency', 3)
  if (currency !== null && currency !== order.currency) refuse('Payment currency is not equal to order currency')
  return { order, amount: order.amount, currency: order.currency }
}

function describe(world: World, body: Body): Json {
  const { order, amount, currency } = billOf(world, body)
  if (order?.status === 'paid') refuse('Payment already done for this order.', { order_id: order.id })
  return { amount, currency, order_id: order?.id ?? null }
}

const networks: Readonly<Record<string, string>> = { '1111': 'Visa', '0004': 'MasterCard', '0008': 'RuPay' }

function meansOf(body: Body): { means: Means; choice: Choice } {
  const { method, outcome } = body
  const choice = isOutcome(outcome) ? choiceOf(outcome) : choiceOf('success')
  if (method === 'upi') {
    const vpa = textField(body, 'vpa', 100) ?? 'someone@upi'
    const named = body['vpa'] === undefined ? choice : outcomeOfVpa(vpa)
    if (!named) return invalid('Invalid VPA. Please enter a valid Virtual Payment Address', 'vpa')
    return { means: { method, vpa }, choice: named }
  }
  if (method === 'card') {
    const last4 = textField(body, 'last4', 4) ?? '1111'
    return { means: { method, cardId: newId('card'), network: networks[last4] ?? 'Unknown', last4 }, choice }
  }
  return method === 'netbanking'
    ? { means: { method, bank: textField(body, 'bank', 4) ?? 'HDFC' }, choice }
    : invalid('The selected method is invalid.', 'method')
}

function pay(world: World, body: Body): Json {
  const bill = billOf(world, body)
  const { means, choice } = meansOf(body)
  const payment = startPayment(world, {
    ...bill,
    means,
    choice: chosen(bill.amount, choice),
    email: textField(body, 'email', 255) ?? 'void@razorpay.com',
    contact: textField(body, 'contact', 20) ?? '+919999999999',
    description: textField(body, 'description', 255),
    notes: notesField(body),
  })
  return told(world, payment)
}

/** How the payment page learns of an answer that takes its time. */
function statusOf(world: World, body: Body): Json {
  const payment = world.store.payments.all.get(textField(body, 'payment_id', 40) ?? '') ?? unknownId()
  return told(world, payment)
}

/** What the merchant's page is given when somebody has paid. */
export function returnOf(world: World, payment: Payment): { readonly [name: string]: string } {
  if (payment.orderId === null) return { razorpay_payment_id: payment.id }
  return {
    razorpay_payment_id: payment.id,
    razorpay_order_id: payment.orderId,
    razorpay_signature: paymentSignature(world.keySecret, payment.orderId, payment.id),
  }
}

/** `paid`, `failed`, or `waiting` for a bank that has said nothing, or not to the page. */
function told(world: World, payment: Payment): Json {
  const { id, orderId, error, status } = payment
  if (error) {
    const metadata = { payment_id: id, ...(orderId === null ? {} : { order_id: orderId }) }
    return { state: 'failed', payment_id: id, ...errorBody(error.description, { ...error, metadata }) }
  }
  if (status === 'created' || !returns(payment.outcome)) return { state: 'waiting', payment_id: id }
  return { state: 'paid', payment_id: id, response: returnOf(world, payment) }
}
