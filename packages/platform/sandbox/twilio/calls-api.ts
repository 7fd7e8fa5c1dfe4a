import type { Answer } from '../kit/listen.ts'
import { ApiError, notFound, refuse } from './api-error.ts'
import { type ApiRequest, methodParam, numberFilter, pageOf, urlParam, wholeNumber } from './api-request.ts'
import { toE164 } from './countries.ts'
import { limitTo, redirect } from './exchange.ts'
import { callStatuses, isLive, type Leg, type Plan, progressEvents, type StatusTarget } from './leg.ts'
import { hangUp, placeLeg } from './legs.ts'
import { behaviourOf } from '../kit/magic-numbers.ts'
import { presentCall } from './present.ts'
import { notify, type World } from './world.ts'

const MAX_TWIML_CHARACTERS = 4_000
const MAX_LIVE_CALLS = 20_000

/** `POST /Calls.json` */
export function createCall(world: World, { form }: ApiRequest): Answer {
  const { to, from } = partiesOf(world, form)
  const plan = planOf(form)
  if (!plan) return refuse(21205, 'Url parameter is required.')
  const ringForSeconds = wholeNumber(form, 'Timeout', 1, 600) ?? 60
  const timeLimitSeconds = wholeNumber(form, 'TimeLimit', 1, 86_400)
  if (world.store.liveCalls() >= MAX_LIVE_CALLS) throw new ApiError(429, 10004, 'Call concurrency limit exceeded')
  const leg = placeLeg(world, {
    to,
    from,
    direction: 'outbound-api',
    plan,
    statusTarget: statusTargetOf(world, form),
    ringForMs: ringForSeconds * 1000,
    ...(timeLimitSeconds === undefined ? {} : { timeLimitMs: timeLimitSeconds * 1000 }),
  })
  return { status: 201, json: presentCall(world.accountSid, leg) }
}

function partiesOf(world: World, form: URLSearchParams): { to: string; from: string } {
  const wantedTo = form.get('To') ?? ''
  const wantedFrom = form.get('From') ?? ''
  if (wantedTo === '') refuse(21201, "No 'To' number is specified")
  if (wantedFrom === '') refuse(21213, "No 'From' number is specified")
  const to = toE164(wantedTo)
  if (to === undefined || behaviourOf(to).does === 'invalid') {
    return refuse(21211, `The phone number you are attempting to call, ${wantedTo.slice(0, 40)}, is not valid.`)
  }
  const from = toE164(wantedFrom) ?? refuse(21212, `The 'From' number ${wantedFrom.slice(0, 40)} is not a valid phone number.`)
  const owned = [...world.store.numbers.values()].some((number) => number.phoneNumber === from)
  if (!owned) refuse(21210, `The source phone number provided, ${from}, is not yet verified for your account.`)
  return { to, from }
}

function planOf(form: URLSearchParams): Plan | undefined {
  const url = urlParam(form, 'Url', 21205)
  if (url === undefined) {
    const twiml = form.get('Twiml') ?? ''
    if (twiml.length > MAX_TWIML_CHARACTERS) refuse(20001, `Twiml must not be longer than ${MAX_TWIML_CHARACTERS} characters`)
    return twiml === '' ? undefined : { twiml }
  }
  const fallback = urlParam(form, 'FallbackUrl', 21205)
  return {
    document: {
      url,
      method: methodParam(form, 'Method') ?? 'POST',
      extra: {},
      ...(fallback === undefined ? {} : { fallback: { url: fallback, method: methodParam(form, 'FallbackMethod') ?? 'POST' } }),
    },
  }
}

function statusTargetOf(world: World, form: URLSearchParams): StatusTarget | undefined {
  const url = urlParam(form, 'StatusCallback', 21609)
  if (url === undefined) return undefined
  const asked = form.getAll('StatusCallbackEvent').filter((event) => event !== '')
  const events = progressEvents.filter((event) => asked.includes(event))
  // Several events in one parameter are one unknown event: the real service does not split them either.
  if (asked.length !== events.length) notify(world, '', 21626, `StatusCallbackEvent has unknown values: ${asked.join(', ').slice(0, 200)}`)
  return { url, method: methodParam(form, 'StatusCallbackMethod') ?? 'POST', events: events.length === 0 ? ['completed'] : events }
}

function legAt(world: World, request: ApiRequest): Leg {
  return world.store.legs.get(request.at[0] ?? '') ?? notFound(request.path)
}

/** A call as the API shows it, with what it is to tell wrongly. */
function shown(world: World, leg: Leg): Record<string, unknown> {
  const call = presentCall(world.accountSid, leg)
  return isLive(leg) ? call : { ...call, ...(world.misreports.get(leg.sid) ?? world.misreports.get('*')) }
}

/** `GET /Calls/{Sid}.json` */
export function fetchCall(world: World, request: ApiRequest): Answer {
  return { status: 200, json: shown(world, legAt(world, request)) }
}

/** `POST /Calls/{Sid}.json` */
export function updateCall(world: World, request: ApiRequest): Answer {
  const leg = legAt(world, request)
  const { form } = request
  const status = form.get('Status') ?? ''
  if (!['', 'completed', 'canceled'].includes(status)) refuse(21218, `Invalid Status: ${status.slice(0, 40)}`)
  const plan = planOf(form)
  const timeLimitSeconds = wholeNumber(form, 'TimeLimit', 1, 86_400)
  const target = statusTargetOf(world, form)
  if (!isLive(leg)) refuse(21220, 'Call is not in-progress. Cannot redirect.')
  if (status === 'canceled' && leg.status === 'in-progress') refuse(21220, 'Call is in-progress. Cannot cancel.')
  if (target) leg.statusTarget = form.has('StatusCallbackEvent') ? target : { ...target, events: leg.statusTarget?.events ?? target.events }
  if (timeLimitSeconds !== undefined) limitTo(world, leg, timeLimitSeconds * 1000)
  if (status !== '') hangUp(world, leg, world.clock.now())
  else if (plan) redirect(world, leg, plan)
  world.store.saveLeg(leg)
  return { status: 200, json: presentCall(world.accountSid, leg) }
}

/** `GET /Calls.json`, newest first. */
export function listCalls(world: World, request: ApiRequest): Answer {
  const { query } = request
  const to = numberFilter(query, 'To')
  const from = numberFilter(query, 'From')
  const parent = query.get('ParentCallSid')
  const status = query.get('Status')
  if (status !== null && status !== '' && !callStatuses.some((known) => known === status))
    refuse(20001, `Invalid Status: ${status.slice(0, 40)}`)
  const started = dayFilter(query, 'StartTime')
  const ended = dayFilter(query, 'EndTime')
  const fits = (leg: Leg): boolean =>
    (to === undefined || leg.to === to) &&
    (from === undefined || leg.from === from) &&
    (parent === null || parent === '' || leg.parentSid === parent) &&
    (status === null || status === '' || leg.status === status) &&
    started(leg.answeredAtMs ?? leg.endedAtMs ?? leg.createdAtMs) &&
    ended(leg.endedAtMs)
  const { items, paging } = pageOf(request, [...world.store.legs.values()].filter(fits).reverse())
  return { status: 200, json: { ...paging, calls: items.map((leg) => shown(world, leg)) } }
}

/** `Name`, `Name<` and `Name>` compare UTC days; the last includes the day itself. */
function dayFilter(query: URLSearchParams, name: string): (ms: number | undefined) => boolean {
  const day = (key: string): string | undefined => {
    const text = query.get(key)
    if (text === null || text === '') return undefined
    const date = text.slice(0, 10)
    return /^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(Date.parse(date)) ? date : refuse(20001, `Invalid ${key}: must be YYYY-MM-DD`)
  }
  const on = day(name)
  const before = day(`${name}<`)
  const since = day(`${name}>`)
  if (on === undefined && before === undefined && since === undefined) return () => true
  return (ms) => {
    if (ms === undefined) return false
    const date = new Date(ms).toISOString().slice(0, 10)
    return (on === undefined || date === on) && (before === undefined || date < before) && (since === undefined || date >= since)
  }
}
