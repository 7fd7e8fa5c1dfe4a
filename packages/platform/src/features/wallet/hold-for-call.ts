import { after } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { holdOf, type CallHold } from './call-money.ts'
import { recordHold } from './hold-records.ts'
import { changesOf } from './ledger-store.ts'
import { post } from './post-entry.ts'
import { nextTransactionId } from './transaction-id.ts'

/** Longer than any call: what is still held then is looked after. */
const longestHoldMs = 6 * 3_600_000

/**
 * Holds as many whole intervals as the caller can pay, up to `maxIntervals`; fails with `insufficient_balance` when there is not even one.
 * It is part of the admission's transaction: a process that dies in it leaves neither call nor hold. The same call again: the same hold.
 * A call that is under way may hold more, beyond the limit that it has; the settlement counts all its holds.
 */
export async function holdForCall(tx: Tx, tenantId: TenantId, wish: CallHold & { readonly now: Date }): Promise<{ heldCoins: number }> {
  const id = nextTransactionId(wish.now)
  // Asked along with the posting: one round trip.
  const { callId, callerId, now } = wish
  const reference = { type: 'call', id: callId }
  const [{ transactionId }, recorded] = await Promise.all([
    post(tx, tenantId, holdOf(wish), now, id),
    recordHold(tx, tenantId, { id, userId: callerId, reference, createdAt: now, expiresAt: after(now, longestHoldMs) }),
  ])
  // Known before: nothing was posted under the new id, and nothing recorded.
  return { heldCoins: transactionId === id ? recorded : ((await changesOf(tx, tenantId, transactionId, callerId)).held ?? 0) }
}
