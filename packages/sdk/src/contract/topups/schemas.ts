import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { id, listOf, page, text, userId } from '../shapes.ts'
import { namedPack } from './pack.ts'
import type { topupReadRoutes, topupRoutes, topupServerRoutes } from './routes.ts'
import { topup, topupPayment, topupRefund, topupStatus } from './topup.ts'

const byTopupId = z.strictObject({ topupId: id('top') })

/** A provider's id or proof: printable, and no longer than any that is known. */
const word = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[A-Za-z0-9_-]+$/)

export const topupSchemas = {
  create: { body: z.strictObject({ packId: namedPack }), answer: topup },
  confirm: {
    params: byTopupId,
    body: z.strictObject({
      /** `razorpay_payment_id` of the checkout’s answer. */
      paymentId: word,
      /** `razorpay_order_id`. */
      orderId: word,
      /** `razorpay_signature`. */
      signature: word,
    }),
    answer: topup,
  },
} satisfies SchemasFor<typeof topupRoutes>

export const topupReadSchemas = {
  list: {
    query: z.strictObject({
      ...page,
      /** With a secret key only: top-ups of this user. */
      userId: userId.optional(),
      status: topupStatus.optional(),
    }),
    answer: listOf(topup),
  },
  get: {
    params: byTopupId,
    answer: z.object({
      ...topup.shape,
      /** With a secret key only. */
      payments: z.array(topupPayment).optional(),
      refunds: z.array(topupRefund).optional(),
    }),
  },
} satisfies SchemasFor<typeof topupReadRoutes>

export const topupServerSchemas = {
  refund: {
    params: byTopupId,
    body: z.strictObject({
      /** In the currency’s smallest unit; absent: all that is left. Of the coins as great a part goes. */
      amount: z.int().min(1).max(50_000_000).optional(),
      /** Absent: the payment whose coins were credited. A parked payment goes back under its own id. */
      paymentId: word.optional(),
      /** For the record. */
      reason: text(200),
    }),
    answer: z.object({ refund: topupRefund, topup }),
  },
} satisfies SchemasFor<typeof topupServerRoutes>
