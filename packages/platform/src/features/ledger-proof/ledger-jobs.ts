import type { PeriodicJob } from '../../jobs/periodic.ts'
import { sealLedgers, type SealDeps } from './seal-ledgers.ts'
import { watchSeals, watchSums, type WatchDeps } from './watch-books.ts'

const minute = 60_000

/** What looks after the ledgers by itself. One process at a time has each of them. */
export const ledgerJobs = (deps: SealDeps & WatchDeps): PeriodicJob[] => [
  { name: 'seal-ledger', everyMs: minute, run: () => sealLedgers(deps) },
  { name: 'watch-ledger', everyMs: 10 * minute, run: () => watchSums(deps) },
  { name: 'watch-seals', everyMs: 6 * 60 * minute, run: () => watchSeals(deps) },
]
