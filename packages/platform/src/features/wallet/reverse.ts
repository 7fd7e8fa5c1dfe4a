import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { drainedBy, revokeGrant } from './grants-store.ts'
import { changesOf } from './ledger-store.ts'
import { post } from './post-entry.ts'
import { recordMove } from './record-move.ts'
import { reversalOf, reversible } from './reversal.ts'
import { bookedTransaction, owedCoins, reversalByKey, reversedCoins, takeTurn } from './reversal-store.ts'

export interface ReverseWish {
  readonly transactionId: string
  /** Says this reversal once. */
  readonly key: string
  /** Why. Its owner reads this, unless `told` stands in for it. */
  readonly reason: string
  /** What its owner reads, where the reason is somebody else's affair. */
  readonly told?: string | undefined
  /** Who takes it back: a key's id, `operator`, a provider’s signal. */
  readonly by: string
  /** Absent: all that has not been taken back yet. */
  readonly coins?: number | undefined
}

export interface Reversal {
  readonly transactionId: string
  /** Whose coins they were: `usr_…`. */
  readonly userId: string
  /** What this reversal takes back in all: `takenCoins` + `owedCoins`, or given back where the reversed transaction took coins. */
  readonly coins: number
  /** What the user still had. */
  readonly takenCoins: number
  /** What they no longer had: they owe it now, and withdraw nothing until it is paid. */
  readonly owedCoins: number
}

/**
 * Takes a transaction back by a new one that names it. Many reversals of one add up to at most the whole; the same key again answers the
 * first. It is part of the caller's transaction: a process that dies before the commit has taken nothing back, and one that comes again
 * afterwards finds it done.
 */
export async function reverse(tx: Tx, tenantId: TenantId, wish: ReverseWish, now: Date): Promise<Reversal> {
  const booked = (await bookedTransaction(tx, tenantId, wish.transactionId)) ?? fail('not_found')
  const original = reversible(booked) ?? fail('not_reversible')
  // One reversal of a user's transactions at a time: what is left to take back, and what they owe, stays as it is read here.
  await takeTurn(tx, tenantId, original.userId)
  const earlier = await reversalByKey(tx, tenantId, wish.key)
  if (earlier !== undefined) {
    const same = earlier.reverses === original.id && (wish.coins === undefined || wish.coins === earlier.coins)
    return same ? told(tx, tenantId, original.userId, earlier) : fail('idempotency_key_reused')
  }
  const coinsBefore = await reversedCoins(tx, tenantId, original.id)
  const left = original.coins - coinsBefore
  if (left === 0) return fail('already_reversed')
  const coins = wish.coins ?? left
  if (coins > left) return fail('conflict', { detail: `At most ${left} coins of this transaction are left to take back.` })
  const { key, reason, by, told: toldAs } = wish
  const [owes, drained] = await Promise.all([
    owedCoins(tx, tenantId, original.userId),
    drainedBy(tx, tenantId, original.id, original.userId),
  ])
  const entry = reversalOf(original, { key, reason, told: toldAs, by, coins, coinsBefore, owedCoins: owes, drained })
  const { transactionId } = await post(tx, tenantId, entry, now)
  const done = await told(tx, tenantId, original.userId, { id: transactionId, coins })
  if (original.way === 'given' && done.owedCoins > 0)
    for (const { name } of original.parts) await revokeGrant(tx, tenantId, { userId: original.userId, name, id: original.id }, now)
  await recordMove(tx, tenantId, { type: 'wallet.reversed', userId: original.userId, transactionId }, now)
  return done
}

async function told(tx: Tx, tenantId: TenantId, userId: string, { id, coins }: { readonly id: string; readonly coins: number }) {
  const { owed = 0, bonus = 0, purchased = 0, earned = 0 } = await changesOf(tx, tenantId, id, userId)
  return {
    transactionId: id,
    userId,
    coins,
    takenCoins: Math.max(0, 0 - bonus - purchased - earned),
    owedCoins: Math.max(0, 0 - owed),
  }
}
