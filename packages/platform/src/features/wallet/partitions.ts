import { everyTenant } from '../../base/tenant.ts'
import type { Db } from '../../db/connect.ts'

/**
 * Makes the ledger's partitions of this month and the three to come, where they are missing; answers how many it made. Called at start and by
 * a job. One that dies in between has made none; where a long reader is in the way, or another process makes them, the next call does it. Until
 * then what is posted has its place in the partition behind the last month.
 */
export async function makePartitions(db: Db, now: Date): Promise<number> {
  const [row] = await db.transact(everyTenant, async (tx) => {
    await tx.patiently()
    return tx.query<{ made: number }>('select ledger_make_partitions($1::timestamptz) as made', [now])
  })
  return row?.made ?? 0
}
