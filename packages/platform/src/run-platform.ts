import { startTwilioSandbox } from '../sandbox/twilio/server.ts'
import { createPlatform, type Platform } from './app.ts'
import { systemClock } from './base/clock.ts'
import type { Logger } from './base/logger.ts'
import { createBus } from './bus/create-bus.ts'
import type { Settings } from './config/settings.ts'
import type { Connection } from './db/connect.ts'
import { requireDurable } from './db/durability.ts'
import { migrate } from './db/migrate.ts'
import { createTwilio } from './providers/telephony/twilio/adapter.ts'

/** Something that runs until it is told to stop. */
export interface Running {
  stop(): Promise<void>
}

export interface PlatformStart {
  readonly settings: Settings
  readonly logger: Logger
  readonly connection: Connection
  readonly masterKey: Buffer
  readonly publicUrl: string
  /** Where the sandbox keeps its calls over a restart; absent: nowhere. */
  readonly sandboxState?: string
  readonly sandboxPort?: number
}

export interface StartedPlatform extends Running {
  readonly platform: Platform
  readonly twilioUrl: string
}

/** The platform over a database that is there, with a sandbox for test mode unless the settings name another address. */
export async function runPlatform(start: PlatformStart): Promise<StartedPlatform> {
  const { settings, logger } = start
  await migrate(start.connection)
  const sandbox = settings.twilioTest.baseUrl === undefined ? await startSandbox(start) : undefined
  const test = {
    baseUrl: settings.twilioTest.baseUrl ?? sandbox?.url,
    accountSid: settings.twilioTest.accountSid ?? sandbox?.accountSid,
    authToken: settings.twilioTest.authToken ?? sandbox?.authToken,
  }
  const { baseUrl, accountSid, authToken } = test
  const bus = await createBus(settings.redisUrl, logger)
  const platform = await createPlatform({
    connection: start.connection,
    poolSize: settings.poolSize,
    bus,
    clock: systemClock,
    logger,
    masterKey: start.masterKey,
    limits: settings.limits,
    publicUrl: start.publicUrl,
    trustedProxies: settings.trustedProxies,
    metricsToken: settings.metricsToken,
    telephony: {
      test:
        baseUrl === undefined || accountSid === undefined || authToken === undefined
          ? undefined
          : createTwilio({ baseUrl, accountSid, authToken, clock: systemClock }),
      live: settings.twilioLive === undefined ? undefined : createTwilio({ ...settings.twilioLive, clock: systemClock }),
    },
  })
  await platform.start(settings.host, settings.port)
  return {
    platform,
    twilioUrl: baseUrl ?? '',
    async stop() {
      await platform.stop()
      await bus.close()
      await sandbox?.close()
    },
  }
}

const startSandbox = ({ settings, sandboxPort, sandboxState }: PlatformStart) =>
  startTwilioSandbox({
    host: settings.host,
    port: sandboxPort,
    stateFile: sandboxState,
    accountSid: settings.twilioTest.accountSid,
    authToken: settings.twilioTest.authToken,
  })

/** A hosted platform: nothing is made up, everything is told by the settings. */
export async function startHosted(settings: Settings, logger: Logger): Promise<Running> {
  const { databaseUrl, masterKey, publicUrl } = settings
  if (databaseUrl === undefined || masterKey === undefined || publicUrl === undefined)
    throw new Error('settings that hosted mode requires are missing')
  const connection = { url: databaseUrl }
  await requireDurable(connection)
  const started = await runPlatform({ settings, logger, connection, masterKey, publicUrl })
  logger.info('the platform is ready', { port: settings.port })
  return started
}
