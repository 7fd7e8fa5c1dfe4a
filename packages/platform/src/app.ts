import type { Server } from 'node:http'
import { createCursors } from './base/cursor.ts'
import type { Clock } from './base/clock.ts'
import type { Logger } from './base/logger.ts'
import type { Mode, TenantId, UserActor } from './base/tenant.ts'
import type { Bus } from './bus/bus.ts'
import type { Limits } from './config/settings.ts'
import { connect, type Connection, type Db } from './db/connect.ts'
import { applyTask, createInbox } from './db/inbox.ts'
import { taskQueue, taskStore, wakeAfterCommit } from './db/tasks-store.ts'
import { createCalls } from './features/calls/index.ts'
import { callOperations } from './features/calls/calls.routes.ts'
import { createNumbers } from './features/numbers/index.ts'
import { numberOperations } from './features/numbers/numbers.routes.ts'
import { createPresence } from './features/presence/index.ts'
import { presenceOperations } from './features/presence/presence.routes.ts'
import { createApp, createDirectory, mintToken, rotateDueKeys, type NewApp } from './features/tenants/index.ts'
import { tenantOperations } from './features/tenants/tenants.routes.ts'
import { createUserStore } from './features/users/index.ts'
import { userOperations } from './features/users/users.routes.ts'
import { balancesOf, openWallet, watchLedger } from './features/wallet/index.ts'
import { walletOperations } from './features/wallet/wallet.routes.ts'
import { createAuthenticator } from './http/authenticate.ts'
import { createCallbacks } from './http/callbacks.ts'
import { clientIp } from './http/client-ip.ts'
import { createMetrics } from './http/metrics.ts'
import { openApiDocument } from './http/openapi.ts'
import { createPages } from './http/pages.ts'
import { createRateLimiter } from './http/rate-limit.ts'
import { createHttpServer } from './http/server.ts'
import { periodicHandlers, schedulePeriodic } from './jobs/periodic.ts'
import { purgeJobs } from './jobs/purge.ts'
import { createRunner } from './jobs/runner.ts'
import { chooseTelephony } from './providers/telephony/choose.ts'
import type { Telephony } from './providers/telephony/port.ts'
import { createFanOut, createRealtime } from './realtime/index.ts'

/** What a platform is made of; everything that differs between a laptop, a cluster and a test comes in here. */
export interface PlatformParts {
  readonly connection: Connection
  readonly poolSize?: number
  readonly bus: Bus
  readonly clock: Clock
  readonly logger: Logger
  readonly masterKey: Buffer
  readonly limits: Limits
  readonly publicUrl: string
  readonly trustedProxies: readonly string[]
  readonly metricsToken: string | undefined
  /** Test mode's telephone provider and live mode's. */
  readonly telephony: { readonly test: Telephony | undefined; readonly live: Telephony | undefined }
}

export interface Platform {
  readonly server: Server
  readonly db: Db
  createApp(name: string): Promise<NewApp>
  /** Whether this key still opens something. */
  knowsKey(text: string): Promise<boolean>
  /** Buys a virtual number in a country for an app that has none. */
  ensureNumber(appId: string, mode: Mode, country: string): Promise<void>
  /** Listens, serves and works. */
  start(host: string, port: number): Promise<void>
  /** Resolves when no task is due and none runs. */
  quiet(): Promise<void>
  /** Not ready at once; requests in flight finish, sockets are sent elsewhere, work under way ends. */
  stop(): Promise<void>
  /** Lets everything go as a killed process would. For tests. */
  crash(): Promise<void>
}

export async function createPlatform(parts: PlatformParts): Promise<Platform> {
  const { bus, clock, logger, masterKey, publicUrl, trustedProxies } = parts
  const pool = connect(parts.connection, parts.poolSize === undefined ? {} : { poolSize: parts.poolSize })
  const queue = taskQueue(pool)
  const db = wakeAfterCommit(pool, () => runner.wake())
  const cursors = createCursors(masterKey)
  const directory = createDirectory(db, bus, clock)
  await directory.start()
  const auth = createAuthenticator(directory, clock)
  const fanOut = createFanOut(bus, logger)
  const telephony = chooseTelephony({ ...parts.telephony, modeOf: async (id) => (await directory.tenant(id))?.mode ?? 'test' })

  const announceWallet = async (tenantId: TenantId, userId: string) => {
    const balances = await db.transact(tenantId, (tx) => balancesOf(tx, tenantId, userId))
    if (balances !== undefined) await fanOut.toUser(tenantId, userId, 'wallet.updated', balances)
  }
  const callDeps = {
    db,
    clock,
    logger,
    tasks: taskStore,
    cursors,
    news: fanOut,
    announceWallet,
    telephonyFor: telephony.forTenant,
    isConnected: (tenantId: TenantId, userId: string) => presence.isConnected(tenantId, userId),
    publicUrl: () => publicUrl,
  }
  const calls = createCalls(callDeps)
  const inbox = createInbox({ db, clock, tasks: taskStore, applyReport: calls.applyReport })
  const presenceDeps = { db, bus, clock, busyAmong: calls.busyAmong, hint: fanOut.presenceHint }
  const presence = createPresence(presenceDeps)
  const realtime = createRealtime(
    {
      bus,
      clock,
      logger,
      presence,
      publicUrl,
      authenticateToken: auth.user,
      stillValid: auth.stillValid,
      originAllowed: auth.originAllowed,
      clientIp: (request) => clientIp(request, trustedProxies),
      snapshotOf: async (actor) => ({
        calls: await calls.openCallsOf(actor.tenant.id, actor.kind === 'user' ? actor.userId : undefined),
        wallet: actor.kind === 'user' ? await walletOf(actor) : null,
      }),
    },
    fanOut,
  )
  const walletOf = async ({ tenant, userId }: UserActor) =>
    (await db.transact(tenant.id, (tx) => balancesOf(tx, tenant.id, userId))) ?? null

  const numberDeps = { db, clock, cursors, telephony }
  const numbers = createNumbers(numberDeps)
  const operations = [
    ...tenantOperations({ db, clock, cursors, directory, masterKey }),
    ...userOperations({
      db,
      clock,
      cursors,
      directory,
      openWallet,
      users: createUserStore(db.sequelize),
      statuses: async (id, hostIds) => new Map((await presence.statuses(id, hostIds)).map((one) => [one.userId, one.status])),
      inCall: calls.inCall,
      mint: (tx, tenant, token) => mintToken(tx, tenant, masterKey, clock, token),
      revoke: fanOut.credentialsChanged,
    }),
    ...presenceOperations(presenceDeps),
    ...walletOperations({
      db,
      clock,
      cursors,
      // The move's own answer says what the wallet holds: nothing is read again.
      announceWallet: (tenantId, userId, balances) => fanOut.toUser(tenantId, userId, 'wallet.updated', balances),
    }),
    ...numberOperations(numberDeps),
    ...callOperations(callDeps),
    ...realtime.operations,
  ]
  const jobs = [
    ...calls.jobs,
    ...purgeJobs({ db, clock, inbox }),
    { name: 'rotate-signing-keys', everyMs: 3_600_000, run: () => rotateDueKeys({ db, clock, cursors, directory, masterKey }) },
    { name: 'watch-ledger', everyMs: 600_000, run: () => watchLedger({ db, clock, logger }) },
  ]
  const handlers = { ...calls.handlers, [applyTask]: inbox.apply, ...periodicHandlers(jobs, clock) }
  const runner = createRunner({ queue, clock, logger, handlers, slowKinds: calls.slowKinds })
  const limiter = createRateLimiter(bus, parts.limits)
  let stopping = false
  const server = createHttpServer({
    db,
    clock,
    auth,
    limiter,
    operations,
    callbacks: createCallbacks({
      publicUrl,
      findCallback: calls.findCallback,
      telephonyFor: telephony.forTenant,
      inbox,
      answerInstructions: calls.answerInstructions,
      limiter,
      logger,
    }),
    pages: createPages(openApiDocument()),
    directory,
    metrics: createMetrics(parts.metricsToken),
    logger,
    publicUrl,
    trustedProxies,
    ready: async () =>
      !stopping &&
      (await db.statement('select 1', []).then(
        () => true,
        () => false,
      )),
  })
  realtime.attach(server)
  return {
    server,
    db,
    createApp: (name) => createApp({ db, clock, masterKey }, name),
    knowsKey: async (text) => (await directory.keyByText(text)) !== undefined,
    async ensureNumber(appId, mode, country) {
      const tenant = await directory.tenantByApp(appId, mode)
      if (tenant !== undefined && !(await numbers.hasAny(tenant.id))) await numbers.addNumber(tenant, country)
    },
    async start(host, port) {
      await schedulePeriodic(db, taskStore, jobs, clock)
      runner.start()
      await listen(server, host, port)
    },
    quiet: () => runner.idle(),
    async stop() {
      stopping = true
      const closed = new Promise((resolve) => server.close(resolve))
      await realtime.close()
      server.closeIdleConnections()
      const tooLong = setTimeout(() => server.closeAllConnections(), drainMs)
      await closed
      clearTimeout(tooLong)
      await runner.stop()
      await db.close()
    },
    async crash() {
      server.closeAllConnections()
      server.close()
      await Promise.all([realtime.close(), runner.stop()])
      await db.close()
    },
  }
}

const drainMs = 20_000

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
