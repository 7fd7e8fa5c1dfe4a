import { answerWith } from '../kit/faults.ts'
import type { Answer, Incoming } from '../kit/listen.ts'
import { ApiError, errorBody } from './api-error.ts'
import { type ApiRequest, readBody } from './api-request.ts'
import * as disputes from './disputes-api.ts'
import * as orders from './orders-api.ts'
import * as payments from './payments-api.ts'
import * as refunds from './refunds-api.ts'
import * as payees from './payouts/payees-api.ts'
import * as payouts from './payouts/payouts-api.ts'
import { isSame } from './signing.ts'
import type { World } from './world.ts'

type Handler = (world: World, request: ApiRequest) => Answer

/** Paths with a capture for each variable part. */
const routes: readonly { readonly path: RegExp; readonly on: Readonly<Record<string, Handler>> }[] = [
  { path: /^\/v1\/orders\/?$/, on: { POST: orders.createOrder, GET: orders.listOrders } },
  { path: /^\/v1\/orders\/(\w+)\/?$/, on: { GET: orders.fetchOrder, PATCH: orders.editOrder } },
  { path: /^\/v1\/orders\/(\w+)\/payments$/, on: { GET: orders.listOrderPayments } },
  { path: /^\/v1\/payments\/?$/, on: { GET: payments.listPayments } },
  { path: /^\/v1\/payments\/(\w+)$/, on: { GET: payments.fetchPayment, PATCH: payments.editPayment } },
  { path: /^\/v1\/payments\/(\w+)\/capture$/, on: { POST: payments.capturePayment } },
  { path: /^\/v1\/payments\/(\w+)\/card$/, on: { GET: payments.fetchCard } },
  { path: /^\/v1\/payments\/(\w+)\/refund$/, on: { POST: refunds.createRefund } },
  { path: /^\/v1\/payments\/(\w+)\/refunds$/, on: { GET: refunds.listPaymentRefunds } },
  { path: /^\/v1\/payments\/(\w+)\/refunds\/(\w+)$/, on: { GET: refunds.fetchPaymentRefund } },
  { path: /^\/v1\/refunds\/?$/, on: { GET: refunds.listRefunds } },
  { path: /^\/v1\/refunds\/(\w+)$/, on: { GET: refunds.fetchRefund, PATCH: refunds.editRefund } },
  { path: /^\/v1\/contacts\/?$/, on: { POST: payees.createContact, GET: payees.listContacts } },
  { path: /^\/v1\/contacts\/(\w+)$/, on: { GET: payees.fetchContact } },
  { path: /^\/v1\/fund_accounts\/?$/, on: { POST: payees.createFundAccount, GET: payees.listFundAccounts } },
  { path: /^\/v1\/fund_accounts\/validations\/?$/, on: { POST: payees.createValidation } },
  { path: /^\/v1\/fund_accounts\/validations\/(\w+)$/, on: { GET: payees.fetchValidation } },
  { path: /^\/v1\/fund_accounts\/(\w+)$/, on: { GET: payees.fetchFundAccount } },
  { path: /^\/v1\/payouts\/?$/, on: { POST: payouts.createPayout, GET: payouts.listPayouts } },
  { path: /^\/v1\/payouts\/(\w+)$/, on: { GET: payouts.fetchPayout } },
  { path: /^\/v1\/payouts\/(\w+)\/cancel$/, on: { POST: payouts.cancelPayout } },
  { path: /^\/v1\/disputes\/?$/, on: { GET: disputes.listDisputes } },
  { path: /^\/v1\/disputes\/(\w+)$/, on: { GET: disputes.fetchDispute } },
  { path: /^\/v1\/disputes\/(\w+)\/accept$/, on: { POST: disputes.acceptDispute } },
  { path: /^\/v1\/disputes\/(\w+)\/contest$/, on: { PATCH: disputes.contestDispute } },
]

/** Answers a request to the REST API; whatever is wrong with it is said in Razorpay's own form. */
export function answerApi(world: World, request: Incoming): Answer {
  try {
    const fault = world.faults.forApi(request.method, request.path)
    if (fault?.action === 'hang') return 'hang'
    if (fault?.action === 'fail') return failed(fault.status ?? 503)
    return answerWith(fault, route(world, request))
  } catch (error) {
    return answerFor(world, request, error)
  }
}

/** What is said of an error. */
export function answerFor(world: World, request: Incoming, error: unknown): Answer {
  if (error instanceof ApiError) return { status: error.status, json: errorBody(error.message, error.detail) }
  world.log(`razorpay sandbox: ${request.method} ${request.path}: ${error instanceof Error ? error.stack : String(error)}`)
  return failed(500)
}

/** The answer of a service that is overloaded or broken. */
export function failed(status: number): Answer {
  if (status === 413) return { status, json: errorBody('The request is too large') }
  if (status === 429) return { status, json: errorBody('Too many requests. Please try after sometime.') }
  if (status === 502 || status === 504) return { status, json: errorBody('The gateway request timed out', { code: 'GATEWAY_ERROR' }) }
  const description = 'We are facing some trouble completing your request at the moment. Please try again shortly.'
  return status >= 500 ? { status, json: errorBody(description, { code: 'SERVER_ERROR' }) } : { status, json: errorBody('Bad request') }
}

function route(world: World, request: Incoming): Answer {
  authenticate(world, request.headers.authorization)
  for (const { path, on } of routes) {
    const found = path.exec(request.path)
    if (!found) continue
    const handler = Object.hasOwn(on, request.method) ? on[request.method] : undefined
    if (!handler) throw new ApiError(405, 'The requested method is not allowed on this URL.')
    const { query, headers } = request
    return handler(world, { query, headers, body: readBody(request), at: found.slice(1) })
  }
  throw new ApiError(404, 'The requested URL was not found on the server.')
}

function authenticate(world: World, authorization: string | undefined): void {
  if (authorization === undefined) throw new ApiError(401, 'Please provide your api key for authentication purposes.')
  const given = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1] ?? ''
  const credentials = Buffer.from(given, 'base64').toString('utf8')
  if (!isSame(credentials, `${world.keyId}:${world.keySecret}`)) throw new ApiError(401, 'Authentication failed')
}
