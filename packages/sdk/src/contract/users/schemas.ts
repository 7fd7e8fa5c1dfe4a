import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { availability, listOf, page, phone, presenceStatus, rate, text, time, userId } from '../shapes.ts'
import { enteredCode } from '../referrals/referral.ts'
import type { meRoutes, userRoutes } from './routes.ts'

const language = z.string().regex(/^[a-z]{2,3}$/, 'must be an ISO 639 code')
const email = z.email().max(254)

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** IANA, e.g. `Asia/Kolkata`; an offset is no zone. */
const timeZone = z
  .string()
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9_+/-]*$/, 'must be an IANA time zone, like Asia/Kolkata')
  .refine(isTimeZone, 'must be an IANA time zone, like Asia/Kolkata')

const timeOfDay = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be HH:MM')

const quietHours = z
  .strictObject({
    timeZone,
    from: timeOfDay,
    /** Before `from`: the next morning's. */
    to: timeOfDay,
    /** Days on which they begin, 0 is Sunday; absent: every day. */
    days: z
      .array(z.int().min(0).max(6))
      .min(1)
      .max(7)
      .refine((days) => new Set(days).size === days.length, 'must name each day once')
      .optional(),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'must differ from `from`' })

/** What receivers set for themselves, and the host for them. */
const receiverControls = {
  /** When nobody can call the user; null: at no time. */
  quietHours: quietHours.nullable(),
  /** Whose midnight ends the user's day; null: that of `quietHours`, else UTC. */
  timeZone: timeZone.nullable(),
  /** The user's own longest call as a callee, at most the app's; null: the app's. */
  maxCallSeconds: z.int().min(60).max(14_400).nullable(),
  /** How long the user talks in a day as a callee, over all calls; null: without end. */
  maxSecondsPerDay: z.int().min(60).max(86_400).nullable(),
}
const receiverChange = z.object(receiverControls).partial().shape

export const user = z.object({
  /** The platform's id, `usr_…`. */
  id: z.string(),
  /** The host's own id. */
  userId,
  displayName: z.string(),
  /** What a call to the user costs, within the app's bounds; null: the app's own rate. */
  rate: rate.nullable(),
  languages: z.array(z.string()),
  referralCode: z.string(),
  presence: presenceStatus,
  availability,
  /** When that ends and `auto` counts again; null: not by itself. */
  until: time.nullable(),
  ...receiverControls,
  virtualNumber: z.string().nullable(),
  kycStatus: z.enum(['not_started', 'pending', 'verified', 'rejected']),
  hasPhone: z.boolean(),
  blocked: z.boolean(),
  createdAt: time,
})

const byUserId = z.strictObject({ userId })

export const meSchemas = {
  get: { answer: user },
  update: {
    body: z.strictObject({
      /** What looks like an Aadhaar number in it is hidden before it is kept. */
      displayName: text(80).optional(),
      languages: z.array(language).max(10).optional(),
      /** Own price as a callee, where the app has set bounds; null: what the host or the app sets. */
      rate: rate.nullable().optional(),
      ...receiverChange,
    }),
    answer: user,
  },
  listBlocks: { query: z.strictObject(page), answer: listOf(z.object({ userId, createdAt: time })) },
  block: { params: byUserId },
  unblock: { params: byUserId },
} satisfies SchemasFor<typeof meRoutes>

export const userSchemas = {
  put: {
    body: z.strictObject({
      userId,
      /** What looks like an Aadhaar number in it is hidden before it is kept. */
      displayName: text(80),
      phone: phone.nullable().optional(),
      email: email.nullable().optional(),
      /** Price as a callee, in the place of one that the user chose; null for the app's. */
      rate: rate.nullable().optional(),
      ...receiverChange,
      languages: z.array(language).max(10).optional(),
      /**
       * Whose code the user came with, and from where: judged when the user is made, and not afterwards. Whatever becomes of the code, the user
       * is made, and the answer says nothing of it.
       */
      referralCode: enteredCode.optional(),
      signup: z
        .strictObject({
          ip: z.union([z.ipv4(), z.ipv6()]).optional(),
          /** What tells the device from others, such as `deviceId` of the SDK’s `captureReferral`. It is kept as a keyed hash only. */
          deviceId: text(200).optional(),
          /** Where it is another than `email`, or the platform is not to write to it. */
          email: email.optional(),
        })
        .optional(),
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
