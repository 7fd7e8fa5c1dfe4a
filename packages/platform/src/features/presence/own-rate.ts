import type { Rate } from './presence-status.ts'

/** Pure: what a receiver may ask for, and what a call to them costs. */

/** Prices from `minCoins` to `maxCoins`, each for so many seconds. */
export interface RateBounds {
  readonly minCoins: number
  readonly maxCoins: number
  readonly seconds: number
}

// Coins a second are compared as fractions: multiplied out, in whole numbers.
const isBelow = (rate: Rate, coins: number, seconds: number): boolean => rate.coins * seconds < coins * rate.seconds
const isAbove = (rate: Rate, coins: number, seconds: number): boolean => rate.coins * seconds > coins * rate.seconds

/** The rate itself where the bounds allow it, else the bound that it crosses: at the bound's own interval, which is exact. */
export function withinBounds(rate: Rate, { minCoins, maxCoins, seconds }: RateBounds): Rate {
  if (isBelow(rate, minCoins, seconds)) return { coins: minCoins, seconds }
  return isAbove(rate, maxCoins, seconds) ? { coins: maxCoins, seconds } : rate
}

export const isWithin = (rate: Rate, bounds: RateBounds): boolean => withinBounds(rate, bounds) === rate

export interface Prices {
  /** What the receiver chose. */
  readonly own: Rate | null
  /** What the host set for them; it is bound by nothing. */
  readonly given: Rate | null
  /** null: the app lets nobody choose, and what was chosen does not count. */
  readonly bounds: RateBounds | null
}

/** What a call to the user costs; null: the app's own rate. */
export const chargedRate = ({ own, given, bounds }: Prices): Rate | null =>
  own !== null && bounds !== null ? withinBounds(own, bounds) : given

/** The same from a row of `users` joined with its row of `tenants`. */
export interface PriceColumns {
  readonly rate_coins: number | null
  readonly rate_seconds: number | null
  readonly own_rate_coins: number | null
  readonly own_rate_seconds: number | null
  readonly rate_min_coins: number | null
  readonly rate_max_coins: number | null
  readonly rate_bound_seconds: number | null
}

export const boundsFrom = (row: Pick<PriceColumns, 'rate_min_coins' | 'rate_max_coins' | 'rate_bound_seconds'>): RateBounds | null =>
  row.rate_min_coins === null || row.rate_max_coins === null || row.rate_bound_seconds === null
    ? null
    : { minCoins: row.rate_min_coins, maxCoins: row.rate_max_coins, seconds: row.rate_bound_seconds }

const rateFrom = (coins: number | null, seconds: number | null): Rate | null =>
  coins === null || seconds === null ? null : { coins, seconds }

export const chargedRateFrom = (row: PriceColumns): Rate | null =>
  chargedRate({
    own: rateFrom(row.own_rate_coins, row.own_rate_seconds),
    given: rateFrom(row.rate_coins, row.rate_seconds),
    bounds: boundsFrom(row),
  })
