import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { time, userId } from '../shapes.ts'
import type { realtimeRoutes } from './routes.ts'

/** One frame; its `type` and `data` are those of `RealtimeEvents` in events.ts. */
const frame = z.object({ seq: z.int(), type: z.string(), data: z.unknown() })

export const realtimeSchemas = {
  createTicket: { answer: z.object({ ticket: z.string(), expiresAt: time, url: z.string() }) },
  poll: {
    query: z.strictObject({
      /** From the answer before; absent for a new session. */
      session: z.string().max(64).optional(),
      /** The last seq that was received; frames up to it are forgotten. */
      after: z.coerce.number<number>().int().min(0).optional(),
      /** Comma-separated users whose presence is wanted; replaces the set before. */
      watch: z
        .string()
        .max(8_000)
        .transform((value) => (value === '' ? [] : [...new Set(value.split(','))]))
        .pipe(z.array(userId).max(100))
        .optional(),
      /** How long to wait for a frame. */
      waitSeconds: z.coerce.number<number>().int().min(0).max(25).default(25),
    }),
    answer: z.object({ session: z.string(), frames: z.array(frame) }),
  },
} satisfies SchemasFor<typeof realtimeRoutes>
