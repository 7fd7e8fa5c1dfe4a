import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Db, Tx } from '../../db/connect.ts'
import { bringBack, bucketsOf } from './grant-coins.ts'
import { drainedBy } from './grants-store.ts'
import { claimForgotten, closeHold, closeSettled, listForgotten, type OpenHold } from './hold-records.ts'
import { bucket, entry, moveBack, spendingOrder } from './ledger-entry.ts'
import { post } from './post-entry.ts'

export interface ReleaseDeps {
  readonly db: Db
  readonly clock: Clock
  readonly logger: Logger
}

const batch = 100

/**
 * Gives back what is held for nothing: its time is over, and what it was for does not exist. A hold whose call is still to be settled is that
 * call's affair, however late it is. Each is a transaction of its own, under the hold's lock and with a key that says it once: a process that
 * dies, or two that look at the same time, give nothing back twice.
 */
export async function releaseForgottenHolds({ db, clock, logger }: ReleaseDeps): Promise<void> {
  await closeSettled(db, clock.now())
  for (const hold of await listForgotten(db, clock.now(), batch)) {
    try {
      const released = await db.transact(hold.tenantId, (tx) => release(tx, hold, clock.now()))
      if (released) logger.warn('a forgotten hold was given back', { userId: hold.userId })
    } catch (error) {
      logger.error('a forgotten hold could not be given back', { userId: hold.userId, error })
    }
  }
}

async function release(tx: Tx, hold: OpenHold, now: Date): Promise<boolean> {
  if (!(await claimForgotten(tx, hold, now))) return false
  const { tenantId, id, userId, reference } = hold
  const grants = await drainedBy(tx, tenantId, id, userId)
  const coins = bucketsOf(grants)
  const head = { key: `hold-released:${id}`, type: 'release', reference, description: 'Given back', metadata: { hold: id } }
  const moves = spendingOrder.map((name) =>
    moveBack(bucket(userId, 'held'), bucket(userId, name), coins[name], bringBack(grants[name], 0, coins[name])),
  )
  const { transactionId } = await post(tx, tenantId, entry(head, moves), now)
  await closeHold(tx, hold, { state: 'released', by: transactionId, now })
  return true
}
