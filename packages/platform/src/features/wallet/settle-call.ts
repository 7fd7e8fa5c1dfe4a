import { Problem } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { holdKey, settlementKey, settlementOf, type CallEnd, type CallSettlement, type HeldBuckets } from './call-money.ts'
import { changesOf, transactionByKey } from './ledger-store.ts'
import { post } from './post-entry.ts'

/**
 * The one settlement of a call: charges it, pays the callee, gives the rest of the hold back. It is part of the transaction that makes the
 * call terminal: a process that dies before its commit has settled nothing, and one that comes again afterwards reads what the first wrote.
 */
export async function settleCall(tx: Tx, tenantId: TenantId, end: CallEnd & { readonly now: Date }): Promise<CallSettlement> {
  const earlier = await settled(tx, tenantId, end.callId)
  if (earlier !== undefined) return earlier
  const { entry, ...result } = settlementOf(end, await heldFor(tx, tenantId, end))
  if (entry === undefined) return result
  try {
    const { replayed } = await post(tx, tenantId, entry, end.now)
    if (!replayed) return result
  } catch (error) {
    // Another process settled it between our look and our posting, and perhaps for other coins: the first settlement stands.
    if (!(error instanceof Problem) || error.code !== 'idempotency_key_reused') throw error
  }
  return (await settled(tx, tenantId, end.callId)) ?? result
}

async function settled(tx: Tx, tenantId: TenantId, callId: string): Promise<CallSettlement | undefined> {
  const known = await transactionByKey(tx, tenantId, settlementKey(callId))
  if (known === undefined) return undefined
  const coins = (name: keyof CallSettlement): number => {
    const value = known.metadata[name]
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Error(`the settlement of ${callId} does not say its ${name}`)
    return value
  }
  return { chargedCoins: coins('chargedCoins'), earnedCoins: coins('earnedCoins'), overrunCoins: coins('overrunCoins') }
}

/** A hold never changes once it is posted, so it can be read without a lock. */
export async function heldFor(
  tx: Tx,
  tenantId: TenantId,
  { callId, callerId }: Pick<CallEnd, 'callId' | 'callerId'>,
): Promise<HeldBuckets> {
  const hold = await transactionByKey(tx, tenantId, holdKey(callId))
  const changes = hold === undefined ? {} : await changesOf(tx, tenantId, hold.id, callerId)
  return { bonus: 0 - (changes.bonus ?? 0), purchased: 0 - (changes.purchased ?? 0), earned: 0 - (changes.earned ?? 0) }
}
