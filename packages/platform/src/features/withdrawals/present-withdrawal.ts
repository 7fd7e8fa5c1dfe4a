import type { WithdrawalNews } from '@impacthub/sdk/contract'
import type { Payee, Withdrawal } from './withdrawal-row.ts'
import { waitsFor } from './withdrawal-lifecycle.ts'

export const presentPayee = ({ id, type, display, nameCheck, createdAt }: Payee): WithdrawalNews['payee'] => ({
  id,
  type,
  display,
  nameCheck,
  createdAt: createdAt.toISOString(),
})

const timeOf = (time: Date | null): string | null => time?.toISOString() ?? null

/** A withdrawal as its user, the app's servers and events are told it. No account number is in it. */
export const presentWithdrawal = (one: Withdrawal, now: Date): WithdrawalNews => ({
  id: one.id,
  userId: one.hostUserId,
  status: one.status,
  waitingFor: waitsFor(one, now),
  reason: one.reason,
  coins: one.coins,
  amount: one.amount,
  fee: one.fee,
  tax: one.tax,
  netAmount: one.netAmount,
  currency: one.currency,
  taxRule: one.taxRule,
  method: one.method,
  payee: presentPayee(one.payee),
  sendAfter: one.sendAfter.toISOString(),
  bankReference: one.bankReference,
  createdAt: one.createdAt.toISOString(),
  approvedAt: timeOf(one.approvedAt),
  sentAt: timeOf(one.sentAt),
  paidAt: timeOf(one.paidAt),
  endedAt: timeOf(one.endedAt),
})
