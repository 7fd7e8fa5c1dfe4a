import { createHash, timingSafeEqual } from 'node:crypto'
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js'

/** The fields of a form, each with its value or, when it was repeated, its values. */
export type Fields = Readonly<Record<string, string | string[]>>

export interface Signed {
  /** The public URL that was called, with path and query as received. */
  readonly url: string
  /** The header `X-Twilio-Signature`. */
  readonly signature: string | undefined
}

// Base64 of an HMAC-SHA1.
const shape = /^[A-Za-z0-9+/]{27}=$/

const matches = (tokens: readonly string[], { url, signature }: Signed, fields: Fields): boolean =>
  signature !== undefined && shape.test(signature) && tokens.some((token) => validateRequest(token, signature, url, { ...fields }))

/** True when one of the auth tokens signed this URL with these fields. There is no time in a signature: repetitions verify too. */
export const isSignedForm = (tokens: readonly string[], signed: Signed, fields: Fields): boolean => matches(tokens, signed, fields)

/** The same for a body that is not a form: the signed URL carries `bodySHA256`, the digest of the bytes. */
export function isSignedBody(tokens: readonly string[], signed: Signed, raw: Buffer): boolean {
  const told = Buffer.from(new URL(signed.url).searchParams.get('bodySHA256') ?? '')
  const seen = Buffer.from(createHash('sha256').update(raw).digest('hex'))
  return told.length === seen.length && timingSafeEqual(told, seen) && matches(tokens, signed, {})
}

const mostFields = 200

/** Reads a form; undefined when it has more fields than any real message. Names and values as they were signed: decoded, in order. */
export function readForm(raw: Buffer): Fields | undefined {
  const text = raw.toString('utf8')
  if (text.split('&', mostFields + 1).length > mostFields) return undefined
  // A map: `__proto__` is a name like any other. The leading `&` keeps a `?` at the start from being dropped.
  const fields = new Map<string, string | string[]>()
  for (const [name, value] of new URLSearchParams(`&${text}`)) {
    const known = fields.get(name)
    fields.set(name, known === undefined ? value : [known, value].flat())
  }
  return Object.fromEntries(fields)
}
