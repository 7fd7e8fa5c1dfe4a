import { after } from '../../base/clock.ts'
import type { Withdrawal } from './withdrawal-row.ts'

const minute = 60_000
const day = 24 * 60 * minute
const longestGapMs = 6 * 60 * minute

export const firstAskMs = 10_000

/** After it was paid: a bank may still return it. */
const looksAfterPaid = [1, 3, 7, 14, 30].map((days) => days * day)

/** When the provider is asked next. While the bank confirms: when it is twice as old, at least every six hours; paid: now and then for a month. */
export function nextAsk({ status, sentAt, paidAt }: Pick<Withdrawal, 'status' | 'sentAt' | 'paidAt'>, now: Date): Date | undefined {
  if (status === 'processing') {
    const age = now.getTime() - (sentAt ?? now).getTime()
    return after(now, Math.min(longestGapMs, Math.max(firstAskMs, age)))
  }
  if (status !== 'paid' || paidAt === null) return undefined
  const next = looksAfterPaid.map((ms) => after(paidAt, ms)).find((at) => at > now)
  return next
}

/** Longer than any bank takes: a person has to look. */
export const tooLongMs = 5 * day
