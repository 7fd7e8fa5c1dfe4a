import { AsyncLocalStorage } from 'node:async_hooks'

const background = new AsyncLocalStorage<true>()

/** Runs work for which nobody waits at the door: it shares a part of the connections, and the rest stays free for requests. */
export const inBackground = <T>(work: () => Promise<T>): Promise<T> => background.run(true, work)

/** Lets so many through at once that run in the background, in the order of their coming; all others at once. */
export function backgroundGate(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = places
  const waiting: (() => void)[] = []
  const leave = (): void => {
    const next = waiting.shift()
    // The place goes from hand to hand: nobody who comes later takes it in between.
    if (next === undefined) free++
    else next()
  }
  return async (work) => {
    if (background.getStore() === undefined) return work()
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      leave()
    }
  }
}
