const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** The pause after each failed try, in milliseconds: three days in all. After the last one a delivery has failed. */
export const pauses: readonly number[] = [
  5 * second,
  30 * second,
  2 * minute,
  10 * minute,
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
  8 * hour,
  12 * hour,
  20 * hour,
  24 * hour,
]

/** How long after its nth failed try (from 1) a delivery is tried again; a tenth either way is left to chance. undefined: not again. */
export function pauseAfter(tries: number, random: number = Math.random()): number | undefined {
  const pause = pauses[tries - 1]
  return pause === undefined ? undefined : Math.round(pause * (0.9 + random / 5))
}

/** How long an endpoint that gives no answer at all is left alone after so many rounds in a row: one that hangs does not bind a worker for long. */
export const silenceAfter = (rounds: number): number => Math.min(minute, second * 2 ** Math.min(rounds, 10))

const longestRetryAfter = 24 * hour
/** For one that is to be slowed down and does not say for how long. */
const usualSlowdown = 30 * second
const slowing: readonly number[] = [429, 502, 504]

/** How long after this refusal the endpoint is to be left alone: `Retry-After` in seconds or until a date (RFC 9110, 10.2.3). */
export function slowdownOf(status: number, retryAfter: string | undefined, now: Date): number | undefined {
  const value = retryAfter?.trim() ?? ''
  const asked = /^[0-9]{1,9}$/.test(value) ? Number(value) * second : Date.parse(value) - now.getTime()
  if (!Number.isNaN(asked)) return Math.min(longestRetryAfter, Math.max(0, asked))
  return slowing.includes(status) ? usualSlowdown : undefined
}
