import { setTimeout as sleep } from 'node:timers/promises'

/** Lets requests go one after the other, no more than so many in a second: beyond that RazorpayX answers 429. Undefined: as they come. */
export function createPace(perSecond: number | undefined): () => Promise<void> {
  if (perSecond === undefined) return () => Promise.resolve()
  const gapMs = 1_000 / perSecond
  let free = 0
  return async () => {
    const now = performance.now()
    const at = Math.max(now, free)
    free = at + gapMs
    if (at > now) await sleep(at - now)
  }
}
