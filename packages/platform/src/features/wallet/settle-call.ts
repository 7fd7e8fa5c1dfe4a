import { Problem } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { holdKey, settlementKey, settlementOf, type CallEnd, type CallSettlement } from './call-money.ts'
import { bucketsOf, type GrantsByBucket } from './grant-coins.ts'
import { drainedByKeys } from './grants-store.ts'
import { closeHolds } from './hold-records.ts'
import { transactionByKey } from './ledger-store.ts'
import { post } from './post-entry.ts'

/**
 * The one settlement of a call: charges it, pays the callee, gives the rest of the hold back. It is part of the transaction that makes the
 * call terminal: a process that dies before its commit has settled nothing, and one that comes again afterwards reads what the first wrote.
 */
export async function settleCall(tx: Tx, tenantId: TenantId, end: CallEnd & { readonly now: Date }): Promise<CallSettlement> {
  const [earlier, held] = await Promise.all([settled(tx, tenantId, end.callId), heldFor(tx, tenantId, end)])
  if (earlier !== undefined) return earlier
  const { entry, ...result } = settlementOf(end, bucketsOf(held), held)
  if (entry === undefined) return result
  try {
    const { transactionId, replayed } = await post(tx, tenantId, entry, end.now)
    if (!replayed) {
      const state = result.chargedCoins > 0 ? 'settled' : 'released'
      closeHolds(tx, tenantId, { type: 'call', id: end.callId }, { state, by: transactionId, now: end.now })
      return result
    }
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

/** What a call's holds took, grant by grant. None of them changes; more are made under the call's lock only. */
export const heldFor = (tx: Tx, tenantId: TenantId, { callId, callerId }: Pick<CallEnd, 'callId' | 'callerId'>): Promise<GrantsByBucket> =>
  drainedByKeys(tx, tenantId, holdKey(callId), callerId)
