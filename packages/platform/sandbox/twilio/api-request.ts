import { toE164 } from './countries.ts'
import type { HttpMethod } from './leg.ts'
import { ApiError, refuse } from './api-error.ts'

/** A request to the API, authenticated and taken apart. */
export interface ApiRequest {
  /** Without `/api` and the query, as Twilio would write it. */
  readonly path: string
  readonly query: URLSearchParams
  readonly form: URLSearchParams
  /** The variable parts of the path. */
  readonly at: readonly string[]
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly paging: Record<string, string | number | null>
}

/** The whole number a parameter holds, if it is given. */
export function wholeNumber(params: URLSearchParams, name: string, low: number, high: number): number | undefined {
  const text = params.get(name)
  if (text === null || text === '') return undefined
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= low && value <= high) return value
  return refuse(20001, `Invalid ${name}: must be a whole number from ${low} to ${high}`)
}

/** `GET` or `POST`, if a method is given. */
export function methodParam(params: URLSearchParams, name: string): HttpMethod | undefined {
  const text = params.get(name)?.toUpperCase()
  if (text === undefined || text === '') return undefined
  return text === 'GET' || text === 'POST' ? text : refuse(20001, `Invalid ${name}: must be GET or POST`)
}

/** An address to call back; a host with an underscore is refused as Twilio refuses it. */
export function urlParam(params: URLSearchParams, name: string, code: number): string | undefined {
  const text = params.get(name)?.trim()
  if (text === undefined || text === '') return undefined
  const url = URL.parse(text)
  const fine = url && (url.protocol === 'http:' || url.protocol === 'https:') && !url.hostname.includes('_') && text.length <= 4_000
  return fine ? text : refuse(code, `${name} is not a valid URL: ${text.slice(0, 100)}`)
}

/** A telephone number in a filter; an unescaped plus arrives as a space. */
export function numberFilter(params: URLSearchParams, name: string): string | undefined {
  const text = params.get(name)
  if (text === null || text === '') return undefined
  return toE164(text.startsWith(' ') ? `+${text.trim()}` : text) ?? text
}

/** Cuts a page out of a list. The token names the last item seen, so that new items do not shift the pages. */
export function pageOf<Item extends { readonly sid: string }>(request: ApiRequest, all: readonly Item[]): Page<Item> {
  const size = Math.min(wholeNumber(request.query, 'PageSize', 1, 999_999_999) ?? 50, 1_000)
  const page = wholeNumber(request.query, 'Page', 0, 1_000_000) ?? 0
  const token = request.query.get('PageToken')
  const seen = token === null ? -1 : all.findIndex((item) => `PA${item.sid}` === token)
  if (token !== null && seen < 0) throw new ApiError(400, 20006, 'Invalid PageToken')
  const from = token === null ? page * size : seen + 1
  const items = all.slice(from, from + size)
  const uriOf = (number: number, after?: string): string => {
    const query = new URLSearchParams(request.query)
    query.delete('PageToken')
    query.set('PageSize', String(size))
    query.set('Page', String(number))
    if (after !== undefined) query.set('PageToken', `PA${after}`)
    return `${request.path}?${query.toString()}`
  }
  const last = items.at(-1)
  const paging = {
    page,
    page_size: size,
    start: page * size,
    end: page * size + Math.max(items.length - 1, 0),
    uri: `${request.path}${request.query.size === 0 ? '' : `?${request.query.toString()}`}`,
    first_page_uri: uriOf(0),
    next_page_uri: last && from + size < all.length ? uriOf(page + 1, last.sid) : null,
    previous_page_uri: page > 0 ? uriOf(page - 1) : null,
  }
  return { items, paging }
}
