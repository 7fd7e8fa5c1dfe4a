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
    description: partnerName === null ? description : inWords(type, partnerName, spendableOf(buckets)),
    createdAt: createdAt.toISOString(),
  }
}

function inWords(type: string, partner: string, coins: number): string {
  if (type === 'call_hold') return `Held for a call with ${partner}`
  if (type !== 'call_refund') return `Call with ${partner}`
  return coins < 0 ? `Given back for a refunded call with ${partner}` : `Refund of a call with ${partner}`
}

export const presentWallet = (row: WalletRow, history: readonly HistoryRow[]) => ({
  ...presentBalances(row),
  transactions: history.map(presentTransaction),
  referralCode: row.referralCode,
})
