/** Counts requests by the minute. */
export interface RateLimit {
  /** Counts one; false if it is one too many. */
  take(nowMs: number, perMinute: number | null): boolean
}

/** A count that begins anew with each minute, as the documented limit does. */
export function createRateLimit(): RateLimit {
  let minute = -1
  let count = 0
  return {
    take(nowMs, perMinute) {
      const current = Math.floor(nowMs / 60_000)
      if (current !== minute) count = 0
      minute = current
      count += 1
      return perMinute === null || count <= perMinute
    },
  }
}
