import type { XmlElement } from '../kit/xml.ts'
import type { DocumentRequest, HttpMethod, StatusTarget } from './leg.ts'

/** The method an attribute or parameter names; POST unless it says GET. */
export function methodOf(text: string | undefined): HttpMethod {
  return text?.toUpperCase() === 'GET' ? 'GET' : 'POST'
}

/** A whole number of seconds within limits; anything else is as if not given. */
export function seconds(text: string | undefined, low: number, high: number, otherwise: number): number {
  const value = /^\s*\d{1,7}\s*$/.test(text ?? '') ? Number(text) : Number.NaN
  return Number.isNaN(value) ? otherwise : Math.min(Math.max(value, low), high)
}

/** `true` or `false`; anything else is as if not given. */
export function flag(text: string | undefined, otherwise: boolean): boolean {
  const word = text?.trim().toLowerCase()
  return word === 'true' ? true : word === 'false' ? false : otherwise
}

/** An address in a document, relative to where the document came from; characters of an absolute one are left as written. */
export function resolveUrl(text: string, base: string | undefined): string | undefined {
  const written = text.trim()
  if (/^https?:\/\//i.test(written)) return URL.canParse(written) ? written : undefined
  return base === undefined ? undefined : URL.parse(written, base)?.href
}

/** A document named by an attribute. */
export function documentFrom(url: string | undefined, method: string | undefined, base: string | undefined): DocumentRequest | undefined {
  const resolved = url === undefined ? undefined : resolveUrl(url, base)
  return resolved === undefined ? undefined : { url: resolved, method: methodOf(method), extra: {} }
}

/** The status callback of a noun; without events it gets the last one only. */
export function targetFrom(noun: XmlElement, base: string | undefined): StatusTarget | undefined {
  const written = noun.attributes['statusCallback']
  const url = written === undefined ? undefined : resolveUrl(written, base)
  if (url === undefined) return undefined
  const events = (noun.attributes['statusCallbackEvent'] ?? '').split(/\s+/).filter((event) => event !== '')
  return { url, method: methodOf(noun.attributes['statusCallbackMethod']), events: events.length === 0 ? ['completed'] : events }
}
