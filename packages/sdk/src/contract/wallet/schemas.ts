import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { coinCount, coins, listOf, page, text, time, userId } from '../shapes.ts'
import type { ledgerRoutes, walletRoutes, walletServerRoutes } from './routes.ts'

export const spendableBucket = z.enum(['bonus', 'purchased', 'earned'])
const buckets = z.object({ bonus: coinCount, purchased: coinCount, earned: coinCount, held: coinCount })

export const transaction = z.object({
  id: z.string(),
  /** credit, debit, call_hold, call_settlement … */
  type: z.string(),
  /** What it did to the coins this user can spend, signed: a hold is negative, its release positive. */
  coins: coinCount,
  /** Change of each bucket; a bucket that did not change is left out. */
  buckets: buckets.partial(),
  reference: z.object({ type: z.string(), id: z.string() }).nullable(),
  description: z.string(),
  createdAt: time,
})

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
  /** The latest 20. */
  transactions: z.array(transaction),
  referralCode: z.string(),
})

const byUserId = z.strictObject({ userId })
const moved = z.object({ transaction, wallet: z.object(balances) })

export const walletSchemas = {
  get: { answer: wallet },
  listTransactions: { query: z.strictObject(page), answer: listOf(transaction) },
} satisfies SchemasFor<typeof walletRoutes>

export const walletServerSchemas = {
  get: { params: byUserId, answer: wallet },
  listTransactions: { params: byUserId, query: z.strictObject(page), answer: listOf(transaction) },
  credit: {
    params: byUserId,
    body: z.strictObject({
      coins,
      /** bonus coins come from the app's promotions account, the others from its issuance account. */
      bucket: spendableBucket.default('purchased'),
      reason: text(200),
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
} satisfies SchemasFor<typeof ledgerRoutes>
