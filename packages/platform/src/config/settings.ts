import { isIP } from 'node:net'
import * as z from 'zod'
import { canonicalIp } from '../base/ip.ts'
import type { Mode } from '../base/tenant.ts'
import type { Bucket } from '../bus/bus.ts'
import { exotelFields, exotelLiveOf, exotelTestOf, exotelTogether, type ExotelAccountSettings } from './exotel-settings.ts'
import { karzaFields, karzaHubsOf, karzaLiveOf, karzaTestOf, type KarzaAccountSettings } from './karza-settings.ts'
import { razorpayFields, razorpayLiveOf, razorpayTestOf, razorpayTogether, type RazorpayAccountSettings } from './razorpay-settings.ts'
import { signzyFields, signzyLiveOf, signzyTestOf, signzyTogether, signzyV2Of, type SignzyAccountSettings } from './signzy-settings.ts'
import { storageFields, storageOf, storageTogether, type StorageSettings } from './storage-settings.ts'
import type { Reach } from '../http/outbound/public-address.ts'

/** Digits only: ' ' and '0x50' are numbers to JavaScript, and slips to people. */
const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))

const url = z
  .url({ protocol: /^https?$/ })
  .refine((value) => {
    if (!URL.canParse(value)) return false
    const { username, password, search, hash } = new URL(value)
    return username === '' && password === '' && search === '' && hash === ''
  }, 'must be without credentials, query and fragment')
  .transform((value) => value.replace(/\/+$/, ''))

const addresses = z
  .string()
  .transform((value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  )
  .refine((items) => items.every((item) => isIP(item) !== 0), 'must be addresses, separated by commas')
  .transform((items) => items.map(canonicalIp))

// 32 random bytes have about 30 different ones; a sample or a typed word has few.
const looksRandom = (value: string) => new Set(Buffer.from(value, 'base64')).size >= 16

/** RFC 7064 and 7065, separated by commas. */
const iceUrls = (pattern: RegExp, example: string) =>
  z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .refine((items) => items.every((item) => pattern.test(item)), `must be URLs like ${example}, separated by commas`)
    .refine((items) => items.length >= 1 && items.length <= 8, 'must be 1 to 8 URLs')

const environment = z.object({
  PORT: whole(0, 65_535).default(4000),
  CONNECT_HOST: z.string().default('127.0.0.1'),
  CONNECT_DATA_DIR: z.string().min(1).default('.data'),
  /** embedded: one process on a laptop with its own PostgreSQL, sandboxes and a demo app. hosted: nothing is made up. */
  CONNECT_RUN_MODE: z.enum(['embedded', 'hosted']).default('embedded'),
  CONNECT_PUBLIC_URL: url.optional(),
  CONNECT_MASTER_KEY: z
    .base64()
    .refine((value) => Buffer.from(value, 'base64').length >= 32, 'must be at least 32 bytes in base64')
    .refine(looksRandom, 'must be random, such as from openssl rand -base64 32')
    .optional(),
  CONNECT_METRICS_TOKEN: z.string().min(32).optional(),
  CONNECT_TRUSTED_PROXIES: addresses.default([]),
  /** Default: info when hosted; warn when embedded, where a person reads the terminal. */
  CONNECT_LOG_LEVEL: z.enum(['info', 'warn', 'error', 'silent']).optional(),
  CONNECT_POOL_SIZE: whole(2, 200).default(16),
  /** true: test mode's webhooks may go to private addresses. Default: to public ones, and when embedded to this machine. Live mode ignores it. */
  CONNECT_ALLOW_PRIVATE_WEBHOOKS: z.enum(['true', 'false']).optional(),
  CONNECT_STUN_URLS: iceUrls(/^stuns?:[a-z0-9.[\]:-]+$/i, 'stun:stun.example:3478').default([]),
  CONNECT_TURN_URLS: iceUrls(/^turns?:[a-z0-9.[\]:-]+(\?transport=(udp|tcp))?$/i, 'turns:turn.example:443?transport=tcp').optional(),
  /** Shared with the TURN server (its static-auth-secret): credentials of calls are made with it. */
  CONNECT_TURN_SECRET: z.string().min(16).max(256).optional(),
  /** A published list of throwaway domains of mail, one a line, that is read once a week. */
  CONNECT_THROWAWAY_LIST_URL: z.url({ protocol: /^https$/ }).optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  TWILIO_BASE_URL: url.optional(),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-f]{32}$/)
    .optional(),
  TWILIO_AUTH_TOKEN: z.string().min(16).optional(),
  TWILIO_LIVE_BASE_URL: url.default('https://api.twilio.com'),
  TWILIO_LIVE_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-f]{32}$/)
    .optional(),
  TWILIO_LIVE_AUTH_TOKEN: z.string().min(16).optional(),
  ...exotelFields(url),
  ...razorpayFields(url),
  ...storageFields(url),
  ...karzaFields(url),
  ...signzyFields(url),
  /** Accepted on callbacks while a rotation goes on. */
  TWILIO_LIVE_PREVIOUS_AUTH_TOKEN: z.string().min(16).optional(),
})

export interface TwilioAccount {
  readonly baseUrl: string
  readonly accountSid: string
  readonly authToken: string
  readonly previousAuthToken?: string | undefined
}

export interface Limits {
  readonly secretLive: Bucket
  readonly secretTest: Bucket
  readonly user: Bucket
  readonly publishable: Bucket
  readonly failedAuth: Bucket
  readonly callsPerUser: Bucket
  readonly topupsPerUser: Bucket
  readonly uploadsPerUser: Bucket
  readonly redemptionsPerUser: Bucket
  /** Each of the other things that a user does seldom, and that others have work with. */
  readonly rarePerUser: Bucket
  /** What an app asks of telephone providers, whose accounts serve all apps. */
  readonly providerPerApp: Bucket
}

export interface Settings extends StorageSettings {
  readonly port: number
  readonly host: string
  readonly dataDir: string
  readonly runMode: 'embedded' | 'hosted'
  /** Where the world reaches us; callbacks are sent to it and verified against it. Undefined: where we listen. */
  readonly publicUrl: string | undefined
  readonly masterKey: Buffer | undefined
  readonly metricsToken: string | undefined
  readonly trustedProxies: readonly string[]
  readonly logLevel: 'info' | 'warn' | 'error' | 'silent'
  readonly poolSize: number
  /** How far test mode's webhooks may go. */
  readonly webhookReach: Reach
  /** Where newer throwaway domains of mail are read. */
  readonly throwawayListUrl: string | undefined
  readonly databaseUrl: string | undefined
  readonly redisUrl: string | undefined
  /** Test mode's account, when it is not our sandbox. Given in part: a base URL alone keeps the sandbox's credentials. */
  readonly twilioTest: Partial<TwilioAccount>
  readonly twilioLive: TwilioAccount | undefined
  /** The same of Exotel. */
  readonly exotelTest: Partial<ExotelAccountSettings>
  readonly exotelLive: ExotelAccountSettings | undefined
  /** The same of Razorpay. */
  readonly razorpayTest: Partial<RazorpayAccountSettings>
  readonly razorpayLive: RazorpayAccountSettings | undefined
  /** The same of those who check identities. */
  readonly karzaTest: Partial<KarzaAccountSettings>
  readonly karzaLive: KarzaAccountSettings | undefined
  readonly signzyTest: Partial<SignzyAccountSettings>
  readonly signzyLive: SignzyAccountSettings | undefined
  /** Their second accounts, of the other generation, for apps that choose it. */
  readonly karzaHub: { readonly [mode in Mode]: KarzaAccountSettings | undefined }
  readonly signzyV2: { readonly [mode in Mode]: SignzyAccountSettings | undefined }
  readonly limits: Limits
  /** How browsers find a way to each other beyond their own networks. */
  readonly ice: {
    readonly stunUrls: readonly string[]
    readonly turn: { readonly urls: readonly string[]; readonly secret: string } | undefined
  }
}

const perSecond = (rate: number, burst: number): Bucket => ({ perSecond: rate, burst })

export const hostedLimits: Limits = {
  secretLive: perSecond(100, 200),
  secretTest: perSecond(25, 50),
  user: perSecond(10, 30),
  publishable: perSecond(10, 30),
  failedAuth: perSecond(20 / 60, 20),
  callsPerUser: perSecond(10 / 60, 10),
  topupsPerUser: perSecond(20 / 3_600, 20),
  uploadsPerUser: perSecond(20 / 3_600, 20),
  redemptionsPerUser: perSecond(5 / 86_400, 5),
  rarePerUser: perSecond(10 / 60, 20),
  providerPerApp: perSecond(1, 30),
}

// One's own machine is not shared with other tenants: load tests and impatient hands are welcome there.
const open = perSecond(100_000, 100_000)
const embeddedLimits: Limits = {
  ...hostedLimits,
  secretTest: open,
  user: perSecond(200, 400),
  publishable: perSecond(200, 400),
  failedAuth: perSecond(50, 1_000),
  callsPerUser: perSecond(10, 100),
  topupsPerUser: perSecond(10, 100),
  uploadsPerUser: perSecond(10, 100),
  redemptionsPerUser: perSecond(10, 100),
  rarePerUser: perSecond(10, 100),
  providerPerApp: perSecond(10, 100),
}

/** Its message is for the operator; there is nothing to look up in a log. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

const forHosted = ['DATABASE_URL', 'CONNECT_PUBLIC_URL', 'CONNECT_MASTER_KEY']
const pairs = [
  ['TWILIO_LIVE_ACCOUNT_SID', 'TWILIO_LIVE_AUTH_TOKEN'],
  ['CONNECT_TURN_URLS', 'CONNECT_TURN_SECRET'],
  ...exotelTogether,
  ...razorpayTogether,
  ...storageTogether,
  ...signzyTogether,
] as const

/** What one setting asks of another; looked for in what was given, so that it is told beside all other mistakes. */
function missingTogether(given: Readonly<Record<string, string | undefined>>): string[] {
  const mistakes: string[] = []
  if (given['CONNECT_RUN_MODE'] === 'hosted') {
    for (const name of forHosted) if (given[name] === undefined) mistakes.push(`${name}: is required when CONNECT_RUN_MODE is hosted`)
    if (given['CONNECT_PUBLIC_URL']?.toLowerCase().startsWith('http:') === true)
      mistakes.push('CONNECT_PUBLIC_URL: must be https when CONNECT_RUN_MODE is hosted')
  }
  for (const [one, other] of pairs) {
    if (given[one] !== undefined && given[other] === undefined) mistakes.push(`${other}: is required with ${one}`)
    if (given[other] !== undefined && given[one] === undefined) mistakes.push(`${one}: is required with ${other}`)
  }
  return mistakes
}

/** A developer's own machine is where their first webhook goes; a hosted platform's own machine is nobody's target. */
function webhookReach(allowPrivate: 'true' | 'false' | undefined, runMode: Settings['runMode']): Reach {
  if (allowPrivate === undefined) return runMode === 'embedded' ? 'loopback' : 'public'
  return allowPrivate === 'true' ? 'private' : 'public'
}

/** Reads the settings once and names every mistake at once. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = environment.safeParse(given)
  const mistakes = [
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)),
    ...missingTogether(given),
  ]
  if (!parsed.success || mistakes.length > 0) throw new SettingsError(`The settings are not right:\n  ${mistakes.join('\n  ')}`)
  const e = parsed.data
  return {
    port: e.PORT,
    host: e.CONNECT_HOST,
    dataDir: e.CONNECT_DATA_DIR,
    runMode: e.CONNECT_RUN_MODE,
    publicUrl: e.CONNECT_PUBLIC_URL,
    masterKey: e.CONNECT_MASTER_KEY === undefined ? undefined : Buffer.from(e.CONNECT_MASTER_KEY, 'base64'),
    metricsToken: e.CONNECT_METRICS_TOKEN,
    trustedProxies: e.CONNECT_TRUSTED_PROXIES,
    logLevel: e.CONNECT_LOG_LEVEL ?? (e.CONNECT_RUN_MODE === 'embedded' ? 'warn' : 'info'),
    poolSize: e.CONNECT_POOL_SIZE,
    webhookReach: webhookReach(e.CONNECT_ALLOW_PRIVATE_WEBHOOKS, e.CONNECT_RUN_MODE),
    throwawayListUrl: e.CONNECT_THROWAWAY_LIST_URL,
    databaseUrl: e.DATABASE_URL,
    redisUrl: e.REDIS_URL,
    twilioTest: {
      ...(e.TWILIO_BASE_URL === undefined ? {} : { baseUrl: e.TWILIO_BASE_URL }),
      ...(e.TWILIO_ACCOUNT_SID === undefined ? {} : { accountSid: e.TWILIO_ACCOUNT_SID }),
      ...(e.TWILIO_AUTH_TOKEN === undefined ? {} : { authToken: e.TWILIO_AUTH_TOKEN }),
    },
    twilioLive:
      e.TWILIO_LIVE_ACCOUNT_SID === undefined || e.TWILIO_LIVE_AUTH_TOKEN === undefined
        ? undefined
        : {
            baseUrl: e.TWILIO_LIVE_BASE_URL,
            accountSid: e.TWILIO_LIVE_ACCOUNT_SID,
            authToken: e.TWILIO_LIVE_AUTH_TOKEN,
            previousAuthToken: e.TWILIO_LIVE_PREVIOUS_AUTH_TOKEN,
          },
    exotelTest: exotelTestOf(e),
    exotelLive: exotelLiveOf(e),
    razorpayTest: razorpayTestOf(e),
    razorpayLive: razorpayLiveOf(e),
    karzaTest: karzaTestOf(e),
    karzaLive: karzaLiveOf(e),
    signzyTest: signzyTestOf(e),
    signzyLive: signzyLiveOf(e),
    karzaHub: karzaHubsOf(e),
    signzyV2: signzyV2Of(e),
    ice: {
      stunUrls: e.CONNECT_STUN_URLS,
      turn:
        e.CONNECT_TURN_URLS === undefined || e.CONNECT_TURN_SECRET === undefined
          ? undefined
          : { urls: e.CONNECT_TURN_URLS, secret: e.CONNECT_TURN_SECRET },
    },
    ...storageOf(e),
    limits: e.CONNECT_RUN_MODE === 'embedded' ? embeddedLimits : hostedLimits,
  }
}
