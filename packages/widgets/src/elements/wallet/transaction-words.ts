import type { WalletTransaction } from '@impacthub/sdk'
import type { WalletTexts } from '../../locales/en/wallet.ts'

const titles: Readonly<Record<string, keyof WalletTexts>> = {
  credit: 'credit',
  debit: 'debit',
  call_hold: 'call_hold',
  call_release: 'callReleased',
  reversal: 'reversal',
}

/** What a transaction was, from where this user stands: one settlement pays the callee and gives the caller the rest of the hold back. */
export function transactionTitle({ type, buckets }: WalletTransaction, texts: WalletTexts): string {
  if (type === 'call_settlement') {
    if (!buckets.held) return texts[(buckets.earned ?? 0) > 0 ? 'callEarned' : 'call_settlement']
    const returned = (buckets.bonus ?? 0) + (buckets.purchased ?? 0) + (buckets.earned ?? 0)
    return texts[returned === -buckets.held ? 'callReleased' : returned > 0 ? 'callReturned' : 'call_settlement']
  }
  const known = Object.hasOwn(titles, type) ? titles[type] : undefined
  return texts[known ?? 'other']
}
