import { randomUUID } from 'node:crypto'
import type { Outcome, Delivery } from '../kit/deliver-later.ts'
import { type IncomingAnswer, SendError, sendRequest } from '../kit/send-request.ts'
import { countryOf } from './countries.ts'
import { durationSeconds, type FinalStatus, type HttpMethod, isLive, type Leg, type ProgressEvent } from './leg.ts'
import { rfc2822 } from './rfc2822.ts'
import { overridesOf, signatureOf, withoutFragment } from './signing.ts'
import { notify, type World } from './world.ts'

const MAX_DOCUMENT_BYTES = 64 * 1024

/** The parameters of every request about a call. */
export function callParams(world: World, leg: Leg, status: string = leg.status): Record<string, string> {
  const params: Record<string, string> = {
    CallSid: leg.sid,
    AccountSid: world.accountSid,
    ApiVersion: '2010-04-01',
    CallStatus: status,
    Direction: leg.direction,
    From: leg.from,
    To: leg.to,
    Caller: leg.from,
    Called: leg.to,
  }
  for (const [names, number] of [
    [['From', 'Caller'], leg.from],
    [['To', 'Called'], leg.to],
  ] as const) {
    const country = countryOf(number) ?? ''
    for (const name of names)
      Object.assign(params, { [`${name}City`]: '', [`${name}State`]: '', [`${name}Zip`]: '', [`${name}Country`]: country })
  }
  if (leg.parentSid !== undefined) params['ParentCallSid'] = leg.parentSid
  return params
}

/** Counts a call progress event and, if the customer asked for it, sends its callback. */
export function emitProgress(world: World, leg: Leg, event: ProgressEvent, atMs: number): void {
  const sequence = leg.sequence++
  const target = leg.statusTarget
  if (!target?.events.includes(event)) return
  const params = {
    ...callParams(world, leg, event === 'initiated' ? 'initiated' : leg.status),
    Timestamp: rfc2822(atMs),
    CallbackSource: 'call-progress-events',
    SequenceNumber: String(sequence),
    ...(isLive(leg) ? {} : endParams(leg)),
  }
  world.deliveries.add({
    id: randomUUID(),
    key: leg.sid,
    about: { kind: 'status', event, sid: leg.sid, leg: leg.parentSid === undefined ? 'parent' : 'child', to: leg.to },
    url: target.url,
    method: target.method,
    params,
  })
}

function endParams(leg: Leg): Record<string, string> {
  const seconds = durationSeconds(leg)
  return {
    CallDuration: String(seconds),
    Duration: String(Math.ceil(seconds / 60)), // the billed minutes, under a name that misleads
    ...(leg.sipCode === undefined ? {} : { SipResponseCode: String(leg.sipCode) }),
  }
}

/** The SIP answer that goes with a failed attempt. */
export const sipCodes: Readonly<Record<FinalStatus, number | undefined>> = {
  completed: undefined,
  busy: 486,
  'no-answer': 480,
  canceled: 487,
  failed: 503,
}

interface SignedRequest {
  readonly url: string
  readonly method: HttpMethod
  readonly params: Readonly<Record<string, string>>
  readonly token: string
  readonly forged?: boolean
}

/** Sends one request as Twilio would: parameters in the body or the query, signed over what is requested. */
async function sendSigned(world: World, wish: SignedRequest): Promise<IncomingAnswer> {
  const bare = withoutFragment(wish.url)
  const form = new URLSearchParams({ ...wish.params }).toString()
  const isGet = wish.method === 'GET'
  const url = isGet ? `${bare}${bare.includes('?') ? '&' : '?'}${form}` : bare
  const signature = signatureOf(wish.forged ? `${world.authToken}-forged` : world.authToken, url, isGet ? {} : wish.params)
  const { connectTimeoutMs, readTimeoutMs } = overridesOf(wish.url)
  return sendRequest({
    url,
    method: wish.method,
    headers: {
      'user-agent': 'TwilioProxy/1.1',
      accept: '*/*',
      'x-twilio-signature': signature,
      'i-twilio-idempotency-token': wish.token,
      ...(isGet ? {} : { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' }),
    },
    body: isGet ? undefined : form,
    connectTimeoutMs,
    readTimeoutMs,
    maxBytes: MAX_DOCUMENT_BYTES,
    signal: world.closing,
  })
}

const mayRetry = (retryOn: readonly string[], result: IncomingAnswer | SendError): boolean => {
  const all = retryOn.includes('all')
  if (result instanceof SendError) return all || retryOn.includes(result.reason === 'connect' ? 'ct' : 'rt') || result.reason === 'connect'
  if (result.status >= 500) return all || retryOn.includes('5xx')
  return result.status >= 400 && (all || retryOn.includes('4xx'))
}

const asSendError = (error: unknown): SendError =>
  error instanceof SendError ? error : new SendError('connect', error instanceof Error ? error.message : 'unknown')

async function attempt(world: World, wish: SignedRequest): Promise<IncomingAnswer | SendError> {
  const { retries, retryOn } = overridesOf(wish.url)
  for (let tried = 0; ; tried += 1) {
    const result = await sendSigned(world, wish).catch(asSendError)
    const failed = result instanceof SendError || result.status >= 400
    if (!failed || tried >= retries || world.closing.aborted || !mayRetry(retryOn, result)) return result
  }
}

/** Sends a callback whose answer does not matter; a refusal is only noted. */
export async function performDelivery(world: World, delivery: Delivery, forged: boolean): Promise<Outcome> {
  const result = await attempt(world, { ...delivery, token: delivery.id, forged })
  const sid = delivery.about['sid'] ?? delivery.key
  if (result instanceof SendError) {
    notify(world, sid, 11200, `callback could not be delivered: ${result.message}`)
    return { error: result.message }
  }
  if (result.status >= 400) notify(world, sid, 15003, `callback was answered with ${result.status}`)
  return { status: result.status }
}

/** A document, or the code of the error that stands for it. */
export type Fetched = { readonly text: string } | { readonly code: number; readonly message: string }

/** Fetches a TwiML document and checks its wrapping, not its content. */
export async function fetchDocument(world: World, wish: Omit<SignedRequest, 'token'>): Promise<Fetched> {
  await world.gate.opened()
  const result = await attempt(world, { ...wish, token: randomUUID() })
  if (result instanceof SendError) {
    const code = result.reason === 'too-large' ? 11750 : result.reason === 'connect' ? 11205 : 11200
    return { code, message: result.message }
  }
  if (result.status < 200 || result.status > 299) return { code: 11200, message: `answered with ${result.status}` }
  const type = (result.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (result.body.trim() === '') return { text: '<Response/>' } // an empty answer means: nothing more to do
  return ['text/xml', 'application/xml', 'text/html'].includes(type)
    ? { text: result.body }
    : { code: 12300, message: `content type ${type || 'missing'} is not XML` }
}
