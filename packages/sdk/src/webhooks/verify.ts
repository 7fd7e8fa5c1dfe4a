import type { WebhookEvent } from '../contract/webhooks/event-types.ts'
import { decodeBase64, sameBytes } from './bytes.ts'
import { WebhookVerificationError } from './webhook-verification-error.ts'

/** Headers as servers hand them on: `Headers`, Node's object, or pairs. Names count in any case. */
export type WebhookHeaders =
  Headers | Readonly<Record<string, string | readonly string[] | undefined>> | Iterable<readonly [name: string, value: string]>

export interface WebhookToVerify {
  /** `whsec_…`, as it was shown when the endpoint was made. */
  readonly secret?: string
  /** Several, while one replaces another: one that fits is enough. */
  readonly secrets?: readonly string[]
  readonly headers: WebhookHeaders
  /** The body exactly as it came, before any parsing: what JSON was read from and written again does not verify. */
  readonly body: string | Uint8Array
  /** How far the time of sending may be from now, either way; 300 unless told. */
  readonly toleranceSeconds?: number
  /** The time now; for tests. */
  readonly now?: Date
}

const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const
const mostSignatures = 20

/**
 * Checks that a webhook was sent by the platform a moment ago (Standard Webhooks), and gives its event. Rejects with
 * `WebhookVerificationError` otherwise: answer 400 then. The same event may come again; its `id` tells.
 */
export async function verifyWebhook({
  secret,
  secrets,
  headers,
  body,
  toleranceSeconds = 300,
  now = new Date(),
}: WebhookToVerify): Promise<WebhookEvent> {
  const keys = [...(secret === undefined ? [] : [secret]), ...(secrets ?? [])].map(keyOf)
  if (keys.length === 0) throw new WebhookVerificationError('invalid_secret', 'no secret was given')
  const [id, timestamp, signatures] = readHeaders(headers)
  if (!/^[0-9]{1,12}$/.test(timestamp)) throw new WebhookVerificationError('invalid_headers', 'webhook-timestamp is not a time')
  const age = now.getTime() / 1000 - Number(timestamp)
  if (!(Math.abs(age) <= toleranceSeconds))
    throw new WebhookVerificationError('timestamp_out_of_range', 'the webhook was sent too long ago, or the clocks differ')
  const raw = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const signed = concat(new TextEncoder().encode(`${id}.${timestamp}.`), raw)
  const given = signatures
    .split(' ', mostSignatures)
    .filter((one) => one.startsWith('v1,'))
    .map((one) => decodeBase64(one.slice(3)))
  if (!(await anyFits(keys, signed, given))) throw new WebhookVerificationError('invalid_signature', 'no signature fits the body')
  return parse(raw)
}

/** Every key and signature is tried, whatever fits first: the time taken tells nothing. */
async function anyFits(keys: readonly Uint8Array[], signed: Uint8Array, given: readonly (Uint8Array | undefined)[]): Promise<boolean> {
  let fits = false
  for (const key of keys) {
    const imported = await crypto.subtle.importKey('raw', own(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    const expected = new Uint8Array(await crypto.subtle.sign('HMAC', imported, own(signed)))
    for (const one of given) if (one !== undefined && sameBytes(expected, one)) fits = true
  }
  return fits
}

/** Web Crypto takes no view of memory that is shared between threads. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)

function concat(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}

function keyOf(secret: string): Uint8Array {
  const key = decodeBase64(secret.startsWith('whsec_') ? secret.slice(6) : secret)
  if (key === undefined || key.length === 0) throw new WebhookVerificationError('invalid_secret', 'a secret is whsec_ and base64')
  return key
}

function readHeaders(headers: WebhookHeaders): [id: string, timestamp: string, signatures: string] {
  const found = new Map<string, string>()
  // A Headers object is iterable as well, in every environment that has one.
  const pairs = Symbol.iterator in headers ? headers : Object.entries(headers)
  for (const [name, value] of pairs as Iterable<readonly [string, string | readonly string[] | undefined]>) {
    const key = name.toLowerCase()
    const text = typeof value === 'string' ? value : value?.join(' ')
    if (text !== undefined) found.set(key, found.has(key) ? `${found.get(key) ?? ''} ${text}` : text)
  }
  const [id, timestamp, signatures] = names.map((name) => found.get(name)?.trim() ?? '')
  if (!id || !timestamp || !signatures) throw new WebhookVerificationError('invalid_headers', `${names.join(', ')} are needed`)
  return [id, timestamp, signatures]
}

/** What is signed was written by the platform: its shape is what the types say. */
function parse(raw: Uint8Array): WebhookEvent {
  try {
    const event: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw))
    if (typeof event === 'object' && event !== null && 'id' in event && 'type' in event) return event as WebhookEvent
  } catch {
    // told below
  }
  throw new WebhookVerificationError('invalid_body', 'the body is signed, and yet no event')
}
