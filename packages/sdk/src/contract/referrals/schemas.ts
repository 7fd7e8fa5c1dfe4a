import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { id, listOf, page, text, time, userId } from '../shapes.ts'
import { referralCheck } from './policy.ts'
import { enteredCode, redemption, referral, referralCase, referralStanding, referralStatus } from './referral.ts'
import type { referralRoutes, referralServerRoutes, referralVisitRoutes } from './routes.ts'

const byReferralId = z.strictObject({ referralId: id('ref') })

/** What the page knows its device by: see the SDK’s `captureReferral`. It is kept as a keyed hash. */
const deviceId = text(200)

export const referralSchemas = {
  get: { answer: referralStanding },
  redeem: { body: z.strictObject({ code: enteredCode, deviceId }), answer: redemption },
} satisfies SchemasFor<typeof referralRoutes>

export const referralVisitSchemas = {
  visit: { body: z.strictObject({ code: enteredCode, deviceId }) },
} satisfies SchemasFor<typeof referralVisitRoutes>

export const referralServerSchemas = {
  list: {
    query: z.strictObject({
      ...page,
      status: referralStatus.optional(),
      /** true: those that somebody has to look at, flagged ones too. */
      review: z.enum(['true', 'false']).optional(),
      /** On either side. */
      userId: userId.optional(),
      /** Those in which this check hit. */
      check: referralCheck.optional(),
      /** How old they are. */
      createdAfter: time.optional(),
      createdBefore: time.optional(),
    }),
    answer: listOf(referral),
  },
  get: { params: byReferralId, answer: referralCase },
  review: {
    params: byReferralId,
    body: z.strictObject({
      decision: z.enum(['approve', 'refuse']),
      /** For the record; users are not shown it. */
      note: text(200),
    }),
    answer: referral,
  },
  reverse: {
    params: byReferralId,
    body: z.strictObject({
      /** For the record; users are not shown it. */
      reason: text(200),
      /** chain: also those that the new user brought in turn, and so on. Absent: as the policy says. */
      cascade: z.enum(['none', 'chain']).optional(),
    }),
    answer: referral,
  },
} satisfies SchemasFor<typeof referralServerRoutes>
