/** Coins are whole, and JSON carries them exactly up to 2^53 − 1. */
export const mostCoins = Number.MAX_SAFE_INTEGER

/** PostgreSQL's bigint (or a sum of them) arrives as text. What a JSON number cannot hold exactly is refused, never rounded. */
export function toCoins(text: string): number {
  if (!/^-?[0-9]{1,19}$/.test(text)) throw new Error('not a number of coins')
  const coins = Number(text)
  if (!Number.isSafeInteger(coins)) throw new Error('more coins than 2^53 − 1')
  // "-0" would be shown as 0 by JSON and yet differ from it in comparisons.
  return coins === 0 ? 0 : coins
}

/** The total of an app's account may grow beyond what JSON can hold: it is then shown as the bound itself. */
export function toCoinsWithin(text: string): number {
  const exact = BigInt(text)
  if (exact > BigInt(mostCoins)) return mostCoins
  if (exact < -BigInt(mostCoins)) return -mostCoins
  return Number(exact)
}

/** `coins × percent / 100`, half up, in integers: no float takes part. */
export function shareOf(coins: number, percent: number): number {
  if (!Number.isInteger(percent) || percent < 0 || percent > 100) throw new Error('a share is a whole percent from 0 to 100')
  return Number((BigInt(coins) * BigInt(percent) + 50n) / 100n)
}
