import type { Clock } from '../../base/clock.ts'
import type { PeriodicJob } from '../../jobs/periodic.ts'
import { sealLedgers, type SealDeps } from './seal-ledgers.ts'
import { watchSeals, watchSums, type WatchDeps } from './watch-books.ts'

const minute = 60_000

/** What looks after the ledgers by itself. One process at a time has each of them. */
export const ledgerJobs = (deps: SealDeps & WatchDeps): PeriodicJob[] => [
  { name: 'seal-ledger', everyMs: minute, run: () => sealLedgers(deps) },
  { name: 'watch-ledger', everyMs: 10 * minute, run: sparing(deps.clock, () => watchSums(deps)) },
  { name: 'watch-seals', everyMs: 6 * 60 * minute, run: sparing(deps.clock, () => watchSeals(deps)) },
]

const restFactor = 20

/** Work that grows with the ledgers takes a twentieth of the time at most: what took long rests for long, and calls in between do nothing. */
export function sparing(clock: Pick<Clock, 'now'>, work: () => Promise<void>, passed = () => performance.now()): () => Promise<void> {
  let restsUntil = 0
  return async () => {
    if (clock.now().getTime() < restsUntil) return
    const began = passed()
    await work()
    restsUntil = clock.now().getTime() + restFactor * (passed() - began)
  }
}
