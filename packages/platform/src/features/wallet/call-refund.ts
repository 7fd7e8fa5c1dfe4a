import type { HeldBuckets } from './call-money.ts'
import { bringBack, noGrants, type GrantsByBucket } from './grant-coins.ts'
import { app, bucket, entry, moveBack, spendingOrder, type Entry } from './ledger-entry.ts'

/** Pure: what gives a call's charge back. */

/** A charge as it was settled, and what of it was given back before. */
export interface ChargedCall {
  readonly callId: string
  readonly callerId: string
  readonly calleeId: string
  readonly chargedCoins: number
  readonly earnedCoins: number
  readonly refundedCoins: number
}

export interface RefundWish {
  /** Says this refund once. */
  readonly refundId: string
  readonly coins: number
  readonly reason: string
  /** The settlement that it takes back, in whole or in part. */
  readonly settlementId: string
}

/** The first so many coins of these buckets, in this order. */
function firstOf(buckets: HeldBuckets, order: readonly (keyof HeldBuckets)[], coins: number): HeldBuckets {
  let rest = coins
  const taken = { bonus: 0, purchased: 0, earned: 0 }
  for (const name of order) {
    taken[name] = Math.min(rest, buckets[name])
    rest -= taken[name]
  }
  if (rest > 0) throw new Error('more coins than there were')
  return taken
}

/** From which buckets a charge was paid: what is drained first is spent first. */
export const spentOf = (held: HeldBuckets, chargedCoins: number): HeldBuckets => firstOf(held, spendingOrder, chargedCoins)

/** To which buckets a refund goes back: what was spent last comes back first, and further refunds go on where the ones before stopped. */
export function returnedOf(spent: HeldBuckets, refundedBefore: number, coins: number): HeldBuckets {
  const order = [...spendingOrder].reverse()
  const [before, after] = [firstOf(spent, order, refundedBefore), firstOf(spent, order, refundedBefore + coins)]
  return { bonus: after.bonus - before.bonus, purchased: after.purchased - before.purchased, earned: after.earned - before.earned }
}

/**
 * The callee's part of a refund: of all that was given back so far, half up, less what was due before. So the parts of many refunds add up
 * to the part of one, and those of a whole charge to all that was earned.
 */
export function dueFromCallee({ chargedCoins, earnedCoins, refundedCoins }: ChargedCall, coins: number): number {
  const share = (refunded: number): number =>
    Number((2n * BigInt(refunded) * BigInt(earnedCoins) + BigInt(chargedCoins)) / (2n * BigInt(chargedCoins)))
  return share(refundedCoins + coins) - share(refundedCoins)
}

/** What of the callee's part they no longer have is the app's loss: nobody's wallet goes below zero. */
export function refundOf(
  call: ChargedCall,
  spent: HeldBuckets,
  { refundId, coins, reason, settlementId }: RefundWish,
  grants: GrantsByBucket = noGrants,
): Entry {
  const { callId, callerId, calleeId } = call
  const back = returnedOf(spent, call.refundedCoins, coins)
  const before = returnedOf(spent, 0, call.refundedCoins)
  let due = dueFromCallee(call, coins)
  const moves = [...spendingOrder].reverse().map((name) => {
    const fromCallee = Math.min(due, back[name])
    due -= fromCallee
    const to = bucket(callerId, name)
    const fromRevenue = back[name] - fromCallee
    return [
      ...moveBack([bucket(calleeId, 'earned'), app('losses')], to, fromCallee, bringBack(grants[name], before[name], fromCallee)),
      ...moveBack(app('revenue'), to, fromRevenue, bringBack(grants[name], before[name] + fromCallee, fromRevenue)),
    ]
  })
  const head = {
    key: `call-refund:${refundId}`,
    type: 'call_refund',
    reference: { type: 'call', id: callId },
    description: 'Refund of a call',
    metadata: { callerId, calleeId, coins, fromCallee: dueFromCallee(call, coins), reverses: settlementId, refundId, reason },
  }
  return entry(head, moves)
}
