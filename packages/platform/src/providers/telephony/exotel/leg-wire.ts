import * as z from 'zod'
import type { Leg, LegStatus } from '../port.ts'
import { isOver, readInstant, readStatus, sid } from './wire.ts'

/** What the Legs API says of a leg. It comes wrapped, or as it is: pages of the documentation show both. */

const field = z.unknown().optional()

const envelope = z.object({ response: z.object({ data: z.unknown() }) })
const unwrapped = (value: unknown): unknown => envelope.safeParse(value).data?.response.data ?? value

export const newLeg = z.preprocess(unwrapped, z.object({ leg_sid: sid }))
export const newBridge = z.preprocess(unwrapped, z.object({ bridge_sid: sid }))

export const legWire = z.preprocess(
  unwrapped,
  z.object({
    leg_sid: sid,
    state: field,
    terminal_status: field,
    start_time: field,
    end_time: field,
    on_call_duration_ms: field,
  }),
)
export type LegWire = z.output<typeof legWire>

const states: ReadonlyMap<string, LegStatus> = new Map([
  ['created', 'queued'],
  ['initiated', 'queued'],
  ['connecting', 'queued'],
  ['ringing', 'ringing'],
  ['answered', 'in_progress'],
  ['connected', 'in_progress'],
  ['in-progress', 'in_progress'],
])
const terminal: ReadonlySet<unknown> = new Set(['terminal', 'terminated'])

/** The words for outcomes are those of the older API, with one more spelling each. */
export function legStatusOf(state: unknown, outcome: unknown): LegStatus {
  if (!terminal.has(state)) return (typeof state === 'string' ? states.get(state) : undefined) ?? 'unknown'
  if (typeof outcome !== 'string') return 'unknown'
  return readStatus(outcome.toLowerCase().replaceAll('_', '-').replace('cancelled', 'canceled'))
}

const longestMs = 14_460_000

/** Whole milliseconds on the line; null: not known yet; undefined: not told, or no duration. */
function readMs(value: unknown): number | null | undefined {
  if (value === null || value === '') return null
  const ms = typeof value === 'string' && /^\d{1,8}$/.test(value) ? Number(value) : value
  return typeof ms === 'number' && Number.isInteger(ms) && ms >= 0 && ms <= longestMs ? ms : undefined
}

export interface ReadLeg {
  readonly leg: Leg
  readonly readable: boolean
}

/** A leg that nobody answered has no length. */
const durationOf = (status: LegStatus, seconds: number | null): number | null =>
  status === 'completed' ? seconds : isOver(status) ? 0 : null

/** A leg in our words. When it was answered follows from its end and how long it was on the line: `start_time` is that of the dialling. */
export function readLeg(wire: LegWire): ReadLeg {
  const status = legStatusOf(wire.state, wire.terminal_status)
  const [started, ended] = [wire.start_time, wire.end_time].map(readInstant)
  const onCallMs = status === 'completed' ? readMs(wire.on_call_duration_ms) : null
  const backwards = started && ended ? ended < started : false
  return {
    leg: {
      id: wire.leg_sid,
      status,
      durationSeconds: durationOf(status, typeof onCallMs === 'number' ? Math.floor(onCallMs / 1_000) : null),
      startedAt: ended && typeof onCallMs === 'number' ? new Date(ended.getTime() - onCallMs) : null,
      endedAt: terminal.has(wire.state) ? (ended ?? null) : null,
    },
    readable: status !== 'unknown' && onCallMs !== undefined && started !== undefined && ended !== undefined && !backwards,
  }
}
