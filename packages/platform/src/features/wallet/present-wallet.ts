import type { WalletBalances } from '@impacthub/sdk/contract'
import type { Granted, Used } from './granted-store.ts'
import type { AboutCall, HistoryRow } from './history-store.ts'
import type { HoldRow } from './holds-store.ts'
import { spendingOrder } from './ledger-entry.ts'
import type { Links } from './receipt-store.ts'
import type { Buckets, WalletRow } from './wallet-store.ts'

const spendableOf = (buckets: Partial<Buckets>): number => spendingOrder.reduce((sum, name) => sum + (buckets[name] ?? 0), 0)

/** Who owes coins withdraws none. */
export function presentBalances({ hostId, buckets, owedCoins }: WalletRow): WalletBalances {
  const { bonus, purchased, earned, held } = buckets
  return {
    userId: hostId,
    balance: spendableOf(buckets),
    buckets: { bonus, purchased, earned, held },
    withdrawable: owedCoins > 0 ? 0 : earned,
  }
}

/** One line of a user's history, as that user sees it. */
export function presentTransaction(row: HistoryRow) {
  const { id, type, buckets, owedCoins, reference, description, call, referralSide, createdAt } = row
  const coins = spendableOf(buckets)
  return {
    id,
    type,
    coins,
    buckets,
    ...(owedCoins === 0 ? {} : { owedCoins }),
    reference,
    description: call === undefined ? describe(description, referralSide) : inWords(type, call, coins),
    ...(call === undefined ? {} : { call }),
    ...(referralSide === undefined ? {} : { referralSide }),
    createdAt: createdAt.toISOString(),
  }
}

/** One transaction rewards both sides; each reads what it was for them. */
const describe = (description: string, side: HistoryRow['referralSide']): string => (side === 'referee' ? 'Welcome reward' : description)

function presentRelated(row: HistoryRow) {
  const { id, type, coins, owedCoins, description, createdAt } = presentTransaction(row)
  return { id, type, coins, ...(owedCoins === undefined ? {} : { owedCoins }), description, createdAt }
}

const presentExpiring = <Coins extends { readonly expiresAt: Date | null }>(coins: Coins) => ({
  ...coins,
  expiresAt: coins.expiresAt?.toISOString() ?? null,
})

export const presentReceipt = (row: HistoryRow, { reverses, reversedBy }: Links, granted: readonly Granted[], used: readonly Used[]) => ({
  ...presentTransaction(row),
  reverses: reverses === null ? null : presentRelated(reverses),
  reversedBy: reversedBy.map(presentRelated),
  granted: granted.map(presentExpiring),
  used: used.map(presentExpiring),
})

export function presentHold({ call, description, createdAt, expiresAt, ...hold }: HoldRow) {
  return {
    ...hold,
    description: call === undefined ? description : inWords('call_hold', call, 0),
    ...(call === undefined ? {} : { call }),
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
  }
}

function inWords(type: string, { partnerName }: AboutCall, coins: number): string {
  if (type === 'call_hold') return `Held for a call with ${partnerName}`
  if (type !== 'call_refund') return `Call with ${partnerName}`
  return coins < 0 ? `Given back for a refunded call with ${partnerName}` : `Refund of a call with ${partnerName}`
}

export const presentWallet = (
  row: WalletRow,
  expiring: { readonly coins: number; readonly at: Date } | undefined,
  history: readonly HistoryRow[],
) => ({
  ...presentBalances(row),
  expiring: expiring === undefined ? null : { coins: expiring.coins, at: expiring.at.toISOString() },
  owedCoins: row.owedCoins,
  transactions: history.map(presentTransaction),
  referralCode: row.referralCode,
})
