import type { WalletBalances } from '@impacthub/sdk/contract'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { createLogger } from '../../src/base/logger.ts'
import type { Bus } from '../../src/bus/bus.ts'
import { createBus } from '../../src/bus/create-bus.ts'
import { connect, type Db } from '../../src/db/connect.ts'
import { migrate } from '../../src/db/migrate.ts'
import type { RealtimeSettings } from '../../src/realtime/index.ts'
import { freshDatabase, type FreshDatabase } from '../server/fresh-database.ts'
import { createTenant, startRealtime, type RealtimeUnderTest } from './start-realtime.ts'
import { TestClient } from './test-client.ts'

export interface RealtimeSuite {
  readonly db: Db
  /** A platform's realtime with the users ana, bo and cy; it ends with the test. */
  start(settings?: Partial<RealtimeSettings>): Promise<RealtimeUnderTest>
  /** Another one; of the same app when `tenant` is given. */
  startBeside(setup: { bus: Bus; tenant?: RealtimeUnderTest['tenant']; settings?: Partial<RealtimeSettings> }): Promise<RealtimeUnderTest>
  /** Ends with the test, the latest first. */
  later<T extends { close(): Promise<void> }>(one: T): T
}

/** Gives a test file its database and ends after each test what it has started. */
export function useRealtime(): RealtimeSuite {
  let database: FreshDatabase
  let db: Db
  const running: { close(): Promise<void> }[] = []
  beforeAll(async () => {
    database = await freshDatabase({ migrate })
    db = connect(database.connection)
  })
  afterEach(async () => {
    for (const one of running.splice(0).reverse()) await one.close()
  })
  afterAll(async () => {
    await db.close()
    await database.drop()
  })
  const later = <T extends { close(): Promise<void> }>(one: T): T => {
    running.push(one)
    return one
  }
  const startBeside: RealtimeSuite['startBeside'] = async ({ bus, tenant, settings = {} }) =>
    later(await startRealtime({ db, bus, tenant: tenant ?? (await createTenant(db, ['ana', 'bo', 'cy'])), settings }))
  return {
    get db() {
      return db
    },
    later,
    startBeside,
    start: async (settings = {}) => startBeside({ bus: later(await createBus(undefined, createLogger('silent'))), settings }),
  }
}

/** Signs in with a user's token. */
export const hello = (rt: RealtimeUnderTest, user: string, more: Record<string, unknown> = {}): Promise<TestClient> =>
  TestClient.hello(rt.url, { token: rt.token(user), ...more })

/** Coins as they are told; what they are made of does not matter here. */
export const walletOf = (userId: string, balance: number): WalletBalances => ({
  userId,
  balance,
  buckets: { bonus: 0, purchased: balance, earned: 0, held: 0 },
  withdrawable: 0,
})

/** A ticket as the API gives it: for a user, or without one for the host's server. */
export async function ticketFor(rt: RealtimeUnderTest, user?: string): Promise<{ ticket: string; expiresAt: string; url: string }> {
  const operation = rt.realtime.operations.find((one) => one.name === 'realtime.createTicket')
  const actor = user === undefined ? rt.serverActor : await rt.actor(user)
  return (await operation?.handler({} as never, { actor } as never)) as { ticket: string; expiresAt: string; url: string }
}
