import type { Answer } from '../kit/listen.ts'
import { answer, ApiError, notFound, refuse } from './api-error.ts'
import { type ApiRequest, urlParam, wholeNumber } from './api-request.ts'
import type { Call, CallbackTarget } from './call.ts'
import { placeCall } from './calls.ts'
import { behaviourOf } from '../kit/magic-numbers.ts'
import { toE164 } from './phone-number.ts'
import { presentCall } from './present-call.ts'
import { appIdOf } from './voice-flow.ts'
import type { World } from './world.ts'

const MAX_LIVE_CALLS = 20_000
const MAX_CUSTOM_FIELD_CHARACTERS = 128
const DEFAULT_RING_SECONDS = 30
// Longer ringing is not allowed in India; what is above it is cut down to it.
const MAX_RING_SECONDS = 60
const MAX_SECONDS = 14_400

/** `POST /Calls/connect`: two numbers, or a number and a flow. */
export function createCall(world: World, { form, format }: ApiRequest): Answer {
  const from = phone(form, 'From')
  const target = targetOf(world, form)
  const exophone = callerIdOf(world, form)
  const callType = form.get('CallType') ?? 'trans'
  if (callType !== 'trans') refuse(`Invalid CallType: ${callType.slice(0, 20)}`)
  const customField = form.get('CustomField') ?? undefined
  if ((customField?.length ?? 0) > MAX_CUSTOM_FIELD_CHARACTERS) {
    refuse(`CustomField must not be longer than ${MAX_CUSTOM_FIELD_CHARACTERS} characters`)
  }
  const ringForSeconds = Math.min(wholeNumber(form, 'TimeOut', 1, 86_400) ?? DEFAULT_RING_SECONDS, MAX_RING_SECONDS)
  const timeLimitSeconds = wholeNumber(form, 'TimeLimit', 1, MAX_SECONDS) ?? MAX_SECONDS
  const callback = callbackOf(form, target.appId !== undefined)
  urlParam(form, 'WaitUrl')
  if (world.store.calls.live() >= MAX_LIVE_CALLS) throw new ApiError(429, 'Too many calls at a time')
  const call = placeCall(world, {
    ...target,
    direction: 'outbound-api',
    from,
    exophone,
    ringForMs: ringForSeconds * 1_000,
    timeLimitMs: timeLimitSeconds * 1_000,
    customField,
    record: flag(form, 'Record'),
    callback,
  })
  return answer(format, 200, { Call: presentCall(world, call) })
}

function phone(form: URLSearchParams, name: string): string {
  const written = form.get(name) ?? ''
  if (written === '') refuse(`Mandatory parameter ${name} is missing`)
  const number = toE164(written)
  // A number that the directory of magic numbers calls invalid is as bad as one that is none.
  return number === undefined || behaviourOf(number).does === 'invalid' ? refuse(`Invalid ${name}: not a valid phone number`) : number
}

function targetOf(world: World, form: URLSearchParams): Pick<Call, 'to' | 'appId'> {
  const url = form.get('Url')
  if (url === null || url === '') return { to: phone(form, 'To'), appId: undefined }
  const appId = appIdOf(url, world.accountSid)
  const known = appId !== undefined && world.store.flows.all.has(appId)
  return known ? { to: undefined, appId } : refuse('Invalid Url: there is no such flow')
}

function callerIdOf(world: World, form: URLSearchParams): string {
  const number = phone(form, 'CallerId')
  const owned = [...world.store.numbers.all.values()].some((one) => one.phoneNumber === number)
  return owned ? number : refuse('Invalid CallerId: not an ExoPhone of the account')
}

function flag(form: URLSearchParams, name: string): boolean {
  const word = form.get(name)?.toLowerCase() ?? 'false'
  return word === 'true' || word === 'false' ? word === 'true' : refuse(`Invalid ${name}: must be true or false`)
}

const EVENT_NAMES = /^StatusCallbackEvents(?:\[\d*\])?$/

function callbackOf(form: URLSearchParams, isFlow: boolean): CallbackTarget | undefined {
  const url = urlParam(form, 'StatusCallback')
  const wanted = [...form].filter(([name]) => EVENT_NAMES.test(name)).map(([, value]) => value)
  const events = (['terminal', 'answered'] as const).filter((event) => wanted.includes(event))
  const unknown = wanted.find((event) => event !== 'terminal' && event !== 'answered')
  if (unknown !== undefined) refuse(`Invalid StatusCallbackEvents: ${unknown.slice(0, 40)}`)
  const type = form.get('StatusCallbackContentType') ?? 'multipart/form-data'
  if (type !== 'multipart/form-data' && type !== 'application/json') refuse(`Invalid StatusCallbackContentType: ${type.slice(0, 40)}`)
  // With a flow the events do not apply: its Passthru must report.
  return url === undefined
    ? undefined
    : { url, events: isFlow ? [] : events, contentType: type === 'application/json' ? type : 'multipart/form-data' }
}

/** `GET /Calls/{Sid}` */
export function fetchCall(world: World, { at: [sid = ''], query, format }: ApiRequest): Answer {
  const call = world.store.calls.all.get(sid) ?? notFound(`Call ${sid.slice(0, 64)}`)
  wholeNumber(query, 'RecordingUrlValidity', 5, 60)
  return answer(format, 200, { Call: presentCall(world, call, query.get('details') === 'true') })
}
