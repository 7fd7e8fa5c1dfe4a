import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { listOf, page, time, userId } from '../shapes.ts'
import type { waitingRoutes } from './routes.ts'

export const waiting = z.object({
  /** For whom. */
  calleeId: userId,
  /** 1 is the next to be told. */
  position: z.int(),
  /** Until when it is this user's turn to call; null while it is not. */
  turnUntil: time.nullable(),
  joinedAt: time,
  /** When the wait ends by itself. */
  expiresAt: time,
})

const byUserId = z.strictObject({ userId })

export const waitingSchemas = {
  join: { params: byUserId, answer: waiting },
  leave: { params: byUserId },
  list: { query: z.strictObject(page), answer: listOf(waiting) },
} satisfies SchemasFor<typeof waitingRoutes>
