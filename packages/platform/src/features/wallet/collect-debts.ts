import { Problem } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { ExpiryDeps } from './expire-grants.ts'
import { bucket, entry, move, owed } from './ledger-entry.ts'
import { changesOf } from './ledger-store.ts'
import { post } from './post-entry.ts'
import { recordMove } from './record-move.ts'
import { listDebtors, owedCoins, readEarned, takeTurn } from './reversal-store.ts'
import { nextTransactionId } from './transaction-id.ts'

/**
 * Pays what a user owes from what they have earned, and from nothing else; answers what was paid. It is part of the caller's transaction: a
 * withdrawal asks for it before it looks whether anything is still owed.
 */
export async function collectOwed(tx: Tx, tenantId: TenantId, userId: string, now: Date): Promise<number> {
  await takeTurn(tx, tenantId, userId)
  const [owes, earned] = await Promise.all([owedCoins(tx, tenantId, userId), readEarned(tx, tenantId, userId)])
  const coins = Math.min(owes, earned)
  if (coins === 0) return 0
  const id = nextTransactionId(now)
  const head = { key: `collected:${id}`, type: 'collection', description: 'Paid back' }
  const { transactionId } = await post(tx, tenantId, entry(head, [move(bucket(userId, 'earned'), owed(userId), coins)]), now, id)
  await recordMove(tx, tenantId, { type: 'wallet.collected', userId, transactionId }, now)
  return (await changesOf(tx, tenantId, transactionId, userId)).owed ?? 0
}

const batch = 200

/** The same for everybody who owes and has earned, each in a transaction of their own. */
export async function collectDebts({ db, clock, logger, changed }: ExpiryDeps): Promise<void> {
  for (const { tenantId, userId } of await listDebtors(db, batch)) {
    try {
      const paid = await db.transact(tenantId, (tx) => collectOwed(tx, tenantId, userId, clock.now()))
      if (paid > 0) await changed(tenantId, userId).catch(() => undefined)
    } catch (error) {
      // Spent just now, or frozen: the next round looks again.
      if (error instanceof Problem) continue
      logger.error('a debt could not be collected', { userId, error })
    }
  }
}
