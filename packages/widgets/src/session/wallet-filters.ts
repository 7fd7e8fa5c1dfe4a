import type { ConnectClient, WalletTransaction } from '@impacthub/sdk'

export type WalletFilter = 'all' | 'calls' | 'topups' | 'bonuses' | 'earnings' | 'refunds'

type HistoryQuery = NonNullable<Parameters<ConnectClient['wallet']['listTransactions']>[0]>

/** What each filter asks of the platform. */
export const walletFilters: Readonly<Record<WalletFilter, HistoryQuery>> = {
  all: {},
  calls: { type: 'call_settlement,call_refund' },
  topups: { type: 'topup,topup_bonus' },
  bonuses: { type: 'credit,topup_bonus,referral,referral_reversal,expiry,reversal', bucket: 'bonus' },
  earnings: { type: 'call_settlement,credit', bucket: 'earned', direction: 'in' },
  refunds: { type: 'call_refund,reversal' },
}

const sum = (coins: readonly (number | undefined)[]): number => coins.reduce<number>((total, part) => total + (part ?? 0), 0)

/** What a transaction did to all that the user has, held coins with the rest. */
export const ownChange = ({ buckets }: Pick<WalletTransaction, 'buckets'>): number => sum(Object.values(buckets))

/** Whether this filter shows it. Coins that were only set aside, or came back, are told among those held, not here. */
export function isShown(transaction: WalletTransaction, filter: WalletFilter): boolean {
  const change = ownChange(transaction)
  if (change === 0) return Object.keys(transaction.buckets).length === 0
  // A caller who gets earned coins of a hold back has earned nothing.
  return filter !== 'earnings' || change > 0
}
