import { randomBytes } from 'node:crypto'
import { createPlatform } from '../src/app.ts'
import type { PlatformParts } from '../src/assembly/foundation.ts'
import { systemClock } from '../src/base/clock.ts'
import { createLogger } from '../src/base/logger.ts'
import { createBus } from '../src/bus/create-bus.ts'
import { hostedLimits } from '../src/config/settings.ts'
import { freePort } from '../src/embedded/example.ts'
import type { BenchDatabase } from './bench-database.ts'

const open = { perSecond: 1e9, burst: 1e9 }
/** Whoever measures asks more than anybody may. */
const limits = { ...hostedLimits, secretLive: open, secretTest: open, user: open, callsPerUser: open, rarePerUser: open }

/** The platform as it is in production, in this process, with a database of its own and one app. */
export async function startBenchPlatform(
  database: BenchDatabase,
  name: string,
  parts: Partial<Pick<PlatformParts, 'telephony' | 'trustedProxies'>> = {},
) {
  const connection = await database.create(name, true)
  const logger = createLogger('error')
  const bus = await createBus(undefined, logger)
  const port = await freePort('127.0.0.1', 0)
  const baseUrl = `http://127.0.0.1:${port}`
  const platform = await createPlatform({
    connection,
    bus,
    clock: systemClock,
    logger,
    masterKey: randomBytes(32),
    limits,
    publicUrl: baseUrl,
    trustedProxies: [],
    metricsToken: undefined,
    telephony: { test: {}, live: {} },
    ...parts,
  })
  await platform.start('127.0.0.1', port)
  const app = await platform.createApp('Bench')
  return {
    connection,
    platform,
    port,
    baseUrl,
    appId: app.appId,
    secretKey: app.modes.test.secretKey,
    async stop() {
      await platform.stop()
      await bus.close()
    },
  }
}
