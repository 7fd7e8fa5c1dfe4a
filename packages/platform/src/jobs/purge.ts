import { after, type Clock } from '../base/clock.ts'
import { everyTenant } from '../base/tenant.ts'
import type { Db } from '../db/connect.ts'
import type { Inbox } from '../db/inbox.ts'
import type { PeriodicJob } from './periodic.ts'

const hour = 3_600_000
/** Four megabytes at most. */
const blocks = 512

/**
 * Answers of requests are kept for 24 hours. The table is gone through once, some blocks in each transaction, so that nobody waits long for a
 * row. Looked for anew each time, the old ones would be found behind all that the times before have deleted; and an index of block ranges
 * leaves out nothing once their room has been filled again, for a range never forgets the oldest time that it held.
 */
async function forgetAnswers(db: Db, before: Date): Promise<void> {
  const [table] = await db.read<{ blocks: number }>(
    everyTenant,
    `select (pg_relation_size('idempotency_keys') / current_setting('block_size')::integer)::integer as blocks`,
    [],
  )
  for (let first = 0; first < (table?.blocks ?? 0); first += blocks)
    await db.transact(everyTenant, (tx) =>
      tx.query('delete from idempotency_keys where ctid >= $1::tid and ctid < $2::tid and created_at < $3', [
        `(${first},0)`,
        `(${first + blocks},0)`,
        before,
      ]),
    )
}

/** Forgets what is kept for a time only. */
export function purgeJobs({ db, clock, inbox }: { db: Db; clock: Clock; inbox: Pick<Inbox, 'forgetOld'> }): PeriodicJob[] {
  return [
    { name: 'forget-answers', everyMs: hour, run: () => forgetAnswers(db, after(clock.now(), -24 * hour)) },
    { name: 'forget-messages', everyMs: 6 * hour, run: async () => void (await inbox.forgetOld()) },
  ]
}
