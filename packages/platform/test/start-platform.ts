import { randomBytes } from 'node:crypto'
import { createClient, type ConnectClient } from '@impacthub/sdk'
import { createServer as createConnectServer, type ConnectServer } from '@impacthub/sdk/server'
import { startExotelSandbox, type ExotelSandbox } from '../sandbox/exotel/server.ts'
import { SANDBOX_RAZORPAY_WEBHOOK_SECRET, startRazorpaySandbox, type RazorpaySandbox } from '../sandbox/razorpay/server.ts'
import { startTwilioSandbox, type TwilioSandbox } from '../sandbox/twilio/server.ts'
import { createPlatform, type Platform } from '../src/app.ts'
import type { Clock } from '../src/base/clock.ts'
import { createLogger, type Logger } from '../src/base/logger.ts'
import { everyTenant, type Mode } from '../src/base/tenant.ts'
import type { MasterKey } from '../src/base/vault.ts'
import type { Bus } from '../src/bus/bus.ts'
import { createBus } from '../src/bus/create-bus.ts'
import { hostedLimits, type Limits } from '../src/config/settings.ts'
import { migrate } from '../src/db/migrate.ts'
import { verifyLedger } from '../src/features/wallet/index.ts'
import { holdPort } from '../src/http/held-port.ts'
import type { Reach } from '../src/http/outbound/public-address.ts'
import type { NewApp } from '../src/features/tenants/index.ts'
import { createExotel, type ExotelPattern } from '../src/providers/telephony/exotel/adapter.ts'
import type { Providers } from '../src/providers/telephony/choose.ts'
import type { KycProviders } from '../src/providers/kyc/choose.ts'
import { createRazorpay } from '../src/providers/payments/razorpay/adapter.ts'
import { createRazorpayX } from '../src/providers/payouts/razorpayx/adapter.ts'
import { createTwilio } from '../src/providers/telephony/twilio/adapter.ts'
import { incomingPathOf } from '../src/http/callback-routes.ts'
import { platformClock, testClock, type TestClock } from './held-time.ts'
import { startIdentitySandboxes, type IdentitySandboxes } from './kyc/identity-sandboxes.ts'
import { memoryStorage, type MemoryStorage } from './memory-storage.ts'
import { freshDatabase, type FreshDatabase } from './server/fresh-database.ts'

export interface StartOptions {
  /** Another platform's database, clock and sandbox: a second process over the same data, or the first one started again. */
  readonly beside?: TestPlatform
  readonly redisUrl?: string
  /** Calls between Indian phones go through Exotel's sandbox as well: with both numbers at once (`true`), by a flow that asks, or leg by leg. */
  readonly exotel?: true | ExotelPattern
  /** Coins can be bought: through Razorpay's sandbox, whose webhooks come to this platform. */
  readonly razorpay?: true
  /** Identities are checked: by the sandboxes of both who ask registries, or by whoever is given. */
  readonly kyc?: true | KycProviders
  /** By which secrets Razorpay's webhooks are known to this process; the sandbox's own unless told. */
  readonly webhookSecrets?: { readonly current: string; readonly previous?: string }
  /** What documents and numbers are sealed with; made from the master key unless told. */
  readonly vaultKeys?: readonly MasterKey[]
  /** Generous unless told. */
  readonly limits?: Partial<Limits>
  readonly logger?: Logger
  /** What time the held clock shows first: a day of January 2026 unless told. */
  readonly startMs?: number
  /** The platform's own view of the held clock, where it is not the plain one. */
  readonly clock?: (held: TestClock) => Promise<Clock>
  /** This machine unless told. */
  readonly webhookReach?: Reach
}

export interface RunningExotel extends ExotelSandbox {
  readonly pattern: ExotelPattern
}

export interface TestUser {
  readonly userId: string
  readonly client: ConnectClient
  token(): Promise<string>
}

export interface TestApp {
  readonly app: NewApp
  readonly secretKey: string
  readonly publishableKey: string
  /** With the secret key. */
  readonly server: ConnectServer
  /** Makes (or finds) a user and signs them in. `coins`: purchased ones to start with. */
  user(
    userId: string,
    wish?: { phone?: string | null; coins?: number; rate?: { coins: number; seconds: number }; availability?: 'auto' | 'always' | 'never' },
  ): Promise<TestUser>
}

export interface TestPlatform {
  readonly url: string
  readonly platform: Platform
  readonly database: FreshDatabase
  readonly held: TestClock
  readonly twilio: TwilioSandbox
  readonly exotel: RunningExotel | undefined
  readonly razorpay: RazorpaySandbox | undefined
  readonly identities: IdentitySandboxes | undefined
  readonly bus: Bus
  /** Where sealed pictures are. */
  readonly storage: MemoryStorage
  readonly masterKey: Buffer
  /** A new app with a virtual number, in test mode unless told. */
  app(name?: string, mode?: Mode): Promise<TestApp>
  /** Moves time on for platform and sandbox alike, a step at a time, and lets each step's consequences end; steps in which nothing is due are taken at once. */
  advance(seconds: number, stepSeconds?: number): Promise<void>
  /** Moves time on by whole seconds until something was due, by `atMostSeconds` where nothing is; tells by how many. */
  moveOn(atMostSeconds: number): Promise<number>
  /** Resolves when inbox, outbox and the sandbox's deliveries are empty. */
  quiet(): Promise<void>
  /** 0 when the books are right. */
  trialBalance(): Promise<number>
  /** Ends it as SIGTERM would. */
  stop(): Promise<void>
  /** Ends it as a crash would: nothing is finished, handed over or told. */
  crash(): Promise<void>
}

const open = { perSecond: 1e6, burst: 1e6 }
const generous: Limits = {
  ...hostedLimits,
  secretLive: open,
  secretTest: open,
  user: open,
  publishable: open,
  failedAuth: open,
  callsPerUser: open,
  topupsPerUser: open,
  uploadsPerUser: open,
  redemptionsPerUser: open,
  rarePerUser: open,
  providerPerApp: open,
}

/** The whole platform in this process: real PostgreSQL, the Twilio sandbox over HTTP, our own SDK as the client, one clock in the test's hand. */
export async function startPlatform(options: StartOptions = {}): Promise<TestPlatform> {
  const { beside } = options
  const held = beside?.held ?? testClock(options.startMs)
  const database = beside?.database ?? (await freshDatabase({ migrate }))
  const twilio = beside?.twilio ?? (await startTwilioSandbox({ clock: held, answerAfterMs: 1_000 }))
  const exotel = beside === undefined ? await exotelFor(options, held) : beside.exotel
  const razorpay = beside === undefined ? await razorpayFor(options, held) : beside.razorpay
  const identities = beside === undefined ? await identitiesFor(options, held) : beside.identities
  const masterKey = beside?.masterKey ?? randomBytes(32)
  const storage = beside?.storage ?? memoryStorage()
  const logger = options.logger ?? createLogger('silent')
  const bus = await createBus(options.redisUrl, logger)
  const at = await holdPort('127.0.0.1', 0)
  const url = `http://127.0.0.1:${at.port}`
  exotel?.control.defineFlow({ appId: exotelFlow, connectUrl: `${url}${incomingPathOf(masterKey, 'exotel', 'test')}` })
  razorpay?.control.setWebhook({ url: `${url}/providers/razorpay/test/webhook`, secret: SANDBOX_RAZORPAY_WEBHOOK_SECRET })
  const platform = await createPlatform({
    connection: database.connection,
    bus,
    clock: (await options.clock?.(held)) ?? platformClock(held),
    logger,
    masterKey,
    vaultKeys: options.vaultKeys,
    storage,
    limits: { ...generous, ...options.limits },
    publicUrl: url,
    trustedProxies: [],
    metricsToken: undefined,
    webhookReach: options.webhookReach ?? 'loopback',
    telephony: {
      test: testProviders(twilio, exotel),
      live: {},
    },
    payments: { test: razorpay && testPayments(razorpay, options.webhookSecrets) },
    payouts: { test: razorpay && testPayouts(razorpay) },
    kyc: { test: typeof options.kyc === 'object' ? options.kyc : identities?.providers },
  })
  await platform.start('127.0.0.1', at)
  const quiet = async () => {
    // What one side finishes may be work for the other: quiet is when a second look finds nothing new.
    for (let round = 0; round < 2; round++) {
      await platform.quiet()
      await twilio.control.quiet()
      await exotel?.control.quiet()
      await razorpay?.control.quiet()
    }
    await platform.quiet()
  }
  /** One step, and with it those before in which nothing would happen; tells how far that was. */
  const moveOn = async (atMostMs: number, stepMs: number): Promise<number> => {
    const nextMs = Math.min(held.nextMs(), await nextTaskMs(platform))
    const ms = Math.min(atMostMs, stepMs * Math.max(1, Math.ceil((nextMs - held.now()) / stepMs)))
    await held.advance(ms)
    await quiet()
    return ms
  }
  let ended = false
  return {
    url,
    platform,
    database,
    held,
    twilio,
    exotel,
    razorpay,
    identities,
    bus,
    storage,
    masterKey,
    app: (name, mode) => testApp(platform, { twilio, exotel }, url, name ?? 'Test app', mode ?? 'test'),
    async advance(seconds, stepSeconds = 1) {
      // What is under way may have somebody wait for a moment that nobody knows of yet.
      await quiet()
      for (let leftMs = seconds * 1_000; leftMs > 0;) leftMs -= await moveOn(leftMs, stepSeconds * 1_000)
    },
    moveOn: async (atMostSeconds) => (await moveOn(atMostSeconds * 1_000, 1_000)) / 1_000,
    quiet,
    trialBalance: async () => (await verifyLedger(platform.db)).faults.length,
    async stop() {
      if (ended) return
      ended = true
      await platform.stop()
      await bus.close()
      if (beside === undefined) await Promise.all([twilio.close(), exotel?.close(), razorpay?.close(), identities?.close()])
      if (beside === undefined) await database.drop()
    },
    async crash() {
      ended = true
      await platform.crash()
      await bus.close()
    },
  }
}

/** When the first of what waits in the database falls due; what is due already, or cannot be read, might happen at any moment. */
async function nextTaskMs({ db }: Platform): Promise<number> {
  const earliest = `least((select min(run_at) from tasks), (select min(next_at) from webhook_deliveries where status = 'pending'))`
  try {
    const [row] = await db.read<{ at: Date | null }>(everyTenant, `select ${earliest} as at`, [])
    return row?.at?.getTime() ?? Infinity
  } catch {
    return 0
  }
}

const exotelFlow = '4711'

async function exotelFor({ exotel: wanted }: StartOptions, clock: TestClock): Promise<RunningExotel | undefined> {
  if (wanted === undefined) return undefined
  const sandbox = await startExotelSandbox({ clock, answerAfterMs: 1_000, requestsPerMinute: null })
  return { ...sandbox, pattern: wanted === true ? 'connect' : wanted }
}

async function razorpayFor({ razorpay: wanted }: StartOptions, clock: TestClock): Promise<RazorpaySandbox | undefined> {
  return wanted === undefined ? undefined : startRazorpaySandbox({ clock })
}

const identitiesFor = async ({ kyc: wanted }: StartOptions, clock: TestClock): Promise<IdentitySandboxes | undefined> =>
  wanted === true ? startIdentitySandboxes(clock) : undefined

const testPayments = (
  { url, keyId, keySecret }: RazorpaySandbox,
  { current, previous }: NonNullable<StartOptions['webhookSecrets']> = { current: SANDBOX_RAZORPAY_WEBHOOK_SECRET },
) => createRazorpay({ baseUrl: url, checkoutUrl: url, keyId, keySecret, webhookSecret: current, previousWebhookSecret: previous })

const testPayouts = ({ url, keyId, keySecret, payoutAccount }: RazorpaySandbox) =>
  createRazorpayX({
    baseUrl: url,
    checkoutUrl: url,
    keyId,
    keySecret,
    webhookSecret: SANDBOX_RAZORPAY_WEBHOOK_SECRET,
    accountNumber: payoutAccount,
    timeoutMs: 4_000,
  })

function testProviders(twilio: TwilioSandbox, exotel: RunningExotel | undefined): Providers {
  return {
    twilio: createTwilio({ baseUrl: twilio.url, accountSid: twilio.accountSid, authToken: twilio.authToken }),
    exotel:
      exotel &&
      createExotel({
        baseUrl: exotel.url,
        accountSid: exotel.accountSid,
        apiKey: exotel.apiKey,
        apiToken: exotel.apiToken,
        pattern: exotel.pattern,
        flowId: exotelFlow,
      }),
  }
}

interface Sandboxes {
  readonly twilio: TwilioSandbox
  readonly exotel: RunningExotel | undefined
}

const digits = (count: number): string => String(Math.floor(Math.random() * 10 ** count)).padStart(count, '0')

async function testApp(platform: Platform, { twilio, exotel }: Sandboxes, url: string, name: string, mode: Mode): Promise<TestApp> {
  const app = await platform.createApp(name)
  const { secretKey, publishableKey } = app.modes[mode]
  const server = createConnectServer({ baseUrl: url, secretKey })
  if (mode === 'test') {
    const number = `+1415${digits(7)}`
    twilio.control.ownNumber(number)
    await server.numbers.create({ phoneNumber: number })
    if (exotel !== undefined) {
      const exoPhone = `+91804711${digits(4)}`
      exotel.control.ownNumber(exoPhone)
      await server.numbers.create({ phoneNumber: exoPhone })
    }
  }
  return {
    app,
    secretKey,
    publishableKey,
    server,
    async user(userId, wish = {}) {
      const phone = wish.phone === undefined ? `+9198${String(Math.floor(Math.random() * 1e4)).padStart(4, '0')}0000` : wish.phone
      await server.users.put({ userId, displayName: userId, phone, ...(wish.rate === undefined ? {} : { rate: wish.rate }) })
      if (wish.coins !== undefined) await server.wallets.credit({ userId, coins: wish.coins, reason: 'Start' })
      if (wish.availability !== undefined) await server.presence.set({ userId, availability: wish.availability })
      const token = async () => (await server.users.createToken({ userId })).token
      return { userId, token, client: createClient({ baseUrl: url, publishableKey, getToken: token }) }
    },
  }
}
