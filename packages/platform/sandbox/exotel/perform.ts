import { randomUUID } from 'node:crypto'
import type { Delivery, Outcome } from '../kit/deliver-later.ts'
import { isRecord, type Json } from '../kit/json.ts'
import { type IncomingAnswer, SendError, sendRequest } from '../kit/send-request.ts'
import { newLegSid, newSid } from './sid.ts'
import { notify, type World } from './world.ts'

const CONNECT_TIMEOUT_MS = 5_000
const READ_TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 64 * 1024
// After the first attempt one more 5 minutes later and a last one 15 minutes after that.
const RETRY_AFTER_MS = [5 * 60_000, 15 * 60_000]

/** Names as a form has them: `Legs[0][Status]`. */
function flattened(json: Json, name = ''): [string, string][] {
  if (Array.isArray(json)) return json.flatMap((one: Json, index) => flattened(one, `${name}[${index}]`))
  if (isRecord(json)) return Object.entries(json).flatMap(([key, one]) => flattened(one, name === '' ? key : `${name}[${key}]`))
  return [[name, typeof json === 'object' ? '' : String(json)]]
}

function multipart(json: Json): { type: string; body: string } {
  const boundary = `------------------------${randomUUID().replaceAll('-', '')}`
  const parts = flattened(json).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return { type: `multipart/form-data; boundary=${boundary}`, body: `${parts.join('')}--${boundary}--\r\n` }
}

/** What somebody who has found the address might send: another call, long and paid for. */
function forgery(json: Json): Json {
  if (!isRecord(json)) return json
  return { ...json, CallSid: newSid(), Status: 'completed', ConversationDuration: 3_599 }
}

/** The same for an event of a leg: of a leg of nobody. */
function forgedEvent(json: Json): Json {
  if (!isRecord(json) || !isRecord(json['data'])) return json
  return { ...json, data: { ...json['data'], leg_sid: newLegSid(), bridge_sid: newLegSid() } }
}

function post(world: World, delivery: Delivery, json: Json): Promise<IncomingAnswer> {
  const { type, body } = delivery.about['format'] === 'json' ? { type: 'application/json', body: JSON.stringify(json) } : multipart(json)
  return sendRequest({
    url: delivery.url,
    method: 'POST',
    headers: { 'user-agent': 'Exotel', accept: '*/*', 'content-type': type },
    body,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    readTimeoutMs: READ_TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
    signal: world.closing,
  })
}

/** What a customer's server is asked or told by a flow: everything in the query. */
export function get(
  world: World,
  url: string,
  params: Readonly<Record<string, string>>,
  readTimeoutMs = READ_TIMEOUT_MS,
): Promise<IncomingAnswer> {
  const query = new URLSearchParams({ ...params }).toString()
  return sendRequest({
    url: `${url}${url.includes('?') ? '&' : '?'}${query}`,
    method: 'GET',
    headers: { 'user-agent': 'Exotel', accept: '*/*', 'exotel-version': '1.0' },
    connectTimeoutMs: Math.min(CONNECT_TIMEOUT_MS, readTimeoutMs),
    readTimeoutMs,
    maxBytes: MAX_ANSWER_BYTES,
    signal: world.closing,
  })
}

function again(world: World, delivery: Delivery): void {
  const attempt = delivery.again?.attempt ?? 1
  const afterMs = RETRY_AFTER_MS[attempt - 1]
  if (afterMs === undefined || world.closing.aborted) return
  const [first = delivery.id] = delivery.id.split(':')
  world.deliveries.add({
    ...delivery,
    id: `${first}:${attempt + 1}`,
    again: { attempt: attempt + 1, notBeforeMs: world.clock.now() + afterMs },
  })
}

const asSendError = (error: unknown): SendError =>
  error instanceof SendError ? error : new SendError('connect', error instanceof Error ? error.message : 'unknown')

/** Notes how it went if it did not go well. */
function outcomeOf(world: World, delivery: Delivery, result: IncomingAnswer | SendError, isFine: boolean): Outcome {
  const sid = delivery.about['sid'] ?? delivery.key
  if (result instanceof SendError) {
    notify(world, sid, `callback could not be delivered: ${result.message}`)
    return { error: result.message }
  }
  if (!isFine) notify(world, sid, `callback was answered with ${result.status}`)
  return { status: result.status }
}

/** One that was not taken with 200 is tried again much later. */
async function performStatus(world: World, delivery: Delivery, forged: boolean): Promise<Outcome> {
  const json = delivery.json ?? null
  const result = await post(world, delivery, forged ? forgery(json) : json).catch(asSendError)
  const isFine = !(result instanceof SendError) && result.status === 200
  if (!isFine) again(world, delivery)
  return outcomeOf(world, delivery, result, isFine)
}

/** What a flow asks or tells is not tried again. */
async function performGet(world: World, delivery: Delivery): Promise<Outcome> {
  const result = await get(world, delivery.url, delivery.params).catch(asSendError)
  return outcomeOf(world, delivery, result, !(result instanceof SendError) && result.status === 200)
}

const performers: Readonly<Record<string, (world: World, delivery: Delivery, forged: boolean) => Promise<Outcome>>> = {
  status: performStatus,
  leg: performEvent,
  bridge: performEvent,
}

/** Sends a callback of any of the products. */
export function performDelivery(world: World, delivery: Delivery, forged: boolean): Promise<Outcome> {
  const perform = performers[delivery.about['kind'] ?? ''] ?? performGet
  return perform(world, delivery, forged)
}

const EVENT_ATTEMPTS = 3
const EVENT_TIMEOUT_MS = 1_000

/** Events of legs and bridges: three attempts of a second each, one right after the other, then they are dropped. */
async function performEvent(world: World, delivery: Delivery, forged: boolean): Promise<Outcome> {
  const json = forged ? forgedEvent(delivery.json ?? null) : (delivery.json ?? null)
  for (let attempt = 1; ; attempt += 1) {
    const result = await sendRequest({
      url: delivery.url,
      method: 'POST',
      headers: {
        'user-agent': 'Exotel-Hermix/1.0',
        'content-type': 'application/json',
        'x-exotel-event-sid': delivery.id,
        'x-exotel-request-id': `${delivery.id}-${attempt}`,
      },
      body: JSON.stringify(json),
      connectTimeoutMs: EVENT_TIMEOUT_MS,
      readTimeoutMs: EVENT_TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
      signal: world.closing,
    }).catch(asSendError)
    const isFine = !(result instanceof SendError) && result.status >= 200 && result.status < 300
    const mayRetry = result instanceof SendError || [408, 429].includes(result.status) || result.status >= 500
    if (isFine || !mayRetry || attempt >= EVENT_ATTEMPTS || world.closing.aborted) return outcomeOf(world, delivery, result, isFine)
  }
}
