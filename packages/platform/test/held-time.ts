import type { Clock } from '../src/base/clock.ts'
import type { HeldClock } from '../sandbox/kit/clock.ts'

/** The platform's view of the clock that a test holds: one time for platform and sandbox. */
export function platformClock(held: HeldClock): Clock {
  return {
    now: () => new Date(held.now()),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve()
        const done = () => {
          timer.cancel()
          signal?.removeEventListener('abort', done)
          resolve()
        }
        const timer = held.at(held.now() + ms, done)
        signal?.addEventListener('abort', done)
      }),
  }
}
