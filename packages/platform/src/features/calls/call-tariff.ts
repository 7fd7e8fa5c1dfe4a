/** Pure: seconds to coins and coins to seconds. */

export interface Rate {
  readonly coins: number
  readonly seconds: number
}

/** A started interval counts in full: 0 s → 0, 1 s → 1, 60 s → 1, 61 s → 2 at 60 s an interval. */
export function startedIntervals(seconds: number, rate: Rate): number {
  if (!Number.isSafeInteger(seconds) || seconds < 0) throw new Error('a duration is whole seconds from 0')
  return Math.ceil(seconds / rate.seconds)
}

export const dueCoins = (seconds: number, rate: Rate): number => startedIntervals(seconds, rate) * rate.coins

/** No more than the longest call can use is held. */
export const mostIntervals = (maxCallSeconds: number, rate: Rate): number => Math.ceil(maxCallSeconds / rate.seconds)

export interface TalkLimit {
  readonly seconds: number
  /** Which of the two ends the call there. */
  readonly reason: 'balance_exhausted' | 'max_duration'
}

/** How long the two may talk for what is held. Coins that reach to the end of the longest call are not what ends it. */
export function talkLimit(heldCoins: number, rate: Rate, maxCallSeconds: number): TalkLimit {
  const paid = Math.floor(heldCoins / rate.coins) * rate.seconds
  return paid < maxCallSeconds ? { seconds: paid, reason: 'balance_exhausted' } : { seconds: maxCallSeconds, reason: 'max_duration' }
}

/** Whole seconds since the answer, within the limit; 0 before it. */
export function elapsedSeconds(answeredAt: Date | null, limitSeconds: number, now: Date): number {
  if (answeredAt === null) return 0
  return Math.min(limitSeconds, Math.max(0, Math.floor((now.getTime() - answeredAt.getTime()) / 1_000)))
}
