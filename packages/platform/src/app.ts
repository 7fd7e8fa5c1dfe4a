import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { tieFeatures } from './assembly/features.ts'
import { layFoundation, type Foundation, type PlatformParts } from './assembly/foundation.ts'
import type { Mode } from './base/tenant.ts'
import type { Db } from './db/connect.ts'
import { taskStore } from './db/tasks-store.ts'
import { ledgerMeasures } from './features/ledger-proof/index.ts'
import { createApp, type NewApp } from './features/tenants/index.ts'
import { makePartitions } from './features/wallet/index.ts'
import type { HeldPort } from './http/held-port.ts'
import { createMetrics } from './http/metrics.ts'
import { openApiDocument } from './http/openapi.ts'
import { createPages } from './http/pages.ts'
import { createHttpServer } from './http/server.ts'
import { schedulePeriodic } from './jobs/periodic.ts'
import { createRunners, type Runners } from './jobs/runners.ts'
import type { Realtime } from './realtime/index.ts'

export type { PlatformParts } from './assembly/foundation.ts'

export interface Platform {
  readonly server: Server
  readonly db: Db
  createApp(name: string): Promise<NewApp>
  /** Whether this key still opens something. */
  knowsKey(text: string): Promise<boolean>
  /** Buys a virtual number in a country for an app that has none there. */
  ensureNumber(appId: string, mode: Mode, country: string): Promise<void>
  /** Listens, serves and works. */
  start(host: string, port: number | HeldPort): Promise<void>
  /** Resolves when no task is due and none runs. */
  quiet(): Promise<void>
  /** Not ready at once; requests in flight finish, sockets are sent elsewhere, work under way ends. */
  stop(): Promise<void>
  /** Lets everything go as a killed process would. For tests. */
  crash(): Promise<void>
}

/** The one place where the real parts are put together. */
export async function createPlatform(parts: PlatformParts): Promise<Platform> {
  const base = layFoundation(parts, { wake: (kinds) => runners.wake(kinds), reserve: (kind) => runners.reserve(kind) })
  const { db, clock, directory, masterKey } = base
  const features = tieFeatures(base)
  const isUrgent = (kind: string) => features.urgentKinds.includes(kind)
  const some = (wanted: (kind: string) => boolean) => Object.fromEntries(Object.entries(features.handlers).filter(([kind]) => wanted(kind)))
  const runners = createRunners([
    { ...base, handlers: some(isUrgent), isUrgent: true, slowKinds: features.slowKinds, concurrency: 16 },
    { ...base, handlers: some((kind) => !isUrgent(kind)), slowKinds: features.slowKinds, concurrency: 12 },
    { ...base, ...features.webhooks },
  ])
  const health = { stopping: false }
  const server = createHttpServer({
    ...base,
    ...features,
    pages: createPages(openApiDocument()),
    metrics: createMetrics(parts.metricsToken, ledgerMeasures(db)),
    ready: async () => !health.stopping && (await answers(base)),
  })
  const silent = silentConnections(server)
  features.realtime.attach(server)
  await directory.start()
  return {
    server,
    db,
    createApp: (name) => createApp({ db, clock, masterKey }, name),
    knowsKey: async (text) => (await directory.keyByText(text)) !== undefined,
    async ensureNumber(appId, mode, country) {
      const tenant = await directory.tenantByApp(appId, mode)
      if (tenant !== undefined && !(await features.numbers.hasAny(tenant.id, country))) await features.numbers.addNumber(tenant, country)
    },
    async start(host, port) {
      // Another process, or a long reader in the way: the job makes them, and what is posted until then has its place as well.
      await makePartitions(db, clock.now()).catch((error: unknown) => base.logger.warn('the ledger’s partitions were not made', { error }))
      await schedulePeriodic(db, taskStore, features.jobs, clock)
      runners.start()
      await listen(server, host, port)
    },
    async quiet() {
      await features.proofs.idle()
      await runners.idle()
    },
    async stop() {
      health.stopping = true
      await drain(server, silent, features.realtime, runners, features.webhooks)
      await Promise.all([features.proofs.close('write'), base.reader.close()])
      await db.close()
    },
    async crash() {
      server.closeAllConnections()
      server.close()
      features.webhooks.close()
      await Promise.all([features.realtime.close(), runners.stop(), features.proofs.close('drop'), base.reader.close()])
      await db.close()
    },
  }
}

const answers = ({ db }: Foundation): Promise<boolean> =>
  db.statement('select 1', []).then(
    () => true,
    () => false,
  )

/** Connections that have not asked anything yet, as browsers open ahead of need: Node counts them as busy until their headers time out. */
function silentConnections(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>()
  server.on('connection', (socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  server.on('request', ({ socket }) => silent.delete(socket))
  server.on('upgrade', ({ socket }) => silent.delete(socket))
  return silent
}

const drainMs = 20_000

async function drain(
  server: Server,
  silent: ReadonlySet<Socket>,
  realtime: Realtime,
  runners: Runners,
  webhooks: { close(): void },
): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  await realtime.close()
  // A kept-alive connection becomes idle when its last answer is out, which may be at any moment from now.
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  for (const socket of silent) socket.destroy()
  const tooLong = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed
  clearInterval(idle)
  clearTimeout(tooLong)
  webhooks.close()
  await runners.stop()
}

function listen(server: Server, host: string, port: number | HeldPort): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    const listening = () => {
      server.off('error', reject)
      resolve()
    }
    if (typeof port === 'number') server.listen(port, host, listening)
    else server.listen(port.door, listening)
  })
}
