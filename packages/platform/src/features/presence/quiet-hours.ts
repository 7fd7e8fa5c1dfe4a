import { wallTime, type WallTime } from './wall-time.ts'

/** Hours of a user's week in which nobody can call them, by the clock on their wall. */

export interface QuietHours {
  /** IANA, e.g. `Asia/Kolkata`. */
  readonly timeZone: string
  /** `HH:MM`; a `to` before `from` is the next morning's. */
  readonly from: string
  readonly to: string
  /** On which days they begin, 0 is Sunday; absent: on every day. */
  readonly days?: number[] | undefined
}

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

/**
 * Whether it is quiet at this time of the wall's clock. When clocks are put forward, the hour that does not exist is never reached; when
 * they are put back, the hour that comes twice counts twice.
 */
export function isQuietAt({ from, to, days }: QuietHours, { weekday, minutes }: WallTime): boolean {
  const begins = (day: number) => days === undefined || days.includes((day + 7) % 7)
  const [start, end] = [minutesOf(from), minutesOf(to)]
  if (start < end) return minutes >= start && minutes < end && begins(weekday)
  // Over midnight: the evening is this day's, the morning the day's before.
  return (minutes >= start && begins(weekday)) || (minutes < end && begins(weekday - 1))
}

export const isQuiet = (quietHours: QuietHours | null, now: Date): boolean =>
  quietHours !== null && isQuietAt(quietHours, wallTime(quietHours.timeZone, now))
