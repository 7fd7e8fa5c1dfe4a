import { randomBytes } from 'node:crypto'
import { createServer, type ConnectServer } from '@impacthub/sdk/server'
import { createPlatform, type Platform } from '../../src/app.ts'
import { createLogger } from '../../src/base/logger.ts'
import { createBus } from '../../src/bus/create-bus.ts'
import { hostedLimits } from '../../src/config/settings.ts'
import { migrate } from '../../src/db/migrate.ts'
import { holdPort } from '../../src/http/held-port.ts'
import { verifyLedger } from '../../src/features/wallet/index.ts'
import type { DialWish, Leg, LegReport, LegStatus, ProviderCall, Telephony } from '../../src/providers/telephony/port.ts'
import { platformClock, testClock, type TestClock } from '../held-time.ts'
import { freshDatabase, type FreshDatabase } from '../server/fresh-database.ts'

/** A provider that does what no honest one does: each answer is the test's. What it was asked is kept. */
export interface ScriptedProvider {
  dial: Telephony['dial']
  findDialed: Telephony['findDialed']
  fetchCall: Telephony['fetchCall']
  hangUp: Telephony['hangUp']
  readonly dialed: DialWish[]
  readonly hungUp: string[]
}

export interface ScriptedPlatform {
  readonly provider: ScriptedProvider
  readonly server: ConnectServer
  readonly database: FreshDatabase
  platform(): Platform
  readonly held: TestClock
  advance(seconds: number, stepSeconds?: number): Promise<void>
  quiet(): Promise<void>
  /** A callback of the provider to one of the URLs it was given. */
  callBack(statusUrl: string, report: Partial<LegReport>): Promise<number>
  /** Ends the platform as a crash would and starts it again, with its provider or with none configured. */
  restart(telephony: 'with provider' | 'without provider'): Promise<void>
  stop(): Promise<void>
}

let deliveries = 0

const telephonyOf = (provider: ScriptedProvider): Telephony => ({
  name: 'twilio',
  abilities: { hangUp: true, asks: true, tellsJoin: true },
  dial(wish) {
    provider.dialed.push(wish)
    return provider.dial(wish)
  },
  findDialed: (wish, since) => provider.findDialed(wish, since),
  fetchCall: (callerLegId, calleeLegId) => provider.fetchCall(callerLegId, calleeLegId),
  hangUp(callerLegId, calleeLegId) {
    provider.hungUp.push(callerLegId)
    return provider.hangUp(callerLegId, calleeLegId)
  },
  bridge: () => ({ contentType: 'text/plain', body: 'bridge' }),
  hangUpInstructions: () => ({ contentType: 'text/plain', body: 'hang up' }),
  async verify({ raw }) {
    const given: unknown = JSON.parse(new URLSearchParams(raw.toString()).get('report') ?? '{}')
    const report: LegReport = {
      ...{ kind: 'status', leg: 'caller', legId: 'leg-a', otherLegId: null, status: 'ringing', sequence: null, at: null, endedBy: null },
      ...(given as Partial<LegReport>),
    }
    return { deliveryId: `delivery-${String(++deliveries)}`, report }
  },
  verifyInbound: () => Promise.resolve(undefined),
  numbers: {
    search: () => Promise.resolve([]),
    buy: () => Promise.resolve(),
    release: () => Promise.resolve(),
    owns: () => Promise.resolve(true),
    receiveCalls: () => Promise.resolve(),
  },
})

export const leg = (id: string, status: LegStatus, durationSeconds: number | null = null, endedAt: Date | null = null): Leg => ({
  id,
  status,
  durationSeconds,
  startedAt: null,
  endedAt,
})

export const account = (caller: Leg, callee: Leg | null, unreadable = false): ProviderCall => ({ caller, callee, unreadable })

const open = { perSecond: 1e6, burst: 1e6 }

/** A platform with an app, two users who may call each other, and the provider in the test's hand. */
export async function startScripted(): Promise<ScriptedPlatform> {
  const provider: ScriptedProvider = {
    dial: () => Promise.resolve({ legId: 'leg-a' }),
    findDialed: () => Promise.resolve([]),
    fetchCall: () => Promise.resolve(undefined),
    hangUp: () => Promise.resolve(),
    dialed: [],
    hungUp: [],
  }
  const held = testClock()
  const database = await freshDatabase({ migrate })
  const logger = createLogger('silent')
  const at = await holdPort('127.0.0.1', 0)
  const publicUrl = `http://127.0.0.1:${String(at.port)}`
  const bus = await createBus(undefined, logger)
  const masterKey = randomBytes(32)
  let isFirst = true
  const launch = async (test: Telephony | undefined): Promise<Platform> => {
    const started = await createPlatform({
      connection: database.connection,
      bus,
      clock: platformClock(held),
      logger,
      masterKey,
      limits: { ...hostedLimits, secretTest: open, user: open, callsPerUser: open },
      publicUrl,
      trustedProxies: [],
      metricsToken: undefined,
      telephony: { test: { twilio: test }, live: {} },
    })
    await started.start('127.0.0.1', isFirst ? at : at.port)
    isFirst = false
    return started
  }
  let platform = await launch(telephonyOf(provider))
  const { modes } = await platform.createApp('Scripted')
  const server = createServer({ baseUrl: publicUrl, secretKey: modes.test.secretKey })
  await server.numbers.create({ phoneNumber: '+14155550100' })
  for (const [n, userId] of ['asha', 'ravi'].entries()) {
    await server.users.put({ userId, displayName: userId, phone: `+91980000000${String(n)}` })
    await server.wallets.credit({ userId, coins: 10, reason: 'Start' })
    await server.presence.set({ userId, availability: 'always' })
  }
  return {
    provider,
    server,
    database,
    platform: () => platform,
    held,
    quiet: () => platform.quiet(),
    async advance(seconds, stepSeconds = 1) {
      for (let left = seconds; left > 0; left -= stepSeconds) {
        await held.advance(Math.min(stepSeconds, left) * 1_000)
        await platform.quiet()
      }
    },
    async callBack(statusUrl, report) {
      const answer = await fetch(statusUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ report: JSON.stringify(report) }).toString(),
      })
      await platform.quiet()
      return answer.status
    },
    async restart(telephony) {
      await platform.crash()
      platform = await launch(telephony === 'with provider' ? telephonyOf(provider) : undefined)
    },
    async stop() {
      if ((await verifyLedger(platform.db)).faults.length > 0) throw new Error('the books are not right')
      await platform.stop()
      await bus.close()
      await database.drop()
    },
  }
}
