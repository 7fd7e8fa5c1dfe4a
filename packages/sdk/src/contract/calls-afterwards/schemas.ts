import * as z from 'zod'
import { dispute, disputeReason } from '../disputes/dispute.ts'
import type { SchemasFor } from '../kit.ts'
import { coinCount, coins, id, rate, text, time, userId } from '../shapes.ts'
import type { afterwardsRoutes, refundRoutes } from './routes.ts'
import { callStatus, endReason } from '../calls/schemas.ts'

const ratingReason = z.enum(['good_sound', 'helpful', 'friendly', 'bad_sound', 'dropped', 'rude', 'not_helpful', 'wrong_person', 'other'])
const side = z.enum(['caller', 'callee'])

const rating = z.object({
  by: side,
  score: z.int().min(1).max(5),
  reasons: z.array(ratingReason),
  comment: z.string().nullable(),
  createdAt: time,
  updatedAt: time,
})

const buckets = z.object({ bonus: coinCount, purchased: coinCount, earned: coinCount })

const adjustment = z.object({
  id: z.string(),
  type: z.enum(['refund']),
  /** What was given back to the caller. Null for the callee. */
  coins: coinCount.nullable(),
  /** What the callee gave back of their earnings. Null for the caller. */
  takenBackCoins: coinCount.nullable(),
  /** Of the callee's part, what they no longer had: the app bears it. For secret keys only, else null. */
  uncollectedCoins: coinCount.nullable(),
  /** For secret keys only, else null. */
  reason: z.string().nullable(),
  disputeId: z.string().nullable(),
  createdAt: time,
})

const receipt = z.object({
  callId: z.string(),
  /** Whose receipt it is; a secret key sees both sides. */
  view: z.enum(['caller', 'callee', 'server']),
  callerId: userId,
  calleeId: userId,
  channel: z.enum(['phone', 'browser']),
  status: callStatus,
  endReason: endReason.nullable(),
  /** Who ended it; null while it goes on, and when nobody did. */
  endedBy: z.enum(['caller', 'callee', 'platform', 'limit', 'provider']).nullable(),
  createdAt: time,
  answeredAt: time.nullable(),
  endedAt: time.nullable(),
  seconds: z.int(),
  /** Started intervals that were charged. */
  intervals: z.int(),
  rate,
  /** True while the figures are the platform's own timing. */
  estimated: z.boolean(),
  settled: z.boolean(),
  /** Null for the callee. */
  caller: z
    .object({
      chargedCoins: coinCount,
      /** From which coins the charge was paid. */
      buckets,
      refundedCoins: coinCount,
      /** To which they went back. */
      refundedBuckets: buckets,
    })
    .nullable(),
  /** Null for the caller. */
  callee: z.object({ earnedCoins: coinCount, takenBackCoins: coinCount }).nullable(),
  /** Refunds, the latest first. */
  adjustments: z.array(adjustment),
  /** The latest that this user opened, and what became of it; with a secret key anybody’s latest. */
  dispute: dispute.nullable(),
})

const refund = z.object({
  id: z.string(),
  callId: z.string(),
  coins: coinCount,
  /** Taken from the callee's earned coins. */
  takenBackCoins: coinCount,
  /** The callee no longer had these: the app bears them. */
  uncollectedCoins: coinCount,
  reason: z.string(),
  disputeId: z.string().nullable(),
  /** The ledger's transaction. */
  transactionId: z.string(),
  createdAt: time,
})

const missed = z.object({
  /** At most 100 are counted. */
  unseen: z.int(),
  /** Until when missed calls have been seen. */
  seenAt: time.nullable(),
})

const byCallId = z.strictObject({ callId: id('call') })

export const afterwardsSchemas = {
  missed: { answer: missed },
  seeMissed: { answer: missed },
  rate: {
    params: byCallId,
    body: z.strictObject({
      score: z.int().min(1).max(5),
      reasons: z
        .array(ratingReason)
        .max(5)
        .refine((reasons) => new Set(reasons).size === reasons.length, 'must name each reason once')
        .default([]),
      /** What looks like an Aadhaar number in it is hidden before it is kept; in comments and notes of disputes as well. */
      comment: text(500).optional(),
    }),
    answer: rating,
  },
  ratings: { params: byCallId, answer: z.object({ data: z.array(rating) }) },
  receipt: { params: byCallId, answer: receipt },
  dispute: {
    params: byCallId,
    body: z.strictObject({ reason: disputeReason, comment: text(1_000).optional() }),
    answer: dispute,
  },
} satisfies SchemasFor<typeof afterwardsRoutes>

export const refundSchemas = {
  refund: {
    params: byCallId,
    body: z.strictObject({
      /** Absent: all that has not been given back yet. */
      coins: coins.optional(),
      reason: text(200),
    }),
    answer: refund,
  },
} satisfies SchemasFor<typeof refundRoutes>
