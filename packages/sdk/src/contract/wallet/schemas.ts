import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { coinCount, coins, id, listOf, page, text, time, userId } from '../shapes.ts'
import type { ledgerRoutes, walletRoutes, walletServerRoutes } from './routes.ts'
import { buckets, historyQuery, hold, receipt, transaction } from './transaction.ts'

export { transaction } from './transaction.ts'

export const spendableBucket = z.enum(['bonus', 'purchased', 'earned'])

const balances = {
  userId,
  /** Coins that can be spent now: bonus + purchased + earned. */
  balance: coinCount,
  buckets,
  /** Coins that can be withdrawn: what is in `earned`. */
  withdrawable: coinCount,
}

export const wallet = z.object({
  ...balances,
  /** The coins that are lost next unless they are spent before; null: none are. */
  expiring: z.object({ coins: coinCount, at: time }).nullable(),
  /** Coins that were taken back when the user no longer had them. While they are owed nothing can be withdrawn. */
  owedCoins: coinCount,
  /** The latest 20. */
  transactions: z.array(transaction),
  referralCode: z.string(),
})

const byUserId = z.strictObject({ userId })
const byTransactionId = z.strictObject({ transactionId: id('txn') })
const history = { query: historyQuery, answer: listOf(transaction) }
const holds = { query: z.strictObject(page), answer: listOf(hold) }
const moved = z.object({ transaction, wallet: z.object(balances) })

export const walletSchemas = {
  get: { answer: wallet },
  listTransactions: history,
  getTransaction: { params: byTransactionId, answer: receipt },
  listHolds: holds,
} satisfies SchemasFor<typeof walletRoutes>

export const walletServerSchemas = {
  get: { params: byUserId, answer: wallet },
  listTransactions: { params: byUserId, ...history },
  listWalletTransactions: { params: byUserId, ...history },
  getTransaction: { params: z.strictObject({ userId, ...byTransactionId.shape }), answer: receipt },
  listHolds: { params: byUserId, ...holds },
  credit: {
    params: byUserId,
    body: z.strictObject({
      coins,
      /** bonus coins come from the app's promotions account, the others from its issuance account. */
      bucket: spendableBucket.default('purchased'),
      reason: text(200),
      /** Of bonus coins: from then on nobody can spend what is left of them. It must lie ahead, within ten years. */
      expiresAt: time.optional(),
    }),
    answer: moved,
  },
  debit: {
    params: byUserId,
    body: z.strictObject({
      coins,
      /** Absent: bonus first, then purchased, then earned. Spent coins go to the app's revenue account. */
      bucket: spendableBucket.optional(),
      reason: text(200),
    }),
    answer: moved,
  },
  creditMany: {
    body: z.strictObject({
      /** all: one refusal refuses them all. each: every credit has its own answer, and those that can be given are. */
      mode: z.enum(['all', 'each']),
      credits: z
        .array(
          z.strictObject({
            /** Says this credit once, also over several requests: the same key and content again is answered as the first time. */
            key: z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters'),
            userId,
            coins,
            bucket: spendableBucket.default('purchased'),
            reason: text(200),
            expiresAt: time.optional(),
          }),
        )
        .min(1)
        .max(1_000),
    }),
    answer: z.object({
      /** In the order of the request. */
      data: z.array(
        z.union([
          z.object({ key: z.string(), status: z.literal('credited'), transaction, wallet: z.object(balances) }),
          z.object({ key: z.string(), status: z.literal('refused'), code: z.string(), detail: z.string() }),
        ]),
      ),
      credited: coinCount,
      refused: coinCount,
    }),
  },
} satisfies SchemasFor<typeof walletServerRoutes>

export const ledgerSchemas = {
  listAccounts: { answer: z.object({ data: z.array(z.object({ name: z.string(), balance: coinCount })), sum: coinCount }) },
  listTransactions: {
    query: z.strictObject(page),
    answer: listOf(
      z.object({
        id: z.string(),
        type: z.string(),
        reference: z.object({ type: z.string(), id: z.string() }).nullable(),
        description: z.string(),
        entries: z.array(z.object({ account: z.string(), userId: userId.nullable(), coins: coinCount })),
        createdAt: time,
      }),
    ),
  },
  reverse: {
    params: z.strictObject({ transactionId: id('txn') }),
    body: z.strictObject({
      /** The user reads it in their history, as the reason of a credit or debit. */
      reason: text(200),
      /** Absent: all of it that has not been taken back yet. */
      coins: coins.optional(),
    }),
    answer: z.object({
      id: z.string(),
      /** The transaction that was taken back. */
      reverses: z.string(),
      userId,
      coins: coinCount,
      /** What the user still had. */
      takenCoins: coinCount,
      /** What they no longer had: they owe it now, and withdraw nothing until it is paid. */
      owedCoins: coinCount,
      wallet: z.object(balances),
    }),
  },
} satisfies SchemasFor<typeof ledgerRoutes>
