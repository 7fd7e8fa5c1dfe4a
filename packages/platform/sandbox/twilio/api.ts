import { createHash, timingSafeEqual } from 'node:crypto'
import { answerWith } from '../kit/faults.ts'
import type { Answer, Incoming } from '../kit/listen.ts'
import { ApiError, errorBody } from './api-error.ts'
import type { ApiRequest } from './api-request.ts'
import { createCall, fetchCall, listCalls, updateCall } from './calls-api.ts'
import * as conferences from './conferences-api.ts'
import * as numbers from './numbers-api.ts'
import { rfc2822 } from './rfc2822.ts'
import type { World } from './world.ts'

type Handler = (world: World, request: ApiRequest) => Answer

/** Paths below the account, with a capture for each variable part. */
const routes: readonly { readonly path: RegExp; readonly on: Readonly<Record<string, Handler>> }[] = [
  { path: /^$/, on: { GET: fetchAccount } },
  { path: /^\/Calls$/, on: { POST: createCall, GET: listCalls } },
  { path: /^\/Calls\/([^/]+)$/, on: { GET: fetchCall, POST: updateCall } },
  { path: /^\/AvailablePhoneNumbers$/, on: { GET: numbers.listCountries } },
  { path: /^\/AvailablePhoneNumbers\/([A-Z]{2})$/, on: { GET: numbers.fetchCountry } },
  { path: /^\/AvailablePhoneNumbers\/([A-Z]{2})\/([A-Za-z]+)$/, on: { GET: numbers.searchNumbers } },
  { path: /^\/IncomingPhoneNumbers$/, on: { POST: numbers.buyNumber, GET: numbers.listNumbers } },
  { path: /^\/IncomingPhoneNumbers\/(Local|TollFree|Mobile)$/, on: { POST: numbers.buyNumber, GET: numbers.listNumbers } },
  {
    path: /^\/IncomingPhoneNumbers\/([^/]+)$/,
    on: { GET: numbers.fetchNumber, POST: numbers.updateNumber, DELETE: numbers.releaseNumber },
  },
  { path: /^\/Conferences$/, on: { GET: conferences.listConferences } },
  { path: /^\/Conferences\/([^/]+)$/, on: { GET: conferences.fetchConference, POST: conferences.updateConference } },
  { path: /^\/Conferences\/([^/]+)\/Participants$/, on: { GET: conferences.listParticipants } },
  {
    path: /^\/Conferences\/([^/]+)\/Participants\/([^/]+)$/,
    on: { GET: conferences.fetchParticipant, DELETE: conferences.kickParticipant },
  },
]

const ACCOUNT_PATH = /^(?:\/api)?(\/2010-04-01\/Accounts\/([^/]+?)(\/.*)?)\.json$/

function fetchAccount(world: World): Answer {
  const created = rfc2822(Date.UTC(2026, 0, 1))
  const uri = `/2010-04-01/Accounts/${world.accountSid}.json`
  const json = {
    sid: world.accountSid,
    friendly_name: 'Sandbox',
    status: 'active',
    type: 'Full',
    date_created: created,
    date_updated: created,
    uri,
  }
  return { status: 200, json }
}

/** Answers a request to the REST API; whatever is wrong with it is said in Twilio's own form. */
export function answerApi(world: World, request: Incoming): Answer {
  try {
    const fault = world.faults.forApi(request.method, request.path)
    if (fault?.action === 'hang') return 'hang'
    if (fault?.action === 'fail') return failed(fault.status ?? 503)
    const answer = route(world, request)
    return answerWith(fault, answer)
  } catch (error) {
    if (error instanceof ApiError) {
      const headers = error.status === 401 ? { 'www-authenticate': 'Basic realm="Twilio API"' } : {}
      return { status: error.status, json: errorBody(error), headers }
    }
    world.log(`twilio sandbox: ${request.method} ${request.path}: ${error instanceof Error ? error.stack : String(error)}`)
    return failed(500)
  }
}

/** The answer of a service that is overloaded or broken. */
export function failed(status: number): Answer {
  const code = status === 429 ? 20429 : status === 503 ? 20503 : status === 413 ? 20413 : status >= 500 ? 20500 : 20001
  const message =
    status === 429 ? 'Too Many Requests' : status >= 500 ? 'An internal server error has occurred' : 'The request could not be read'
  return { status, json: errorBody({ status, code, message }) }
}

function route(world: World, request: Incoming): Answer {
  const [, path, accountSid = '', rest = ''] = ACCOUNT_PATH.exec(request.path) ?? []
  authenticate(world, request.headers.authorization)
  if (path === undefined || accountSid !== world.accountSid)
    throw new ApiError(404, 20404, `The requested resource ${request.path} was not found`)
  for (const { path: pattern, on } of routes) {
    const found = pattern.exec(rest)
    if (!found) continue
    const handler = Object.hasOwn(on, request.method) ? on[request.method] : undefined
    if (!handler) throw new ApiError(405, 20004, 'Method not allowed')
    return handler(world, { path: `${path}.json`, query: request.query, form: formOf(request), at: found.slice(1).map(decoded) })
  }
  throw new ApiError(404, 20404, `The requested resource ${path}.json was not found`)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function formOf({ method, headers, body }: Incoming): URLSearchParams {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (method !== 'POST' || body === '') return new URLSearchParams()
  if (type !== 'application/x-www-form-urlencoded') throw new ApiError(415, 20001, 'The body must be application/x-www-form-urlencoded')
  return new URLSearchParams(body)
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

function authenticate(world: World, authorization: string | undefined): void {
  const given = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1] ?? ''
  const credentials = Buffer.from(given, 'base64').toString('utf8')
  const right = timingSafeEqual(digest(credentials), digest(`${world.accountSid}:${world.authToken}`))
  if (!right) throw new ApiError(401, 20003, 'Authentication Error - invalid username')
}
