import { randomUUID } from 'node:crypto'
import type { Delivery, Outcome } from '../kit/deliver-later.ts'
import { isRecord, type Json } from '../kit/json.ts'
import { type IncomingAnswer, SendError, sendRequest } from '../kit/send-request.ts'
import { newSid } from './sid.ts'
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

function request(world: World, delivery: Delivery, json: Json): Promise<IncomingAnswer> {
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

/** Sends a callback; one that was not taken with 200 is tried again, those of a flow are not. */
export async function performDelivery(world: World, delivery: Delivery, forged: boolean): Promise<Outcome> {
  const sid = delivery.about['sid'] ?? delivery.key
  try {
    const isStatus = delivery.about['kind'] === 'status'
    const json = delivery.json ?? null
    const { status } = isStatus
      ? await request(world, delivery, forged ? forgery(json) : json)
      : await get(world, delivery.url, delivery.params)
    if (status !== 200) {
      notify(world, sid, `callback was answered with ${status}`)
      if (isStatus) again(world, delivery)
    }
    return { status }
  } catch (error) {
    if (!(error instanceof SendError)) throw error
    notify(world, sid, `callback could not be delivered: ${error.message}`)
    if (delivery.about['kind'] === 'status') again(world, delivery)
    return { error: error.message }
  }
}
