import * as z from 'zod'
import { coinCount, page, time, userId } from '../shapes.ts'

export const bucket = z.enum(['bonus', 'purchased', 'earned', 'held'])
const spendable = z.enum(['bonus', 'purchased', 'earned'])
export const buckets = z.object({ bonus: coinCount, purchased: coinCount, earned: coinCount, held: coinCount })

/** The call that coins moved for, as the user whose coins they are may know it. */
const aboutCall = z.object({
  /** Which side of it this user was. */
  side: z.enum(['caller', 'callee']),
  /** The other one. */
  partnerId: userId,
  partnerName: z.string(),
  /** How long they talked; an estimate until the call is settled. */
  seconds: z.int(),
  settled: z.boolean(),
})

export const transaction = z.object({
  id: z.string(),
  /** credit, debit, call_hold, call_settlement, topup … More come with more features. */
  type: z.string(),
  /** What it did to the coins this user can spend, signed: a hold is negative, its release positive. */
  coins: coinCount,
  /** Change of each bucket; a bucket that did not change is left out. */
  buckets: buckets.partial(),
  /** Only where it changed what this user owes: so much more, for coins that were taken back and not there; negative: so much less. */
  owedCoins: coinCount.optional(),
  reference: z.object({ type: z.string(), id: z.string() }).nullable(),
  description: z.string(),
  /** Only of transactions whose reference is a call. */
  call: aboutCall.optional(),
  /** Only of a referral's reward: whether this user brought the other one, or was brought. */
  referralSide: z.enum(['referrer', 'referee']).optional(),
  createdAt: time,
})

/** Another transaction of the same user, named by a receipt. */
const related = transaction.pick({ id: true, type: true, coins: true, owedCoins: true, description: true, createdAt: true })

/** All that can be said of one transaction to the user whose coins it moved. */
export const receipt = z.object({
  ...transaction.shape,
  /** What it takes back, in whole or in part. */
  reverses: related.nullable(),
  /** What took it back, newest first; at most 20. */
  reversedBy: z.array(related),
  /** Coins that it gave, as they stand now. */
  granted: z.array(
    z.object({
      bucket: spendable,
      coins: coinCount,
      /** Not spent, expired or taken back yet. */
      leftCoins: coinCount,
      /** When what is left of them is lost; null: never. */
      expiresAt: time.nullable(),
    }),
  ),
  /** Which coins it used: each part names the transaction that had given it; `opening`: before that was written down. At most 100. */
  used: z.array(z.object({ bucket: spendable, coins: coinCount, grantedBy: z.string(), expiresAt: time.nullable() })),
})

/** Coins set aside for something that is not over. */
export const hold = z.object({
  /** The transaction that took them. */
  id: z.string(),
  coins: coinCount,
  /** Where they came from, and where what is left of them returns to. */
  buckets: buckets.omit({ held: true }),
  reference: z.object({ type: z.string(), id: z.string() }).nullable(),
  description: z.string(),
  call: aboutCall.optional(),
  /** Since when. */
  createdAt: time,
  /** When they return by themselves at the latest; null: when what they are held for is over. */
  expiresAt: time.nullable(),
})

const types = /^[a-z][a-z_]{0,39}(,[a-z][a-z_]{0,39}){0,19}$/

/**
 * What of a coin history is asked for. One request looks at a bounded number of transactions: a page of a narrow filter may hold fewer
 * than `limit`, even none, and yet have a `nextCursor` to go on from.
 */
export const historyQuery = z
  .strictObject({
    ...page,
    /** One type or several, parted by commas: `call_settlement,call_refund`. */
    type: z.string().max(820).regex(types, 'must be types of transactions, parted by commas').optional(),
    /** Those that changed this bucket. */
    bucket: bucket.optional(),
    /** `in`: coins came; `out`: they went. Of `bucket` where that is given, else of all that can be spent. */
    direction: z.enum(['in', 'out']).optional(),
    /** At this time or later. */
    from: time.optional(),
    /** Before this time. */
    to: time.optional(),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || Date.parse(from) < Date.parse(to), {
    path: ['to'],
    error: 'must be after from',
  })
