import { heldClock, type HeldClock, type Timer } from '../sandbox/kit/clock.ts'
import type { Clock } from '../src/base/clock.ts'

/** A held clock that knows when something is to happen next, so that nobody need live through the empty seconds until then. */
export interface TestClock extends HeldClock {
  /** The next moment that anybody waits for; naps do not count. */
  nextMs(): number
  /** As `at`, for somebody who only looks whether there is work: of what there is a test knows without them. */
  nap(timeMs: number, task: () => void): Timer
}

export function testClock(startMs?: number): TestClock {
  const held = heldClock(startMs)
  const waiting = new Map<object, number>()
  return {
    ...held,
    at(timeMs, task) {
      const one = {}
      waiting.set(one, timeMs)
      const timer = held.at(timeMs, () => {
        waiting.delete(one)
        task()
      })
      return {
        cancel() {
          waiting.delete(one)
          timer.cancel()
        },
      }
    },
    nap: held.at,
    nextMs: () => Math.min(Infinity, ...waiting.values()),
  }
}

/** Workers look for work at least as often as this, and write at once what may wait as long. */
const longestNapMs = 1_000

/** The platform's view of the clock that a test holds: one time for platform and sandbox. */
export function platformClock(held: TestClock): Clock {
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
        const timer = (ms > longestNapMs ? held.at : held.nap)(held.now() + ms, done)
        signal?.addEventListener('abort', done)
      }),
  }
}
