/** Time as the platform sees it. Tests hold one of these in their hand; nothing else reads the wall clock. */
export interface Clock {
  now(): Date
  /** Ends after `ms`, or at once when `signal` fires; never throws. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done)
    }),
}

export const after = (time: Date, ms: number): Date => new Date(time.getTime() + ms)
