import type { Logger } from './logger.ts'

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

/** Where a steady clock reads time; each in milliseconds. */
export interface TimeSources {
  /** PostgreSQL's time: the one that all processes share. */
  shared(): Promise<number>
  /** This machine's wall clock, which somebody may set. */
  wall(): number
  /** What only ever goes on, as fast as time does; it may stand still while the machine sleeps. */
  monotonic(): number
}

export interface SteadyClock extends Clock {
  /** Compares it with the shared time, and follows that where it must. */
  check(): Promise<void>
}

/** What is less than this apart is drift; what is more is a jump. */
const driftMs = 2_000
/** Half a percent: nobody notices, and time never runs backwards. */
const slewRate = 0.005
/** An answer that took longer does not say what time it is. */
const slowAnswerMs = 1_000

/**
 * A clock that nobody can set while the platform runs: deadlines of live calls hang on it. It begins with PostgreSQL's time and goes on by
 * the monotonic clock. It jumps only when PostgreSQL's time and this machine's wall clock have both moved on by the same (the machine has
 * slept); one that jumps alone is wrong, and nothing but a hand sets both back. Small drifts are made up for slowly.
 */
export async function steadyClock(sources: TimeSources, logger: Pick<Logger, 'warn'>): Promise<SteadyClock> {
  const { shared, wall, monotonic } = sources
  const asked = monotonic()
  let base = await shared()
  let since = (asked + monotonic()) / 2
  /** Drift that is still to be made up for. */
  let owed = 0
  const read = (at: number): number => {
    const passed = Math.max(0, at - since)
    return base + passed + Math.sign(owed) * Math.min(Math.abs(owed), passed * slewRate)
  }
  const set = (time: number, at: number, drift: number): void => {
    base = time
    since = at
    owed = drift
  }
  /** How far the wall clock was from this clock when all was well. */
  let wallApart = wall() - read(monotonic())
  let warnedOf = 0
  return {
    now: () => new Date(Math.floor(read(monotonic()))),
    sleep: systemClock.sleep,
    async check() {
      const before = monotonic()
      const theirs = await shared()
      const at = monotonic()
      if (at - before > slowAnswerMs) return
      const ours = read(at)
      const moved = theirs + (at - before) / 2 - ours
      const wallMoved = wall() - ours - wallApart
      if (Math.abs(moved) < driftMs) {
        set(ours, at, moved)
        if (Math.abs(wallMoved) >= driftMs) logger.warn('the wall clock of this machine has jumped; the platform keeps its time')
        wallApart += wallMoved
        warnedOf = 0
      } else if (moved > 0 && Math.abs(moved - wallMoved) < driftMs) {
        logger.warn('time has moved on while this machine stood still; the platform follows', { durationMs: Math.round(moved) })
        set(ours + moved, at, 0)
        warnedOf = 0
      } else if (Math.abs(moved - warnedOf) >= driftMs) {
        logger.warn('PostgreSQL’s time has jumped; the platform keeps its own', { durationMs: Math.round(moved) })
        warnedOf = moved
      }
    },
  }
}
