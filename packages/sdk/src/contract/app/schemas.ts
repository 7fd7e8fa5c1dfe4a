import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { kycRules, kycRulesWish } from '../kyc/rules.ts'
import { id, listOf, mode, page, rate, text, time } from '../shapes.ts'
import { referralPolicy } from '../referrals/policy.ts'
import { pack, packWishes } from '../topups/pack.ts'
import { withdrawalSettings } from '../withdrawals/terms.ts'
import type { appRoutes, appServerRoutes, keyRoutes } from './routes.ts'
import { spokenLanguages, spokenOccasions } from './spoken-texts.ts'

const origin = z
  .string()
  .max(256)
  .regex(/^https?:\/\/[a-z0-9.-]+(:[0-9]{1,5})?$/, 'must be an exact origin, like https://app.example')

/** Prices that receivers may choose from, each for `seconds`. */
const rateBounds = z.object({ minCoins: z.int(), maxCoins: z.int(), seconds: z.int() })

const provider = z.enum(['twilio', 'exotel'])

const publicApp = {
  id: z.string(),
  name: z.string(),
  mode,
  rate,
  /** ISO 4217 code of the money that coins are bought with. */
  currency: z.string(),
  languages: z.array(z.string()),
  maxCallSeconds: z.int(),
  /** null: receivers do not choose their own rate. */
  rateBounds: rateBounds.nullable(),
  /** Ways of calling that work now. */
  channels: z.array(z.enum(['phone', 'browser'])),
  /** What users can buy, in the order in which it is shown. */
  packs: z.array(pack),
  /** How coins can be bought now; null: they cannot. */
  payments: z.object({ provider: z.enum(['razorpay']) }).nullable(),
}

const jwk = z.strictObject({
  kty: z.enum(['OKP', 'EC']),
  crv: z.enum(['Ed25519', 'P-256']),
  kid: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  x: z.string().max(128),
  y: z.string().max(128).optional(),
  alg: z.enum(['EdDSA', 'ES256']).optional(),
  use: z.literal('sig').optional(),
})

/** By language, then by occasion: what a caller hears whose call to a virtual number is not put through. */
const spokenTexts = z.partialRecord(z.enum(spokenLanguages), z.partialRecord(z.enum(spokenOccasions), text(300)))

const app = z.object({
  ...publicApp,
  /** The rest is for secret keys only. */
  allowedOrigins: z.array(z.string()).optional(),
  sharePercent: z.int().optional(),
  ringSeconds: z.int().optional(),
  /** In which order telephone providers are tried; null: by the countries of the two phones. */
  providerOrder: z.array(provider).nullable().optional(),
  spokenTexts: spokenTexts.optional(),
  /** What is asked of identities. */
  kyc: kycRules.optional(),
  /** How users take money out. */
  withdrawals: withdrawalSettings.optional(),
  /** What is given for referrals, and to whom not. */
  referral: referralPolicy.optional(),
  /** Counts its changes; each redemption says by which version it was judged. 0: it has not been changed. */
  referralVersion: z.int().optional(),
  hostKeys: z.array(jwk).optional(),
  createdAt: time.optional(),
})

export const scope = z.enum([
  'app:read',
  'app:write',
  'keys:write',
  'users:read',
  'users:write',
  'tokens:write',
  'presence:read',
  'presence:write',
  'calls:read',
  'calls:write',
  'wallet:read',
  'wallet:write',
  'numbers:read',
  'numbers:write',
  'realtime:read',
  'webhooks:read',
  'webhooks:write',
  'events:read',
  'disputes:read',
  'disputes:write',
  'topups:read',
  'topups:write',
  'withdrawals:read',
  'withdrawals:write',
  'kyc:read',
  'kyc:review',
  'kyc:reveal',
  'referrals:read',
  'referrals:write',
])

const key = z.object({
  id: z.string(),
  kind: z.enum(['publishable', 'secret']),
  label: z.string().nullable(),
  /** The first characters, to tell keys apart. */
  prefix: z.string(),
  scopes: z.array(scope).nullable(),
  allowedIps: z.array(z.string()).nullable(),
  createdAt: time,
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
  lastUsedAt: time.nullable(),
})

/** A key with its value: shown in this one answer and never again. */
const newKey = z.object({ ...key.shape, key: z.string() })

export const appSchemas = { get: { answer: app } } satisfies SchemasFor<typeof appRoutes>

export const appServerSchemas = {
  update: {
    body: z.strictObject({
      name: text(80).optional(),
      allowedOrigins: z.array(origin).max(100).optional(),
      rate: rate.optional(),
      /** Lets receivers choose their own rate: coins for so many seconds, compared by the second. null: they may not. */
      rateBounds: z
        .strictObject({
          minCoins: z.int().min(1).max(10_000),
          maxCoins: z.int().min(1).max(10_000),
          seconds: z.int().min(1).max(3_600).default(60),
        })
        .refine(({ minCoins, maxCoins }) => minCoins <= maxCoins, { path: ['maxCoins'], message: 'must be at least minCoins' })
        .nullable()
        .optional(),
      /** Whole percent of a call's charge that the callee earns. */
      sharePercent: z.int().min(0).max(100).optional(),
      /** Longest call, 60 s to 4 h. */
      maxCallSeconds: z.int().min(60).max(14_400).optional(),
      /** How long the callee's phone rings. */
      ringSeconds: z.int().min(5).max(60).optional(),
      /** Telephone providers in the order in which they are tried; those left out are not used. Null: by the countries of the two phones. */
      providerOrder: z
        .array(provider)
        .min(1)
        .max(2)
        .refine((names) => new Set(names).size === names.length, 'must name each once')
        .nullable()
        .optional(),
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/)
        .optional(),
      languages: z
        .array(z.string().regex(/^[a-z]{2,3}$/))
        .min(1)
        .max(20)
        .optional(),
      /** The app’s own words for callers who are not put through; replaces all that were set before. */
      spokenTexts: spokenTexts.optional(),
      /** What users can buy; replaces all that were set before. Null: the platform’s own packs, which are in rupees. */
      packs: packWishes.nullable().optional(),
      /** What is asked of identities; replaces all that was set before. Null: the platform’s own rules. */
      kyc: kycRulesWish.nullable().optional(),
      /** How users take money out; replaces all that was set before. Null: the platform’s own terms. */
      withdrawals: withdrawalSettings.nullable().optional(),
      /** What is given for referrals, and to whom not; replaces all that was set before. Null: the platform’s own policy. */
      referral: referralPolicy.nullable().optional(),
      /** Public keys with which the host signs user tokens itself. */
      hostKeys: z.array(jwk).max(10).optional(),
    }),
    answer: app,
  },
  rotateSigningKey: { answer: z.object({ kid: z.string(), nextKid: z.string() }) },
  jwks: { params: z.strictObject({ appId: id('app'), mode }), answer: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) },
} satisfies SchemasFor<typeof appServerRoutes>

export const keySchemas = {
  create: {
    body: z.strictObject({
      kind: z.enum(['publishable', 'secret']),
      label: text(80).optional(),
      /** Absent: the key may do all. */
      scopes: z.array(scope).min(1).max(30).optional(),
      /** Exact client addresses the key may be used from. */
      allowedIps: z
        .array(z.union([z.ipv4(), z.ipv6()]))
        .min(1)
        .max(50)
        .optional(),
      expiresAt: time.optional(),
    }),
    answer: newKey,
  },
  list: { query: z.strictObject(page), answer: listOf(key) },
  roll: {
    params: z.strictObject({ keyId: id('key') }),
    body: z.strictObject({ overlapSeconds: z.int().min(0).max(604_800).default(86_400) }),
    answer: newKey,
  },
  revoke: { params: z.strictObject({ keyId: id('key') }) },
} satisfies SchemasFor<typeof keyRoutes>
