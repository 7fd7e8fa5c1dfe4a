import { after, type Clock } from '../base/clock.ts'
import { everyTenant } from '../base/tenant.ts'
import type { Db } from '../db/connect.ts'
import type { Inbox } from '../db/inbox.ts'
import type { PeriodicJob } from './periodic.ts'

const hour = 3_600_000
const batch = 5_000

/** Answers of requests are kept for 24 hours. Deleted in small transactions, so that nobody waits long for a row. */
async function forgetAnswers(db: Db, before: Date): Promise<void> {
  for (;;) {
    const gone = await db.transact(everyTenant, (tx) =>
      tx.query(
        `delete from idempotency_keys k
         where k.ctid = any (array(select o.ctid from idempotency_keys o where o.created_at < $1 limit ${batch})) and k.created_at < $1 returning 1`,
        [before],
      ),
    )
    if (gone.length < batch) return
  }
}

/** Forgets what is kept for a time only. */
export function purgeJobs({ db, clock, inbox }: { db: Db; clock: Clock; inbox: Pick<Inbox, 'forgetOld'> }): PeriodicJob[] {
  return [
    { name: 'forget-answers', everyMs: hour, run: () => forgetAnswers(db, after(clock.now(), -24 * hour)) },
    { name: 'forget-messages', everyMs: 6 * hour, run: async () => void (await inbox.forgetOld()) },
  ]
}
