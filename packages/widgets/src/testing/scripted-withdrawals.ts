import type { CallOptions, ConnectClient, Withdrawal, WithdrawalTerms, WithdrawalWish } from '@impacthub/sdk'

const payee: Withdrawal['payee'] = {
  id: 'pay_1',
  type: 'upi',
  display: 'as…@okbank',
  nameCheck: 'match',
  createdAt: '2026-11-01T10:00:00Z',
}

export const terms: WithdrawalTerms = {
  obstacle: null,
  withdrawable: 500,
  minCoins: 10,
  maxCoins: 500,
  dailyCoinsLeft: 25_000,
  monthlyCoinsLeft: 200_000,
  coinAmount: 100,
  currency: 'INR',
  coolingHours: 0,
  method: 'razorpayx',
  payees: [],
  quote: null,
}

export const withdrawal: Withdrawal = {
  id: 'wdr_1',
  userId: 'asha',
  status: 'requested',
  waitingFor: 'payee_check',
  reason: null,
  coins: 200,
  amount: 20_000,
  fee: 200,
  tax: 20,
  netAmount: 19_780,
  currency: 'INR',
  taxRule: '194-O',
  method: 'razorpayx',
  payee,
  sendAfter: '2026-11-23T10:00:00Z',
  bankReference: null,
  createdAt: '2026-11-23T10:00:00Z',
  approvedAt: null,
  sentAt: null,
  paidAt: null,
  endedAt: null,
}

/** What the scripted platform answers about withdrawals. */
export interface WithdrawScript {
  readonly terms?: Partial<WithdrawalTerms> | (() => Promise<WithdrawalTerms>)
  readonly withdrawals?: readonly Withdrawal[]
  readonly withdraw?: (wish: WithdrawalWish, options: CallOptions | undefined) => Promise<Withdrawal>
  readonly cancelWithdrawal?: (id: string) => Promise<Withdrawal>
}

/** At a fee of one percent and a tax of a thousandth. */
const quoteOf = (coins: number): NonNullable<WithdrawalTerms['quote']> => {
  const [amount, fee, tax] = [coins * 100, coins, Math.round(coins / 10)]
  return { coins, amount, fee, tax, netAmount: amount - fee - tax, currency: 'INR', taxRule: '194-O' }
}

export const withdrawalsOf = (script: WithdrawScript): Partial<ConnectClient['withdrawals']> => ({
  terms: async ({ coins } = {}) => {
    const told = typeof script.terms === 'function' ? await script.terms() : { ...terms, ...script.terms }
    return typeof coins === 'number' ? { ...told, quote: quoteOf(coins) } : told
  },
  list: () => Promise.resolve({ data: [...(script.withdrawals ?? [])], nextCursor: null }),
  create: (wish, options) => script.withdraw?.(wish, options) ?? Promise.resolve({ ...withdrawal, coins: wish.coins }),
  cancel: ({ withdrawalId }) =>
    script.cancelWithdrawal?.(withdrawalId) ??
    Promise.resolve({ ...withdrawal, id: withdrawalId, status: 'canceled', waitingFor: null, reason: 'canceled_by_user' }),
})
