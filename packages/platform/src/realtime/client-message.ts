import { allSchemas } from '@impacthub/sdk/contract'
import * as z from 'zod'

// As in the contract: printable, so that nothing a database cannot hold gets through.
const userId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{C}\p{Z}]+$/u)
const userIds = z
  .array(userId)
  .max(1_000)
  .transform((ids) => [...new Set(ids)])

const { sendSignals, sendProof } = allSchemas.calls

/** `ClientMessage` of the contract. */
const message = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    ticket: z.string().min(1).max(128).optional(),
    token: z.string().min(1).max(4_096).optional(),
    resume: z.strictObject({ session: z.string().max(64), seq: z.int().min(0) }).optional(),
    watch: userIds.optional(),
  }),
  z.strictObject({ type: z.literal('watch'), userIds }),
  z.strictObject({ type: z.literal('renew'), token: z.string().min(1).max(4_096) }),
  // The same as by request, where only polling works.
  z.strictObject({ type: z.literal('call.signal'), ...sendSignals.params.shape, ...sendSignals.body.shape }),
  z.strictObject({ type: z.literal('call.proof'), ...sendProof.params.shape, ...sendProof.body.shape }),
])

export type CheckedMessage = z.infer<typeof message>
export type Hello = Extract<CheckedMessage, { type: 'hello' }>

/** undefined: not a message of ours. */
export function parseMessage(text: string): CheckedMessage | undefined {
  try {
    const parsed = message.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
