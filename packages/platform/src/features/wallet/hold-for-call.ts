import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { holdOf, type CallHold } from './call-money.ts'
import { changesOf } from './ledger-store.ts'
import { post } from './post-entry.ts'
import { nextTransactionId } from './transaction-id.ts'

/**
 * Holds as many whole intervals as the caller can pay, up to `maxIntervals`; fails with `insufficient_balance` when there is not even one.
 * It is part of the admission's transaction: a process that dies in it leaves neither call nor hold. The same call again: the same hold.
 * A call that is under way may hold more, beyond the limit that it has; the settlement counts all its holds.
 */
export async function holdForCall(tx: Tx, tenantId: TenantId, wish: CallHold & { readonly now: Date }): Promise<{ heldCoins: number }> {
  const id = nextTransactionId(wish.now)
  // Asked along with the posting: one round trip.
  const [{ transactionId }, changes] = await Promise.all([
    post(tx, tenantId, holdOf(wish), wish.now, id),
    changesOf(tx, tenantId, id, wish.callerId),
  ])
  const { held = 0 } = transactionId === id ? changes : await changesOf(tx, tenantId, transactionId, wish.callerId)
  return { heldCoins: held }
}
