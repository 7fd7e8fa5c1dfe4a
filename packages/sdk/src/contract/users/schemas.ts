import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { listOf, page, phone, presenceStatus, rate, text, time, userId } from '../shapes.ts'
import type { meRoutes, userRoutes } from './routes.ts'

const language = z.string().regex(/^[a-z]{2,3}$/, 'must be an ISO 639 code')
const email = z.email().max(254)

export const user = z.object({
  /** The platform's id, `usr_…`. */
  id: z.string(),
  /** The host's own id. */
  userId,
  displayName: z.string(),
  rate: rate.nullable(),
  languages: z.array(z.string()),
  referralCode: z.string(),
  presence: presenceStatus,
  virtualNumber: z.string().nullable(),
  kycStatus: z.enum(['not_started', 'pending', 'verified', 'rejected']),
  hasPhone: z.boolean(),
  blocked: z.boolean(),
  createdAt: time,
})

const byUserId = z.strictObject({ userId })

export const meSchemas = {
  get: { answer: user },
  update: { body: z.strictObject({ displayName: text(80).optional(), languages: z.array(language).max(10).optional() }), answer: user },
  listBlocks: { query: z.strictObject(page), answer: listOf(z.object({ userId, createdAt: time })) },
  block: { params: byUserId },
  unblock: { params: byUserId },
} satisfies SchemasFor<typeof meRoutes>

export const userSchemas = {
  put: {
    body: z.strictObject({
      userId,
      displayName: text(80),
      phone: phone.nullable().optional(),
      email: email.nullable().optional(),
      /** Own price as a callee; null for the app's. */
      rate: rate.nullable().optional(),
      languages: z.array(language).max(10).optional(),
      /** Whose code the user came with, and from where; kept when the user is made, for the checks of referrals. */
      referralCode: z
        .string()
        .regex(/^[0-9A-Za-z]{4,32}$/, 'must be letters and digits')
        .optional(),
      signup: z.strictObject({ ip: z.union([z.ipv4(), z.ipv6()]).optional(), deviceId: text(200).optional() }).optional(),
    }),
    answer: user,
  },
  list: { query: z.strictObject(page), answer: listOf(user) },
  get: { params: byUserId, answer: user },
  delete: { params: byUserId },
  createToken: {
    params: byUserId,
    body: z.strictObject({ ttlSeconds: z.int().min(60).max(3_600).default(900) }),
    answer: z.object({ token: z.string(), expiresAt: time }),
  },
  signOut: { params: byUserId },
  setBlocked: { params: byUserId, body: z.strictObject({ blocked: z.boolean() }), answer: user },
} satisfies SchemasFor<typeof userRoutes>
