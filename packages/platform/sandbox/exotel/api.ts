import { createHash, timingSafeEqual } from 'node:crypto'
import { answerWith } from '../kit/faults.ts'
import type { Answer, Incoming } from '../kit/listen.ts'
import { ApiError, errorAnswer, type Format, notFound } from './api-error.ts'
import type { ApiRequest } from './api-request.ts'
import { listCalls } from './call-list.ts'
import { createCall, fetchCall } from './calls-api.ts'
import * as legs from './legs-api.ts'
import { fetchMetadata } from './number-metadata.ts'
import * as numbers from './numbers-api.ts'
import type { World } from './world.ts'

type Handler = (world: World, request: ApiRequest) => Answer
type Routes = readonly { readonly path: RegExp; readonly on: Readonly<Record<string, Handler>> }[]

interface Product {
  /** What comes before the account. */
  readonly path: RegExp
  /** Whether its requests count for the limit of the voice products. */
  readonly limited: boolean
  /** Paths below the account, with a capture for each variable part. */
  readonly routes: Routes
}

const products: readonly Product[] = [
  {
    path: /^\/v1\/Accounts\/([^/]+)(\/.*)$/,
    limited: true,
    routes: [
      { path: /^\/Calls\/connect$/, on: { POST: createCall } },
      { path: /^\/Calls$/, on: { GET: listCalls } },
      { path: /^\/Calls\/([^/]+)$/, on: { GET: fetchCall } },
      { path: /^\/Numbers\/([^/]+)$/, on: { GET: fetchMetadata } },
    ],
  },
  {
    path: /^\/v2_beta\/Accounts\/([^/]+)(\/.*)$/,
    limited: false,
    routes: [
      { path: /^\/AvailablePhoneNumbers$/, on: { GET: numbers.listCountries } },
      { path: /^\/AvailablePhoneNumbers\/([A-Z]{2})\/([A-Za-z]+)$/, on: { GET: numbers.searchNumbers } },
      { path: /^\/IncomingPhoneNumbers$/, on: { GET: numbers.listNumbers, POST: numbers.buyNumber } },
      {
        path: /^\/IncomingPhoneNumbers\/([^/]+)$/,
        on: { GET: numbers.fetchNumber, PUT: numbers.updateNumber, DELETE: numbers.releaseNumber },
      },
    ],
  },
  {
    path: /^\/v2\/accounts\/([^/]+)(\/.*)$/,
    limited: false,
    routes: [
      { path: /^\/legs$/, on: { POST: legs.createLeg } },
      { path: /^\/legs\/([^/]+)$/, on: { GET: legs.fetchLeg } },
      { path: /^\/legs\/([^/]+)\/actions$/, on: { POST: legs.runAction } },
      { path: /^\/legs\/([^/]+)\/actions\/hangup$/, on: { POST: legs.hangUp } },
      { path: /^\/bridges$/, on: { POST: legs.postBridge } },
      { path: /^\/bridges\/([^/]+)$/, on: { GET: legs.fetchBridge, PUT: legs.stopBridge } },
    ],
  },
]

/** Only v1 answers in XML unless it is asked for JSON. */
function formatOf(path: string): Format {
  if (path.startsWith('/v2/')) return 'v2'
  return path.startsWith('/v1/') && !path.endsWith('.json') ? 'xml' : 'json'
}

/** Answers a request to any of the products; whatever is wrong with it is said in Exotel's own form. */
export function answerApi(world: World, request: Incoming): Answer {
  const format = formatOf(request.path)
  try {
    const fault = world.faults.forApi(request.method, request.path)
    if (fault?.action === 'hang') return 'hang'
    if (fault?.action === 'fail') return failed(format, request.method, fault.status ?? 503)
    const answer = route(world, request, format)
    return answerWith(fault, answer)
  } catch (error) {
    if (error instanceof ApiError) return errorAnswer(format, request.method, error)
    world.log(`exotel sandbox: ${request.method} ${request.path}: ${error instanceof Error ? error.stack : String(error)}`)
    return failed(format, request.method, 500)
  }
}

const messages: Readonly<Record<number, string>> = {
  401: 'Authentication failed',
  402: 'Insufficient balance',
  403: 'The account is suspended',
  413: 'The request is too large',
  429: 'Too many requests',
}

/** The answer of a service that is overloaded, broken, or does not want to. */
export function failed(format: Format, method: string, status: number): Answer {
  const message = messages[status] ?? (status >= 500 ? 'Internal server error' : 'The request could not be read')
  return errorAnswer(format, method, new ApiError(status, message))
}

/** What the server refuses before anybody has read the request. */
export function refused(status: number, { method, path }: { method: string; path: string }): Answer {
  return failed(formatOf(path), method, status)
}

function route(world: World, request: Incoming, format: Format): Answer {
  authenticate(world, request.headers.authorization)
  for (const { path: pattern, limited, routes } of products) {
    const [, account, rest = ''] = pattern.exec(request.path) ?? []
    if (account === undefined) continue
    if (account !== world.accountSid) throw new ApiError(403, 'The account is not yours')
    if (limited && !world.rate.take(world.clock.now(), world.settings.requestsPerMinute)) throw new ApiError(429, 'Too many requests')
    return choose(routes, rest.replace(/\.json$/, ''), request, format)(world)
  }
  return notFound(request.path.slice(0, 200))
}

function choose(routes: Routes, rest: string, request: Incoming, format: Format): (world: World) => Answer {
  for (const { path, on } of routes) {
    const found = path.exec(rest)
    if (!found) continue
    const handler = Object.hasOwn(on, request.method) ? on[request.method] : undefined
    if (!handler) throw new ApiError(405, 'Method not allowed')
    const { query, body } = request
    const at = found.slice(1).map(decoded)
    return (world) => handler(world, { path: rest, format, query, body, form: formOf(request), at })
  }
  return notFound(rest.slice(0, 200))
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function formOf({ headers, body }: Incoming): URLSearchParams {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  return type === 'application/x-www-form-urlencoded' ? new URLSearchParams(body) : new URLSearchParams()
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

function authenticate(world: World, authorization: string | undefined): void {
  const given = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1] ?? ''
  const credentials = Buffer.from(given, 'base64').toString('utf8')
  const right = timingSafeEqual(digest(credentials), digest(`${world.apiKey}:${world.apiToken}`))
  if (!right) throw new ApiError(401, 'Authentication failed')
}
