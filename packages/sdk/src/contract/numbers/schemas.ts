import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { id, listOf, page, phone, time, userId } from '../shapes.ts'
import type { numberRoutes } from './routes.ts'

const provider = z.enum(['twilio', 'exotel'])
const country = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 alpha-2 code, like IN')
const type = z.enum(['local', 'mobile', 'toll_free'])
const status = z.enum(['active', 'cooling'])

const number = z.object({
  id: z.string(),
  provider,
  phoneNumber: z.string(),
  /** Null where the numbering plan names no country. */
  country: z.string().nullable(),
  type: z.enum([...type.options, 'unknown']),
  /** A cooling number is given to nobody until `coolingUntil`. */
  status,
  coolingUntil: time.nullable(),
  /** Set by `DELETE /v1/numbers/{numberId}`: after its cool-down the number is the app’s no longer. */
  leaving: z.enum(['keep', 'release']).nullable(),
  /** Whether the provider has been told to ask us about calls to it, which happens soon after it was added. */
  receivesCalls: z.boolean(),
  /** Whose own number it is; without one it serves the app’s calls in turn. */
  userId: z.string().nullable(),
  createdAt: time,
})

/** Why a call to a virtual number was not put through. */
const refusal = z.object({ day: z.iso.date(), reason: z.string(), count: z.int() })

const byId = z.strictObject({ numberId: id('num') })
const byUserId = z.strictObject({ userId })

export const numberSchemas = {
  list: {
    query: z.strictObject({ ...page, provider: provider.optional(), userId: userId.optional(), status: status.optional() }),
    answer: listOf(number),
  },
  search: {
    query: z.strictObject({
      country,
      type: type.optional(),
      /** Digits that the number shall contain. */
      contains: z
        .string()
        .regex(/^[0-9]{2,15}$/, 'must be 2 to 15 digits')
        .optional(),
      provider: provider.optional(),
      limit: z.coerce.number<number>().int().min(1).max(50).default(20),
    }),
    answer: z.object({
      data: z.array(z.object({ provider, phoneNumber: z.string(), country: z.string(), type, region: z.string().nullable() })),
    }),
  },
  create: {
    body: z.strictObject({
      provider: provider.optional(),
      phoneNumber: phone,
      /** Buys the number. Without it the provider account must own the number already. */
      buy: z.boolean().default(false),
    }),
    answer: number,
  },
  get: { params: byId, answer: z.object({ ...number.shape, refusals: z.array(refusal) }) },
  remove: {
    params: byId,
    query: z.strictObject({
      /** `release` gives the number back to the provider for good; `keep` leaves it in the account, from where it can be added again. */
      atProvider: z.enum(['keep', 'release']).default('keep'),
    }),
    answer: number,
  },
  assign: {
    params: byUserId,
    body: z.strictObject({
      /** Which number; without either, the user keeps theirs or gets the best free one. */
      numberId: id('num').optional(),
      phoneNumber: phone.optional(),
      provider: provider.optional(),
    }),
    answer: number,
  },
  unassign: { params: byUserId },
} satisfies SchemasFor<typeof numberRoutes>
