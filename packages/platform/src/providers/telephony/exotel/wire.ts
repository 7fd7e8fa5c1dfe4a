import * as z from 'zod'
import type { LegStatus } from '../port.ts'

/**
 * What Exotel says, in its own words. Only what an answer is useless without makes it unreadable as a whole; the rest is read field by
 * field, so that one odd value is seen by a person and does not hide the others.
 */

/** Documented as 32 hexadecimal digits, seen with other letters too; it becomes part of paths, so nothing else passes. */
export const sid = z.string().regex(/^[0-9A-Za-z]{16,64}$/)

const field = z.unknown().optional()

export const callWire = z.object({
  Sid: sid,
  Status: field,
  DateCreated: field,
  DateUpdated: field,
  StartTime: field,
  EndTime: field,
  Direction: field,
  From: field,
  To: field,
  PhoneNumberSid: field,
  Details: field,
})
export type CallWire = z.output<typeof callWire>

/** A call that was just created, or one that was asked for. */
export const oneCall = z.object({ Call: callWire })
export const newCall = z.object({ Call: callWire.pick({ Sid: true }) })

export const callList = z.object({
  Calls: z.array(callWire).max(1_000),
  Metadata: z.object({ NextPageUri: z.string().nullish() }).nullish().catch(undefined),
})

const legDetail = z.object({ Leg: z.object({ Id: z.union([z.number(), z.string()]), OnCallDuration: field }) })

export const detailsWire = z.object({
  ConversationDuration: field,
  Leg1Status: field,
  Leg2Status: field,
  Legs: z.array(legDetail).max(20).nullish().catch(undefined),
})
export type DetailsWire = z.output<typeof detailsWire>

const statuses: ReadonlyMap<string, LegStatus> = new Map([
  ['queued', 'queued'],
  ['ringing', 'ringing'],
  ['in-progress', 'in_progress'],
  ['answered', 'in_progress'],
  ['completed', 'completed'],
  ['busy', 'busy'],
  ['no-answer', 'no_answer'],
  ['failed', 'failed'],
  ['canceled', 'canceled'],
])

export const readStatus = (word: unknown): LegStatus => (typeof word === 'string' ? statuses.get(word) : undefined) ?? 'unknown'

/** Of one leg: null, when it is not told or was never tried. */
export const readLegStatus = (word: unknown): LegStatus | null =>
  word === null || word === undefined || word === '' || word === 'null' ? null : readStatus(word)

export const isOver = (status: LegStatus): boolean => !['queued', 'ringing', 'in_progress', 'unknown'].includes(status)

/** The ceiling of every limit at Exotel is 14,400 s; a little more for rounding. */
const longestSeconds = 14_460

/** Whole seconds that a call can last; null: not known yet; undefined: not told, or no duration. */
export function readSeconds(value: unknown): number | null | undefined {
  if (value === null || value === '') return null
  const seconds = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 0 || seconds > longestSeconds) return undefined
  return seconds
}

const stamp = /^(20\d\d-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)$/
/** What stands for "no time yet". */
const nothing = /^(?:0000-|1970-)/

/** A time without a zone, which is this many minutes ahead of UTC. null: none given. undefined: not a time. */
export function readStamp(value: unknown, offsetMinutes: number): Date | null | undefined {
  if (value === null || value === undefined || value === '') return null
  if (typeof value !== 'string') return undefined
  if (nothing.test(value)) return null
  const [, day, time] = stamp.exec(value) ?? []
  if (day === undefined || time === undefined) return undefined
  const written = new Date(`${day}T${time}Z`)
  // The 31st of February would pass as a day of March.
  if (Number.isNaN(written.getTime()) || written.toISOString().slice(0, 19) !== `${day}T${time}`) return undefined
  return new Date(written.getTime() - offsetMinutes * 60_000)
}

/** The same the other way, for filters. */
export const writeStamp = (time: Date, offsetMinutes: number): string =>
  new Date(time.getTime() + offsetMinutes * 60_000).toISOString().slice(0, 19).replace('T', ' ')

/** Legs API and its events: ISO 8601 in UTC, with up to nine digits of a second. */
const instant = /^(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|\+00:00)$/

/** null: none given. undefined: not a time. */
export function readInstant(value: unknown): Date | null | undefined {
  if (value === null || value === undefined || value === '') return null
  const [, seconds, fraction = ''] = typeof value === 'string' ? (instant.exec(value) ?? []) : []
  if (seconds === undefined) return undefined
  const time = new Date(`${seconds}${fraction.slice(0, 4)}Z`)
  return Number.isNaN(time.getTime()) || time.toISOString().slice(0, 19) !== seconds ? undefined : time
}
