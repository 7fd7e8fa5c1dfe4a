import type { WalletBalances } from '@impacthub/sdk/contract'
import { spendingOrder } from './ledger-entry.ts'
import type { Buckets, HistoryRow, WalletRow } from './wallet-store.ts'

const spendableOf = (buckets: Partial<Buckets>): number => spendingOrder.reduce((sum, name) => sum + (buckets[name] ?? 0), 0)

export function presentBalances({ hostId, buckets }: WalletRow): WalletBalances {
  const { bonus, purchased, earned, held } = buckets
  return { userId: hostId, balance: spendableOf(buckets), buckets: { bonus, purchased, earned, held }, withdrawable: earned }
}

/** One line of a user's history, as that user sees it. */
export function presentTransaction({ id, type, buckets, reference, description, partnerName, createdAt }: HistoryRow) {
  return {
    id,
    type,
    coins: spendableOf(buckets),
    buckets,
    reference,
    description: partnerName === null ? description : inWords(type, partnerName),
    createdAt: createdAt.toISOString(),
  }
}

const inWords = (type: string, partner: string): string =>
  type === 'call_hold' ? `Held for a call with ${partner}` : `Call with ${partner}`

export const presentWallet = (row: WalletRow, history: readonly HistoryRow[]) => ({
  ...presentBalances(row),
  transactions: history.map(presentTransaction),
  referralCode: row.referralCode,
})
