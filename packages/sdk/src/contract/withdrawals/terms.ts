import * as z from 'zod'
import { coinCount } from '../shapes.ts'
import { payee, withdrawalLines } from './withdrawal.ts'

const million = 1_000_000

/** What an app sets about withdrawals; all of it is replaced together. */
export const withdrawalSettings = z
  .strictObject({
    /** false: nothing can be withdrawn. */
    enabled: z.boolean().default(true),
    /** What one coin is worth, in the currency’s smallest unit: paise. */
    coinAmount: z.int().min(1).max(million).default(100),
    /** Fewest coins of one withdrawal. */
    minCoins: z.int().min(1).max(million).default(10),
    /** Most coins of one user in one day and in one month, by India’s clock. */
    dailyCoins: z.int().min(1).max(1_000_000_000).default(25_000),
    monthlyCoins: z.int().min(1).max(1_000_000_000).default(200_000),
    /** A fee for each withdrawal, in the smallest unit, and a part of the amount in hundredths of a percent. */
    feeAmount: z.int().min(0).max(million).default(0),
    feeBasisPoints: z.int().min(0).max(5_000).default(0),
    /** How long a payee waits who is paid for the first time. Null: 24 hours in live mode, none in test mode. */
    coolingHours: z.int().min(0).max(720).nullable().default(null),
    /** automatic: what fits the rules is paid. by_hand: somebody approves each. Above `reviewAboveCoins` somebody always does. */
    approval: z.enum(['automatic', 'by_hand']).default('automatic'),
    reviewAboveCoins: z.int().min(0).max(1_000_000_000).nullable().default(null),
    /** razorpayx: the platform sends. hand: the app’s own people pay, and say so. Null: razorpayx where the platform has an account, else by hand. */
    method: z.enum(['razorpayx', 'hand']).nullable().default(null),
    /** Whether tax is deducted by the platform’s table of rules (India, section 194-O). */
    deductTax: z.boolean().default(true),
  })
  .refine(({ dailyCoins, minCoins }) => dailyCoins >= minCoins, { path: ['dailyCoins'], error: 'must be at least minCoins' })
  .refine(({ monthlyCoins, dailyCoins }) => monthlyCoins >= dailyCoins, { path: ['monthlyCoins'], error: 'must be at least dailyCoins' })

/** The same as the platform reads it, with what was left out filled in. */
export type WithdrawalSettings = z.output<typeof withdrawalSettings>

/** Why nothing can be withdrawn now. */
const obstacle = z.enum(['withdrawals_disabled', 'kyc_required', 'coins_owed', 'insufficient_balance', 'withdrawal_limit'])

/** What a user may do now, for a page that asks how much. It may have changed when they ask for it. */
export const withdrawalTerms = z.object({
  /** Null: something can be withdrawn. */
  obstacle: obstacle.nullable(),
  /** Earned coins that nothing stands in the way of. */
  withdrawable: coinCount,
  /** The fewest and the most coins that a request may name now. */
  minCoins: coinCount,
  maxCoins: coinCount,
  /** What is left of today’s and this month’s limits. */
  dailyCoinsLeft: coinCount,
  monthlyCoinsLeft: coinCount,
  /** What one coin is worth, in the currency’s smallest unit. */
  coinAmount: z.int(),
  currency: z.string(),
  /** How long a new payee waits. */
  coolingHours: z.int(),
  method: z.enum(['razorpayx', 'hand']),
  /** Those paid before or asked for, latest first; at most ten. One is named by its id instead of its account. */
  payees: z.array(payee),
  /** What `coins` of the question would come to; null without them. */
  quote: z.object({ coins: coinCount, ...withdrawalLines, taxRule: z.string().nullable() }).nullable(),
})
