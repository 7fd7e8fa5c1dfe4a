import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { coins, id, listOf, page, text } from '../shapes.ts'
import { dispute, disputeStatus } from './dispute.ts'
import type { disputeRoutes } from './routes.ts'

const decided = z.object({ ...dispute.shape, note: z.string().nullable() })
const byDisputeId = z.strictObject({ disputeId: id('dsp') })

export const disputeSchemas = {
  list: { query: z.strictObject({ ...page, status: disputeStatus.optional() }), answer: listOf(decided) },
  get: {
    params: byDisputeId,
    answer: z.object({
      ...decided.shape,
      /** The call as it was when the dispute was opened: its record, the provider's messages and account. No phone numbers. */
      evidence: z.record(z.string(), z.unknown()),
    }),
  },
  resolve: {
    params: byDisputeId,
    body: z.strictObject({
      outcome: z.enum(['refund', 'reject']),
      /** With `refund`: how many; absent: all that has not been given back yet. */
      coins: coins.optional(),
      /** For the record. */
      note: text(500),
    }),
    answer: decided,
  },
} satisfies SchemasFor<typeof disputeRoutes>
