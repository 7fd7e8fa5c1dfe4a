import type { Logger } from '../../../base/logger.ts'
import type { PeriodicJob } from '../../../jobs/periodic.ts'
import type { ThrowawayList } from '../../../providers/throwaway-list/port.ts'
import { keepTraces, type KeepingDeps } from './keep-traces.ts'
import { refreshThrowaway } from './refresh-throwaway.ts'

export interface CheckJobDeps extends KeepingDeps {
  readonly logger: Logger
  /** Undefined: only the list that comes with the platform is known. */
  readonly throwawayList?: ThrowawayList | undefined
}

const hour = 3_600_000
const week = 7 * 24 * hour

/** What the checks have done from time to time. */
export function checkJobs(deps: CheckJobDeps): PeriodicJob[] {
  const list = deps.throwawayList
  return [
    { name: 'keep-traces', everyMs: 6 * hour, run: () => keepTraces(deps) },
    ...(list === undefined ? [] : [{ name: 'refresh-throwaway-mail', everyMs: week, run: () => refreshThrowaway(deps, list) }]),
  ]
}
