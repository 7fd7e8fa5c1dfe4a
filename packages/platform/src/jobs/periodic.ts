import { after, type Clock } from '../base/clock.ts'
import { everyTenant } from '../base/tenant.ts'
import type { Db } from '../db/connect.ts'
import type { TaskStore } from '../db/tasks.ts'
import type { TaskHandler } from './runner.ts'

/** Work that comes back after `everyMs`, whichever process does it and however often they restart. */
export interface PeriodicJob {
  readonly name: string
  readonly everyMs: number
  readonly run: () => Promise<void>
}

const kindOf = (job: PeriodicJob) => `every.${job.name}`

/** A periodic job is a task that always asks for another run: one process at a time has it. */
export function periodicHandlers(jobs: readonly PeriodicJob[], clock: Clock): Record<string, TaskHandler> {
  const handler = (job: PeriodicJob): TaskHandler => {
    return async () => {
      await job.run()
      return { again: after(clock.now(), job.everyMs) }
    }
  }
  return Object.fromEntries(jobs.map((job) => [kindOf(job), handler(job)]))
}

/** Puts the jobs into the table at start. Those that are there already keep their time. */
export async function schedulePeriodic(db: Db, tasks: TaskStore, jobs: readonly PeriodicJob[], clock: Clock): Promise<void> {
  const now = clock.now()
  await db.transact(everyTenant, (tx) =>
    tasks.add(
      tx,
      everyTenant,
      jobs.map((job) => ({ kind: kindOf(job), subject: '', runAt: after(now, job.everyMs) })),
      now,
    ),
  )
}
