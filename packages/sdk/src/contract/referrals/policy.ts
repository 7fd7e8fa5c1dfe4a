import * as z from 'zod'

const million = 1_000_000

/**
 * What a check does when it hits. score: it only adds to the score, and the score may send to review. review: somebody has to look. refuse: no
 * reward.
 */
const checkEffect = z.enum(['off', 'score', 'review', 'refuse'])

const days = (max: number) => z.int().min(1).max(max)

/** When both are paid. Whatever has to happen first has to happen within `withinDays`, or the referral expires. */
export const referralRelease = z.discriminatedUnion('after', [
  z.strictObject({ after: z.literal('signup') }),
  /** The new user's first top-up of at least `amount`, in the currency’s smallest unit. */
  z.strictObject({
    after: z.literal('topup'),
    amount: z
      .int()
      .min(1)
      .max(100 * million),
    withinDays: days(365).default(30),
  }),
  /** The new user's first call, paid for by them, of at least so many minutes. */
  z.strictObject({ after: z.literal('call'), minutes: z.int().min(1).max(240), withinDays: days(365).default(30) }),
  z.strictObject({ after: z.literal('days'), days: days(90) }),
])

const coins = z.int().min(0).max(10_000)

/** A page of the app; http only on the own machine. */
const signUpPage = z
  .string()
  .max(512)
  .refine((value) => {
    const url = URL.parse(value)
    if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return false
    return url.protocol === 'https:' || (url.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(url.hostname))
  }, 'must be an https address, without credentials and without #')

const mailDomain = z
  .string()
  .max(253)
  .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/, 'must be a domain in small letters, like school.example')

/** What of a referral is looked at, and what each check does when it hits. */
const checks = z.strictObject({
  /** Another account has the same mailbox: dots, tags and other names of one provider make no other. */
  email: checkEffect.default('refuse'),
  /** The same mailbox if an unknown provider took `+tag` and dots as the known ones do. */
  emailCollapsed: checkEffect.default('review'),
  /** A domain that gives mailboxes for ten minutes. */
  disposableEmail: checkEffect.default('refuse'),
  /** A service that forwards to a mailbox it hides, such as Apple’s. Many honest people use one. */
  relayEmail: checkEffect.default('review'),
  device: checkEffect.default('refuse'),
  phone: checkEffect.default('refuse'),
  /** Rewards from one address in a day: see `preset`. */
  address: checkEffect.default('refuse'),
  /** Paid out to the account that pays out another user. */
  payee: checkEffect.default('refuse'),
  /** The identity number that verified another user. */
  identity: checkEffect.default('refuse'),
  /** The referrer came, over however many others, by the new user’s own code. */
  cycle: checkEffect.default('refuse'),
  /** More for one referrer than `caps` names for an hour or a day. */
  velocity: checkEffect.default('review'),
  /** Names, numbers and chains that look made by a script: asha01@, asha02@ … by one referrer. */
  pattern: checkEffect.default('review'),
  /** Signed up sooner after opening the link than a person can. */
  quickSignup: checkEffect.default('score'),
})

/** What an app gives for referrals, and to whom not; all of it is replaced together. */
export const referralPolicy = z
  .strictObject({
    /** false: no code is accepted. What was accepted before goes its way. */
    enabled: z.boolean().default(true),
    /** Coins for each side. */
    bonus: z.strictObject({ referrer: coins.default(50), referee: coins.default(50) }).default({ referrer: 50, referee: 50 }),
    /** After how many days rewarded coins that were not spent expire; null: never. */
    expiresDays: days(3_650).nullable().default(90),
    release: referralRelease.default({ after: 'signup' }),
    /** Days after that event for which the reward waits, so that refunds come to light. */
    holdDays: z.int().min(0).max(90).default(0),
    caps: z
      .strictObject({
        /** What goes over these two is reviewed or refused, as `checks.velocity` says. */
        perReferrerPerHour: z.int().min(1).max(10_000).default(5),
        perReferrerPerDay: z.int().min(1).max(10_000).default(20),
        /** What goes over these two is refused. */
        perReferrerTotal: z.int().min(1).max(million).default(100),
        perAppPerDay: z.int().min(1).max(100_000).nullable().default(null),
      })
      .prefault({}),
    /** How old an account may be that still enters a code. */
    windowDays: days(365).default(7),
    /**
     * standard: the second reward from one address within a day is reviewed, beyond five they are refused, as far as `checks.address` allows.
     * carrier-tolerant: an address alone decides nothing, because a carrier puts thousands of people behind one; it adds to the score.
     */
    preset: z.enum(['standard', 'carrier-tolerant']).default('standard'),
    checks: checks.prefault({}),
    /** From this score on somebody has to look, though no check alone asked for it. */
    reviewScore: z.int().min(10).max(1_000).default(60),
    /** Never taken for throwaway, nor are their subdomains. */
    allowedMailDomains: z.array(mailDomain).max(100).default([]),
    /** The page to which shared links lead; the code is added as `?ref=`. Null: there is no link, only the code. */
    link: signUpPage.nullable().default(null),
    /** When the money is taken back with which the new user met the condition. */
    onRefund: z.enum(['reverse', 'review', 'nothing']).default('reverse'),
    /** Whether a referral that is reversed takes along those that its new user made in turn. */
    cascade: z.enum(['none', 'chain']).default('none'),
  })
  .refine(({ bonus }) => bonus.referrer + bonus.referee > 0, { path: ['bonus'], error: 'must give coins to one side at least' })
  .refine(({ caps }) => caps.perReferrerPerHour <= caps.perReferrerPerDay, {
    path: ['caps', 'perReferrerPerDay'],
    error: 'must be at least perReferrerPerHour',
  })

/** The same as the platform reads it, with what was left out filled in. */
export type ReferralPolicy = z.output<typeof referralPolicy>

/**
 * What can stand as the reason of a decision: the checks of the policy; score: nothing alone, but all of it together; the others are refused
 * by every policy.
 */
export const referralCheck = z.enum([
  ...checks.keyof().options,
  'score',
  'cap',
  'own_code',
  'second_redemption',
  'older_account',
  'blocked',
  'unknown_code',
  'programme_off',
])

/** Why a referral was judged as it was. */
export const referralReason = z.object({
  check: referralCheck,
  effect: z.enum(['score', 'review', 'refuse']),
  /** What it adds to the score. */
  points: z.int(),
  /** A word or a number that tells more, never something of a person. */
  detail: z.union([z.string(), z.int()]).optional(),
})

/** The name of a check. */
export type ReferralCheck = z.output<typeof referralCheck>

/** One reason of a decision. */
export type ReferralReason = z.output<typeof referralReason>
