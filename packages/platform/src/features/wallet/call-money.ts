import { shareOf } from '../../base/coins.ts'
import { bringBack, noGrants, type GrantsByBucket } from './grant-coins.ts'
import { app, bucket, entry, move, moveBack, spendable, spendingOrder, type Entry, type Spendable } from './ledger-entry.ts'

/** Pure: what a call does to the ledger. */

export interface CallHold {
  readonly callId: string
  readonly callerId: string
  /** For the words in the caller's history. */
  readonly calleeId?: string
  /** Coins of one interval. */
  readonly rateCoins: number
  readonly maxIntervals: number
  /** Of a call that is under way: the limit that the coins held before give it. */
  readonly beyondSeconds?: number
}

export interface CallEnd {
  readonly callId: string
  readonly callerId: string
  readonly calleeId: string
  /** By the provider's seconds and the call's tariff. */
  readonly dueCoins: number
  readonly sharePercent: number
}

export interface CallSettlement {
  readonly chargedCoins: number
  readonly earnedCoins: number
  /** Due beyond what was held: the app's loss. */
  readonly overrunCoins: number
}

/** From which buckets the coins of a hold came. */
export type HeldBuckets = Readonly<Record<Spendable, number>>

export const holdKey = (callId: string, beyondSeconds?: number) =>
  beyondSeconds === undefined ? `call-held:${callId}` : `call-held:${callId}:${beyondSeconds}`
export const settlementKey = (callId: string) => `call-settled:${callId}`

/** As many whole intervals as the caller can pay. */
export function holdOf({ callId, callerId, calleeId, rateCoins, maxIntervals, beyondSeconds }: CallHold): Entry {
  const head = {
    key: holdKey(callId, beyondSeconds),
    type: 'call_hold',
    reference: { type: 'call', id: callId },
    description: 'Coins held for a call',
    metadata: { callerId, calleeId: calleeId ?? null },
  }
  return entry(head, [move(spendable(callerId), bucket(callerId, 'held'), rateCoins * maxIntervals)], rateCoins)
}

/** Charges at most what was held, and gives the rest back to the buckets it came from: what is drained first is spent first. */
export function settlementOf(
  end: CallEnd,
  held: HeldBuckets,
  grants: GrantsByBucket = noGrants,
): CallSettlement & { readonly entry: Entry | undefined } {
  const { callId, callerId, calleeId, dueCoins, sharePercent } = end
  if (!Number.isSafeInteger(dueCoins) || dueCoins < 0) throw new Error(`not a number of coins: ${dueCoins}`)
  const heldCoins = spendingOrder.reduce((sum, name) => sum + held[name], 0)
  const chargedCoins = Math.min(dueCoins, heldCoins)
  const earnedCoins = shareOf(chargedCoins, sharePercent)
  const overrunCoins = dueCoins - chargedCoins
  const hold = bucket(callerId, 'held')
  const moves = [
    move(hold, bucket(calleeId, 'earned'), earnedCoins),
    move(hold, app('revenue'), chargedCoins - earnedCoins),
    ...release(callerId, held, chargedCoins, grants),
    move(app('losses'), app('revenue'), overrunCoins),
  ]
  const result = { chargedCoins, earnedCoins, overrunCoins }
  if (moves.flat().length === 0) return { ...result, entry: undefined }
  const head = {
    key: settlementKey(callId),
    type: 'call_settlement',
    reference: { type: 'call', id: callId },
    description: 'Call',
    metadata: { callerId, calleeId, ...result },
  }
  return { ...result, entry: entry(head, moves) }
}

/** Gives back what was not charged, to the grants that were drained last. */
export function release(callerId: string, held: HeldBuckets, chargedCoins: number, grants: GrantsByBucket) {
  let spent = chargedCoins
  return spendingOrder.map((name) => {
    const fromThis = Math.min(spent, held[name])
    spent -= fromThis
    const back = held[name] - fromThis
    return moveBack(bucket(callerId, 'held'), bucket(callerId, name), back, bringBack(grants[name], 0, back))
  })
}
