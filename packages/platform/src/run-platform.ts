import { join, resolve } from 'node:path'
import { createPlatform, type Platform } from './app.ts'
import type { Logger } from './base/logger.ts'
import { createBus } from './bus/create-bus.ts'
import type { ExotelAccountSettings } from './config/exotel-settings.ts'
import type { RazorpayAccountSettings } from './config/razorpay-settings.ts'
import type { Settings, TwilioAccount } from './config/settings.ts'
import type { Connection } from './db/connect.ts'
import { requireDurable } from './db/durability.ts'
import { migrate } from './db/migrate.ts'
import { startSharedTime } from './db/shared-time.ts'
import type { Clock } from './base/clock.ts'
import { liveKyc, testKyc, type KycAccounts } from './kyc-accounts.ts'
import { createLocalDisk } from './providers/storage/local-disk.ts'
import { createS3 } from './providers/storage/s3.ts'
import type { HeldPort } from './http/held-port.ts'
import { createRazorpay } from './providers/payments/razorpay/adapter.ts'
import { createRazorpayX } from './providers/payouts/razorpayx/adapter.ts'
import { createThrowawayList } from './providers/throwaway-list/adapter.ts'
import type { Providers } from './providers/telephony/choose.ts'
import { createExotel } from './providers/telephony/exotel/adapter.ts'
import { createTwilio } from './providers/telephony/twilio/adapter.ts'

/** Something that runs until it is told to stop. */
export interface Running {
  stop(): Promise<void>
}

export interface PlatformStart {
  readonly settings: Settings
  /** Where it listens, if that is held already; else at the port of the settings. */
  readonly held?: HeldPort | undefined
  readonly logger: Logger
  readonly connection: Connection
  readonly masterKey: Buffer
  readonly publicUrl: string
  /** Test mode's accounts; without telephone ones calls by phone are refused in test mode, without a payment one coins cannot be bought. */
  readonly test: TestAccounts
}

export interface TelephoneAccounts {
  readonly twilio: TwilioAccount | undefined
  readonly exotel: ExotelAccountSettings | undefined
}

export interface TestAccounts extends TelephoneAccounts, KycAccounts {
  readonly razorpay: RazorpayAccountSettings | undefined
}

const providersOf = ({ twilio, exotel }: TelephoneAccounts, clock: Clock): Providers => ({
  twilio: twilio && createTwilio({ ...twilio, clock }),
  exotel: exotel && createExotel({ ...exotel, clock }),
})

const paymentsOf = (account: RazorpayAccountSettings | undefined, clock: Clock) => account && createRazorpay({ ...account, clock })

/** What Razorpay takes of an account in a second, with room for another process; what stands for it elsewhere has no such limit. */
const payoutsPerSecond = 5
const itself = 'https://api.razorpay.com'

const payoutsOf = (account: RazorpayAccountSettings | undefined, clock: Clock) =>
  account?.payoutAccount === undefined
    ? undefined
    : createRazorpayX({
        ...account,
        accountNumber: account.payoutAccount,
        clock,
        perSecond: account.baseUrl === itself ? payoutsPerSecond : undefined,
      })

export interface RunningPlatform extends Running {
  readonly platform: Platform
}

/** The platform over a database that is there. */
export async function runPlatform(start: PlatformStart): Promise<RunningPlatform> {
  const { settings, logger } = start
  await migrate(start.connection)
  const time = await startSharedTime(start.connection, logger)
  const { clock } = time
  const bus = await createBus(settings.redisUrl, logger)
  const platform = await createPlatform({
    connection: start.connection,
    poolSize: settings.poolSize,
    bus,
    clock,
    logger,
    masterKey: start.masterKey,
    vaultKeys: settings.vaultKeys,
    storage: settings.s3 === undefined ? createLocalDisk(join(resolve(settings.dataDir), 'blobs')) : createS3(settings.s3),
    limits: settings.limits,
    publicUrl: start.publicUrl,
    trustedProxies: settings.trustedProxies,
    metricsToken: settings.metricsToken,
    webhookReach: settings.webhookReach,
    ice: settings.ice,
    throwawayList: settings.throwawayListUrl === undefined ? undefined : createThrowawayList(settings.throwawayListUrl),
    telephony: {
      test: providersOf(start.test, clock),
      live: providersOf({ twilio: settings.twilioLive, exotel: settings.exotelLive }, clock),
    },
    payments: { test: paymentsOf(start.test.razorpay, clock), live: paymentsOf(settings.razorpayLive, clock) },
    kyc: { test: testKyc(start.test, clock), live: liveKyc(liveAccounts(settings), clock) },
    payouts: { test: payoutsOf(start.test.razorpay, clock), live: payoutsOf(settings.razorpayLive, clock) },
  })
  await platform.start(settings.host, start.held ?? settings.port)
  return {
    platform,
    async stop() {
      await platform.stop()
      await bus.close()
      await time.stop()
    },
  }
}

/** A hosted platform: nothing is made up, everything is told by the settings. */
export async function startHosted(settings: Settings, logger: Logger): Promise<Running> {
  const { databaseUrl, masterKey, publicUrl } = settings
  if (databaseUrl === undefined || masterKey === undefined || publicUrl === undefined)
    throw new Error('settings that hosted mode requires are missing')
  const connection = { url: databaseUrl }
  await requireDurable(connection)
  const test = testAccounts(settings)
  if (test.twilio === undefined && test.exotel === undefined)
    logger.warn('test mode has no telephone provider: run a sandbox and set TWILIO_BASE_URL, TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN')
  if (settings.s3 === undefined)
    logger.warn('pictures of documents are kept on this machine’s own disk: set CONNECT_S3_BUCKET before a second process runs elsewhere')
  if (settings.ice.turn === undefined)
    logger.warn(
      'there is no TURN server: browsers behind strict networks will not hear each other, others learn each other’s IP address; set CONNECT_TURN_URLS and CONNECT_TURN_SECRET',
    )
  const running = await runPlatform({ settings, logger, connection, masterKey, publicUrl, test })
  logger.info('the platform is ready', { port: settings.port })
  return running
}

const liveAccounts = ({ karzaLive, signzyLive, karzaHub, signzyV2 }: Settings): KycAccounts => ({
  karza: karzaLive,
  karzaHub: karzaHub.live,
  signzy: signzyLive,
  signzyV2: signzyV2.live,
})

/** Only what is told in full: a hosted platform makes nothing up. */
function testAccounts({ twilioTest, exotelTest, razorpayTest, karzaTest, signzyTest, karzaHub, signzyV2 }: Settings): TestAccounts {
  const { baseUrl, accountSid, authToken } = twilioTest
  const { baseUrl: exotelUrl, accountSid: exotelSid, apiKey, apiToken, pattern = 'connect' } = exotelTest
  const { baseUrl: razorpayUrl, checkoutUrl, keyId, keySecret, webhookSecret } = razorpayTest
  const { baseUrl: karzaUrl, apiKey: karzaKey, authHeader } = karzaTest
  const { baseUrl: signzyUrl, persistUrl, generation, credentials } = signzyTest
  return {
    karzaHub: karzaHub.test,
    signzyV2: signzyV2.test,
    karza: karzaUrl && karzaKey && authHeader ? { baseUrl: karzaUrl, apiKey: karzaKey, authHeader } : undefined,
    signzy:
      signzyUrl && persistUrl && generation && credentials
        ? { ...signzyTest, baseUrl: signzyUrl, persistUrl, generation, credentials }
        : undefined,
    razorpay:
      razorpayUrl && checkoutUrl && keyId && keySecret && webhookSecret
        ? { ...razorpayTest, baseUrl: razorpayUrl, checkoutUrl, keyId, keySecret, webhookSecret }
        : undefined,
    twilio: baseUrl && accountSid && authToken ? { baseUrl, accountSid, authToken } : undefined,
    exotel:
      exotelUrl && exotelSid && apiKey && apiToken
        ? { ...exotelTest, baseUrl: exotelUrl, accountSid: exotelSid, apiKey, apiToken, pattern }
        : undefined,
  }
}
