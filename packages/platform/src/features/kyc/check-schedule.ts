import { after } from '../../base/clock.ts'

const second = 1_000
const hour = 3_600 * second

/** When a provider that could not answer is asked again: when the question is twice as old, hourly at last. */
export function nextCheck(askedSince: Date, now: Date): Date {
  const age = now.getTime() - askedSince.getTime()
  return after(now, Math.min(hour, Math.max(20 * second, age)))
}
