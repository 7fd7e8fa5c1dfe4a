import { AsyncLocalStorage } from 'node:async_hooks'

const background = new AsyncLocalStorage<boolean>()

/** Runs work for which nobody waits at the door: it shares a part of the connections, and the rest stays free for requests. */
export const inBackground = <T>(work: () => Promise<T>): Promise<T> => background.run(true, work)

/**
 * For what others wait for as well, whoever asked first: it takes no place. Those who hold all places may be waiting for it, in their
 * transactions, and would not let it through.
 */
export const outOfBackground = <T>(work: () => Promise<T>): Promise<T> => background.run(false, work)

/** Gives the place back before the work is done: for what takes long, behind which nothing else may wait. */
export type Leave = () => void

/** Lets so many through at once that run in the background, in the order of their coming; all others at once. */
export function backgroundGate(places: number): <T>(work: (leave: Leave) => Promise<T>) => Promise<T> {
  let free = places
  const waiting: (() => void)[] = []
  const handOn = (): void => {
    const next = waiting.shift()
    // The place goes from hand to hand: nobody who comes later takes it in between.
    if (next === undefined) free++
    else next()
  }
  return async (work) => {
    if (background.getStore() !== true) return work(() => undefined)
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    let isIn = true
    const leave = (): void => {
      if (isIn) handOn()
      isIn = false
    }
    try {
      return await work(leave)
    } finally {
      leave()
    }
  }
}
