import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { availability, presenceStatus, rate, time, userId } from '../shapes.ts'
import type { presenceRoutes } from './routes.ts'

/** One user's status and price, as every other user of the app may see them. */
export const presence = z.object({
  userId,
  status: presenceStatus,
  /** What a call to this user costs; null: the app's own rate, and so for a user who does not exist. */
  rate: rate.nullable(),
})

export const presenceSchemas = {
  get: {
    query: z.strictObject({
      /** Comma-separated, at most 100. A user who does not exist is `offline`. */
      userIds: z
        .string()
        .min(1)
        .max(8_000)
        .transform((value) => [...new Set(value.split(','))])
        .pipe(z.array(userId).min(1).max(100)),
    }),
    answer: z.object({ data: z.array(presence) }),
  },
  set: {
    body: z.strictObject({
      /** With a secret key only: whose. A user token always sets its own. */
      userId: userId.optional(),
      /** auto: while connected. always: also with the app closed, until `until` if given. never: not. */
      availability,
      until: time.optional(),
    }),
    answer: z.object({ userId, status: presenceStatus, availability, until: time.nullable() }),
  },
} satisfies SchemasFor<typeof presenceRoutes>
