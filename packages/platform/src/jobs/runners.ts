import type { Place } from '../db/task-host.ts'
import { createRunner, type RunnerDeps } from './runner.ts'

/** Several runners as one: each has its own places, so that what hangs in one holds up nothing in another. */
export interface Runners {
  start(): void
  /** A hint that something of these kinds, or of any, may be due now. */
  wake(kinds?: ReadonlySet<string>): void
  /** A place for a task of this kind, which is due now. */
  reserve(kind: string): Place | undefined
  /** Resolves when nothing is due and nothing runs. */
  idle(): Promise<void>
  /** Takes nothing more and waits for what runs. */
  stop(): Promise<void>
}

export function createRunners(all: readonly RunnerDeps[]): Runners {
  const runners = all.map((deps) => ({ runner: createRunner(deps), kinds: Object.keys(deps.handlers) }))
  const runnerOf = new Map(runners.flatMap(({ runner, kinds }) => kinds.map((kind) => [kind, runner] as const)))
  const begun = () => runners.reduce((sum, { runner }) => sum + runner.begun, 0)
  return {
    start() {
      for (const { runner } of runners) runner.start()
    },
    wake(wanted) {
      for (const { runner, kinds } of runners) if (wanted === undefined || kinds.some((kind) => wanted.has(kind))) runner.wake()
    },
    reserve: (kind) => runnerOf.get(kind)?.reserve(kind),
    async idle() {
      // What runs in one may leave work for another: idle are they when a whole round has begun nothing.
      for (let before = -1; before !== begun();) {
        before = begun()
        for (const { runner } of runners) await runner.idle()
      }
    },
    async stop() {
      await Promise.all(runners.map(({ runner }) => runner.stop()))
    },
  }
}
