/** A timer that can be called off. */
export interface Timer {
  cancel(): void
}

/** Time as a sandbox sees it: whether it passes by itself or is held by a test is not its business. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Runs `task` once `timeMs` has come; a time already past means as soon as possible, never within this call. */
  at(timeMs: number, task: () => void): Timer
  /** Tells the clock of work under way; a held clock does not move on before it is over. */
  track(work: Promise<unknown>): void
}

/** A clock that stands still until it is told to move. */
export interface HeldClock extends Clock {
  /** Moves time on: fires what falls due, in order, and lets each consequence finish before the next. */
  advance(ms: number): Promise<void>
  /** Resolves when nothing is under way and nothing is due at the present instant. */
  settled(): Promise<void>
}

interface Waiting {
  readonly timeMs: number
  readonly order: number
  readonly task: () => void
}

const inTime = (one: Waiting, other: Waiting): number => one.timeMs - other.timeMs || one.order - other.order

// setTimeout takes at most 2^31 − 1 ms and fires at once beyond it.
const LONGEST_TIMEOUT_MS = 2_000_000_000

/** The wall clock. Timers do not keep the process alive: the server they belong to does. */
export function realClock(): Clock {
  const overdue: Waiting[] = []
  let order = 0
  const runNext = (): void => {
    overdue.sort(inTime)
    overdue.shift()?.task()
  }
  return {
    now: () => Date.now(),
    at(timeMs, task) {
      // After a restart much may be overdue at once: it happens in the order of time, not of asking.
      if (timeMs <= Date.now()) {
        const one: Waiting = { timeMs, order: order++, task }
        overdue.push(one)
        setImmediate(runNext)
        return { cancel: () => void (overdue.includes(one) && overdue.splice(overdue.indexOf(one), 1)) }
      }
      let handle: NodeJS.Timeout | undefined
      const arm = (): void => {
        handle = setTimeout(() => (timeMs > Date.now() ? arm() : task()), Math.min(timeMs - Date.now(), LONGEST_TIMEOUT_MS)).unref()
      }
      arm()
      return { cancel: () => clearTimeout(handle) }
    },
    track(work) {
      work.catch(() => undefined) // failures are the business of whoever started the work
    },
  }
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A clock for tests. `graceMs` (real time) bounds the wait for work that never ends, such as a request nobody answers. */
export function heldClock(startMs: number = Date.UTC(2026, 0, 5, 9), graceMs = 5_000): HeldClock {
  let nowMs = startMs
  let order = 0
  let moves: Promise<void> = Promise.resolve()
  const waiting = new Set<Waiting>()
  const work = new Set<Promise<unknown>>()

  const next = (untilMs: number): Waiting | undefined => {
    let first: Waiting | undefined
    for (const one of waiting) {
      if (one.timeMs > untilMs) continue
      if (!first || inTime(one, first) < 0) first = one
    }
    return first
  }
  const fire = (one: Waiting): void => {
    waiting.delete(one)
    nowMs = Math.max(nowMs, one.timeMs)
    one.task()
  }
  const fireNext = (): void => {
    const due = next(nowMs)
    if (due) fire(due)
  }
  const settled = async (): Promise<void> => {
    const giveUpAt = performance.now() + graceMs
    do {
      await tick()
      fireNext()
    } while ((work.size > 0 || next(nowMs)) && performance.now() < giveUpAt)
  }
  const move = async (ms: number): Promise<void> => {
    await settled()
    const targetMs = nowMs + ms
    for (let due = next(targetMs); due; due = next(targetMs)) {
      fire(due)
      await settled()
    }
    nowMs = targetMs
    await settled()
  }
  return {
    now: () => nowMs,
    at(timeMs, task) {
      const one: Waiting = { timeMs, order: order++, task }
      waiting.add(one)
      // What is due already does not wait for somebody to move the clock, but for what was due earlier still.
      if (timeMs <= nowMs) setImmediate(fireNext)
      return { cancel: () => void waiting.delete(one) }
    },
    track(promise) {
      work.add(promise)
      const done = (): void => void work.delete(promise)
      promise.then(done, done)
    },
    advance(ms) {
      moves = moves.then(() => move(ms))
      return moves
    },
    settled,
  }
}

/** Whether this clock can be moved by hand. */
export function isHeld(clock: Clock): clock is HeldClock {
  return 'advance' in clock
}
