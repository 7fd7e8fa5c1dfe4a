import * as z from 'zod'
import type { Leg, LegStatus } from '../port.ts'

/**
 * What Twilio says, in its own words. Only what an answer is useless without makes it unreadable as a whole; the fields of a leg are read
 * one by one, so that one odd value is seen by a person and does not hide the other leg.
 */

/** Documented as two letters and 32 hexadecimal digits; it becomes part of paths, so nothing else passes. */
export const callSid = z.string().regex(/^CA[0-9A-Za-z]{32}$/)

const phone = z.string().regex(/^\+[1-9][0-9]{6,14}$/)

const field = z.unknown().optional()

export const callWire = z.object({
  sid: callSid,
  parent_call_sid: z.string().nullish(),
  direction: z.string().nullish().catch(undefined),
  status: field,
  duration: field,
  date_created: field,
  start_time: field,
  end_time: field,
})
export type CallWire = z.output<typeof callWire>

export const callPage = z.object({ calls: z.array(callWire).max(1_000), next_page_uri: z.string().nullish() })
export const ownedPage = z.object({
  incoming_phone_numbers: z.array(z.object({ sid: z.string().regex(/^PN[0-9A-Za-z]{32}$/), phone_number: z.string() })),
})
export const offerPage = z.object({ available_phone_numbers: z.array(z.object({ phone_number: phone, region: z.string().nullish() })) })
export const boughtWire = z.object({ phone_number: phone })
export const errorWire = z.object({ code: z.coerce.number().int() })

const statuses: ReadonlyMap<string, LegStatus> = new Map([
  ['queued', 'queued'],
  // Callbacks only: dialled out, not ringing yet.
  ['initiated', 'queued'],
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

// RFC 2822 as documented; ISO 8601 is what newer parts of the API speak.
const dates = [
  /^(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} 20\d\d \d\d:\d\d:\d\d (?:[+-]\d{4}|GMT|UTC)$/,
  /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)$/,
]

/** null: none given. undefined: not a time. */
export function readTime(value: unknown): Date | null | undefined {
  if (value === null || value === undefined || value === '') return null
  if (typeof value !== 'string' || !dates.some((form) => form.test(value))) return undefined
  const time = new Date(value)
  return Number.isNaN(time.getTime()) ? undefined : time
}

const longestSeconds = 86_400

/** Whole seconds within a day; null: none given; undefined: not a duration. */
function readSeconds(value: unknown): number | null | undefined {
  if (value === null || value === undefined || value === '') return null
  const seconds = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 0 || seconds > longestSeconds) return undefined
  return seconds
}

const running: ReadonlySet<LegStatus> = new Set(['queued', 'ringing', 'in_progress'])

/** How long the leg lasted as far as its status allows it: a leg that nobody answered has no length, an answered one must have. */
function lengthOf(status: LegStatus, given: number | null | undefined): number | null | undefined {
  if (given === undefined || status === 'unknown') return undefined
  if (running.has(status)) return null
  if (status === 'completed') return given ?? undefined
  return given === null || given === 0 ? 0 : undefined
}

export interface ReadLeg {
  readonly leg: Leg
  readonly createdAt: Date | null
  readonly readable: boolean
}

/**
 * A leg in our words. The duration is not compared with the difference of the times: what `start_time` marks (dialling or answer) is not
 * told, and each time is rounded by itself.
 */
export function readLeg(wire: CallWire): ReadLeg {
  const status = readStatus(wire.status)
  const length = lengthOf(status, readSeconds(wire.duration))
  const [createdAt, startedAt, endedAt] = [wire.date_created, wire.start_time, wire.end_time].map(readTime)
  const backwards = startedAt && endedAt ? endedAt < startedAt : false
  return {
    leg: { id: wire.sid, status, durationSeconds: length ?? null, startedAt: startedAt ?? null, endedAt: endedAt ?? null },
    createdAt: createdAt ?? null,
    readable: length !== undefined && startedAt !== undefined && endedAt !== undefined && !backwards,
  }
}
