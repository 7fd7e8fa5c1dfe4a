import * as z from 'zod'
import { coinCount, time } from '../shapes.ts'

/**
 * created: nobody has paid yet. pending: a payment is on its way. paid: the coins are in the wallet. failed: the last try failed; the same
 * top-up can be paid with another, and a late payment still counts. expired: nobody paid within days. refunded: the money went back and the
 * coins were taken back. disputed: the payer’s bank asks for the money; it is not decided. charged_back: the bank took it back, and the
 * coins were taken back.
 */
export const topupStatus = z.enum(['created', 'pending', 'paid', 'failed', 'expired', 'refunded', 'disputed', 'charged_back'])

/** Why the last try failed, in our words. */
export const topupFailure = z.enum(['declined', 'canceled_by_payer', 'timed_out', 'provider_error', 'other'])

/** What a page hands to Razorpay’s checkout.js (loaded from `scriptUrl`), and nothing secret. */
const razorpayCheckout = z.object({
  provider: z.literal('razorpay'),
  /** Option `key`. */
  keyId: z.string(),
  /** Option `order_id`. */
  orderId: z.string(),
  scriptUrl: z.string(),
  /** Option `name`: the app’s. */
  name: z.string(),
  /** Option `description`: what is bought. */
  description: z.string(),
  amount: z.int(),
  currency: z.string(),
  /** Option `prefill`. */
  prefill: z.object({ name: z.string() }),
})

/** By provider: another one brings another set of fields. */
export const checkout = z.discriminatedUnion('provider', [razorpayCheckout])

const shown = {
  id: z.string(),
  /** The host’s id of the user who buys. */
  userId: z.string(),
  status: topupStatus,
  packId: z.string(),
  /** Bought coins, as the pack was when the top-up began. */
  coins: coinCount,
  bonusCoins: coinCount,
  /** The price then, in the currency’s smallest unit. */
  amount: z.int(),
  currency: z.string(),
  /** How much of it has gone back to the payer, or is on its way. */
  refundedAmount: z.int(),
  /** Null unless `failed`. */
  failure: topupFailure.nullable(),
  createdAt: time,
  /** When the coins were credited. */
  paidAt: time.nullable(),
}

/** A top-up as events tell it. */
export const topupNews = z.object(shown)

export const topup = z.object({
  ...shown,
  /** For the user who buys, while it can be paid; else null. */
  checkout: checkout.nullable(),
})

/** A payment of a top-up as the app’s servers may see it. */
export const topupPayment = z.object({
  /** The provider’s id. */
  id: z.string(),
  status: z.enum(['claimed', 'authorized', 'captured', 'failed', 'returned']),
  amount: z.int().nullable(),
  currency: z.string().nullable(),
  /**
   * credited: these are the coins’ money. duplicate: the top-up had been paid already; it goes back by itself. parked: it does not fit the
   * top-up (its amount or currency, or the buyer has been deleted), and waits for a person. null: nothing has come of it.
   */
  outcome: z.enum(['credited', 'duplicate', 'parked']).nullable(),
})

export const topupRefund = z.object({
  id: z.string(),
  paymentId: z.string(),
  amount: z.int(),
  /** requested: the provider has not taken it yet. pending: it has. processed: the money is on its way. failed: it stays here. */
  status: z.enum(['requested', 'pending', 'processed', 'failed']),
  /** operator: asked for through the API. duplicate: a second payment. provider: made at the provider. */
  cause: z.enum(['operator', 'duplicate', 'provider']),
  /** Coins that were taken back for it, and those that the user no longer had: what they owe. */
  takenCoins: coinCount,
  owedCoins: coinCount,
  createdAt: time,
})
