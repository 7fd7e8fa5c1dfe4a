import { isRecord, type Json, readJson } from '../kit/json.ts'
import type { Incoming } from '../kit/listen.ts'
import { ApiError, invalid } from './api-error.ts'
import type { Notes } from './entities.ts'
import { seconds } from './present.ts'

/** A request to the API, authenticated and taken apart. */
export interface ApiRequest {
  readonly query: URLSearchParams
  readonly body: { readonly [name: string]: Json }
  readonly headers: Incoming['headers']
  /** The variable parts of the path. */
  readonly at: readonly string[]
}

const noteName = /^notes\[([^\]]{1,256})\]$/

/** A form says the same as JSON, with numbers as text. */
function readForm(text: string): { readonly [name: string]: Json } {
  const fields: Record<string, Json> = {}
  const notes: Record<string, Json> = {}
  for (const [name, value] of new URLSearchParams(text)) {
    const note = noteName.exec(name)?.[1]
    if (note !== undefined) notes[note] = value
    else fields[name] = /^\d{1,15}$/.test(value) && name !== 'receipt' ? Number(value) : value
  }
  return Object.keys(notes).length === 0 ? fields : { ...fields, notes }
}

/** The fields of a body, JSON or a form. */
export function readBody({ body, headers }: Incoming): { readonly [name: string]: Json } {
  if (body === '') return {}
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type === 'application/x-www-form-urlencoded') return readForm(body)
  const json = readJson(body)
  if (isRecord(json)) return json
  throw new ApiError(400, 'Please check if the request body is valid JSON', { reason: 'input_validation_failed' })
}

/** A text that may be missing. */
export function textField(body: ApiRequest['body'], name: string, most: number): string | null {
  const value = body[name]
  if (value === undefined || value === null || value === '') return null
  if (typeof value !== 'string') return invalid(`The ${name} must be a string.`, name)
  return value.length <= most ? value : invalid(`The ${name} may not be greater than ${most} characters.`, name)
}

/** An amount in the smallest unit; text made of digits is taken, as Razorpay takes it. */
export function amountField(body: ApiRequest['body'], name = 'amount'): number | undefined {
  const value = body[name]
  if (value === undefined || value === null || value === '') return undefined
  const amount = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
  return typeof amount === 'number' && Number.isSafeInteger(amount) ? amount : invalid(`The ${name} must be an integer.`, name)
}

const MOST_NOTES = 15
const LONGEST_NOTE = 256

/** Notes: at most 15, each with at most 256 characters. */
export function notesField(body: ApiRequest['body']): Notes {
  const value = body['notes']
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return {}
  if (!isRecord(value)) return invalid('The notes must be an array.', 'notes')
  const entries = Object.entries(value).flatMap(([name, note]) => {
    if (note === null) return []
    if (typeof note !== 'string' && typeof note !== 'number') return invalid('Notes may only contain text and numbers.', 'notes')
    if (name.length > LONGEST_NOTE || String(note).length > LONGEST_NOTE)
      return invalid(`Notes may not be greater than ${LONGEST_NOTE} characters each.`, 'notes')
    return [[name, note] as const]
  })
  if (entries.length > MOST_NOTES) invalid(`Number of fields in notes should be less than or equal to ${MOST_NOTES}`, 'notes')
  return Object.fromEntries(entries)
}

function wholeParam(query: URLSearchParams, name: string, low: number, high: number): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN
  if (value >= low && value <= high) return value
  if (value > high) return invalid(`The ${name} may not be greater than ${high}.`, name)
  return invalid(Number.isNaN(value) ? `The ${name} must be an integer.` : `The ${name} must be at least ${low}.`, name)
}

/** A page of a list, newest first: `count` (10, at most 100), `skip`, and `from` and `to` in seconds. */
export function pageOf<Item extends { readonly createdAtMs: number }>(
  query: URLSearchParams,
  all: Iterable<Item>,
  fits: (item: Item) => boolean = () => true,
): Item[] {
  const count = wholeParam(query, 'count', 1, 100) ?? 10
  const skip = wholeParam(query, 'skip', 0, 1_000_000) ?? 0
  const from = wholeParam(query, 'from', 0, 4_765_046_400) ?? 0
  const to = wholeParam(query, 'to', 0, 4_765_046_400) ?? Infinity
  const inTime = ({ createdAtMs }: Item): boolean => seconds(createdAtMs) >= from && seconds(createdAtMs) <= to
  return [...all]
    .filter((item) => inTime(item) && fits(item))
    .reverse()
    .slice(skip, skip + count)
}

/** How Razorpay wraps lists. */
export const collectionOf = (items: readonly Json[]): Json => ({ entity: 'collection', count: items.length, items })
