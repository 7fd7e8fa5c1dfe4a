import type { ConnectClient, Wallet, WalletBalances, WalletHold, WalletReceipt, WalletTransaction } from '@impacthub/sdk'
import * as samples from './samples.ts'

type WalletArea = ConnectClient['wallet']

/** What the scripted platform answers about coins. */
export interface WalletScript {
  readonly me?: string
  readonly wallet?: Partial<Omit<Wallet, 'transactions'>>
  readonly transactions?: readonly WalletTransaction[]
  readonly holds?: readonly WalletHold[]
  /** Awaited before each answer about the wallet; a refusal refuses it. */
  readonly beforeWallet?: () => Promise<void>
  /** What is said besides what follows from the transaction itself. */
  readonly walletReceipt?: (transactionId: string) => Promise<Partial<WalletReceipt>>
  /** As many transactions does one request look at; all unless told. */
  readonly lookedAt?: number
}

export function balancesOf({ me, wallet }: WalletScript): WalletBalances {
  const { userId, balance, buckets, withdrawable } = { ...samples.wallet, userId: me ?? samples.asha, ...wallet }
  return { userId, balance, buckets, withdrawable }
}

/** A call of Asha that goes on. */
export const heldForRavi: WalletHold = {
  id: `txn_${'0'.repeat(26)}`,
  coins: 120,
  buckets: { bonus: 50, purchased: 70, earned: 0 },
  reference: { type: 'call', id: samples.running.id },
  description: 'Held for a call with Ravi Kumar',
  call: { side: 'caller', partnerId: samples.ravi, partnerName: 'Ravi Kumar', seconds: 0, settled: false },
  createdAt: '2026-01-05T10:00:00Z',
  expiresAt: null,
}

type Filter = NonNullable<Parameters<WalletArea['listTransactions']>[0]>

function fits({ type, buckets, coins }: WalletTransaction, { type: types, bucket, direction }: Filter): boolean {
  const change = bucket ? (buckets[bucket] ?? 0) : coins
  return (!types || types.split(',').includes(type)) && (!bucket || change !== 0) && (!direction || change > 0 === (direction === 'in'))
}

/** The methods of `wallet`. */
export function walletOf(script: WalletScript, balances: WalletBalances): WalletArea {
  const rows = () => script.transactions ?? samples.transactions
  return {
    get: async () => {
      await script.beforeWallet?.()
      return { ...samples.wallet, ...script.wallet, ...balances, transactions: rows().slice(0, 20) }
    },
    listTransactions: async ({ limit = 20, cursor = '0', ...filter } = {}) => {
      await script.beforeWallet?.()
      const looked = rows().slice(Number(cursor), Number(cursor) + (script.lookedAt ?? Infinity))
      const found = looked.filter((row) => fits(row, filter)).slice(0, limit)
      const last = found.length < limit ? looked.at(-1) : found.at(-1)
      const end = last ? rows().indexOf(last) + 1 : rows().length
      return { data: found, nextCursor: end < rows().length ? String(end) : null }
    },
    getTransaction: async ({ transactionId }) => {
      const told = await script.walletReceipt?.(transactionId)
      const row = rows().find(({ id }) => id === transactionId)
      if (!row) throw new Error(`no transaction ${transactionId}`)
      return { ...row, reverses: null, reversedBy: [], granted: [], used: [], ...told }
    },
    listHolds: async () => {
      await script.beforeWallet?.()
      return { data: [...(script.holds ?? [heldForRavi])], nextCursor: null }
    },
  }
}
