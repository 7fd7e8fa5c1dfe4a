const firstMs = 1_000
const longestMs = 60_000

/** Doubles from one second to one minute; up to a fifth is left to chance, so that what failed together does not come back together. */
export function retryDelayMs(attempt: number, random: number = Math.random()): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 16))
  return Math.round(full * (1 - random / 5))
}
