import type { TenantId } from '../../base/tenant.ts'
import { after } from '../../base/clock.ts'
import type { Tx } from '../../db/connect.ts'
import { bringBack } from './grant-coins.ts'
import { drainedByKeys } from './grants-store.ts'
import { closeHolds, recordHold } from './hold-records.ts'
import { app, bucket, entry, move, moveBack, type Account, type EntryHead } from './ledger-entry.ts'
import { post } from './post-entry.ts'
import { nextTransactionId } from './transaction-id.ts'

/** Where the coins of a withdrawal stand: with their owner, on hold, given to the bank, or paid out. */
export type WithdrawalPlace = 'earned' | 'held' | 'payouts_in_flight' | 'paid_out'

export interface WithdrawalMove {
  readonly withdrawalId: string
  /** `usr_…` */
  readonly userId: string
  readonly coins: number
  readonly from: WithdrawalPlace
  readonly to: WithdrawalPlace
}

/** A withdrawal comes to each place once: the key says so, whoever moves it there. */
const arrivals: Readonly<Record<WithdrawalPlace, Pick<EntryHead, 'type' | 'description'> & { readonly key: string }>> = {
  held: { key: 'withdrawal-held', type: 'withdrawal_hold', description: 'Held for a withdrawal' },
  payouts_in_flight: { key: 'withdrawal-sent', type: 'withdrawal_sent', description: 'Withdrawal sent to the bank' },
  paid_out: { key: 'withdrawal-paid', type: 'withdrawal_paid', description: 'Withdrawal paid' },
  earned: { key: 'withdrawal-returned', type: 'withdrawal_returned', description: 'Withdrawal returned' },
}

const keyOf = (place: WithdrawalPlace, withdrawalId: string): string => `${arrivals[place].key}:${withdrawalId}`

const accountOf = (place: WithdrawalPlace, userId: string): Account =>
  place === 'earned' || place === 'held' ? bucket(userId, place) : app(place)

/** Only for people: what is held for a withdrawal stays until that is over. */
const shownHoldMs = 365 * 24 * 3_600_000

/**
 * Moves the coins of a withdrawal to where its new status says they stand, whole. Earned coins only; what returns, returns to the grants that
 * it came from. Part of the transaction that changes the withdrawal: both stand or neither does. Answers the transaction.
 */
export async function moveWithdrawal(tx: Tx, tenantId: TenantId, wish: WithdrawalMove, now: Date): Promise<string> {
  const { withdrawalId, userId, coins, from, to } = wish
  const { type, description } = arrivals[to]
  const reference = { type: 'withdrawal', id: withdrawalId }
  const head = { key: keyOf(to, withdrawalId), type, reference, description, metadata: { userId } }
  const [source, target] = [accountOf(from, userId), accountOf(to, userId)]
  const id = nextTransactionId(now)
  if (to !== 'earned') {
    const { transactionId } = await post(tx, tenantId, entry(head, [move(source, target, coins)]), now, id)
    if (to === 'held') await recordHold(tx, tenantId, { id, userId, reference, createdAt: now, expiresAt: after(now, shownHoldMs) })
    if (from === 'held') closeHolds(tx, tenantId, reference, { state: 'settled', by: transactionId, now })
    return transactionId
  }
  const { earned } = await drainedByKeys(tx, tenantId, keyOf('held', withdrawalId), userId)
  const { transactionId } = await post(tx, tenantId, entry(head, [moveBack(source, target, coins, bringBack(earned, 0, coins))]), now, id)
  if (from === 'held') closeHolds(tx, tenantId, reference, { state: 'released', by: transactionId, now })
  return transactionId
}
