import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { settlementKey, type HeldBuckets } from './call-money.ts'
import { dueFromCallee, refundOf, returnedOf, spentOf, type ChargedCall, type RefundWish } from './call-refund.ts'
import { bucketsOf, firstOf } from './grant-coins.ts'
import { changesOf, transactionByKey } from './ledger-store.ts'
import { post } from './post-entry.ts'
import { heldFor } from './settle-call.ts'

export interface CallRefund {
  readonly transactionId: string
  /** What the callee gave back. */
  readonly takenBackCoins: number
  /** What they no longer had: the app's loss, and what the callee owes it. */
  readonly uncollectedCoins: number
}

/**
 * Gives coins of a settled call's charge back, as a reversal that names the settlement. It is part of the transaction that holds the call
 * and counts the refund on it: a process that dies before its commit has given nothing back; one that comes again with the same refund
 * finds it posted.
 */
export async function refundCall(
  tx: Tx,
  tenantId: TenantId,
  call: ChargedCall,
  wish: Omit<RefundWish, 'settlementId'> & { readonly now: Date },
): Promise<CallRefund> {
  const settlement = await transactionByKey(tx, tenantId, settlementKey(call.callId))
  if (settlement === undefined) throw new Error(`${call.callId} was never settled`)
  const held = await heldFor(tx, tenantId, call)
  const spent = spentOf(bucketsOf(held), call.chargedCoins)
  const entry = refundOf(call, spent, { ...wish, settlementId: settlement.id }, firstOf(held, spent))
  const { transactionId } = await post(tx, tenantId, entry, wish.now)
  const takenBackCoins = 0 - ((await changesOf(tx, tenantId, transactionId, call.calleeId)).earned ?? 0)
  return { transactionId, takenBackCoins, uncollectedCoins: dueFromCallee(call, wish.coins) - takenBackCoins }
}

/** Which coins paid for a call, and to which they went back. */
export interface ChargeByBucket {
  readonly spent: HeldBuckets
  readonly returned: HeldBuckets
}

export async function chargeByBucket(
  tx: Tx,
  tenantId: TenantId,
  call: Pick<ChargedCall, 'callId' | 'callerId' | 'chargedCoins' | 'refundedCoins'>,
): Promise<ChargeByBucket> {
  const spent = spentOf(bucketsOf(await heldFor(tx, tenantId, call)), call.chargedCoins)
  return { spent, returned: returnedOf(spent, 0, call.refundedCoins) }
}
