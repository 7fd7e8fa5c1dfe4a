import { createServer as createConnectServer } from '@impacthub/sdk/server'
import pg from 'pg'
import * as z from 'zod'
import type { PostgresConnection } from '../src/embedded/postgres.ts'
import { createTwilio } from '../src/providers/telephony/twilio/adapter.ts'
import { ask, type BenchDatabase } from './bench-database.ts'
import { startBenchPlatform } from './bench-platform.ts'
import { calleePhone, callerPhone, callReport, loadAddress, type Order } from './call-load.ts'
import { telephonesReport } from './call-telephones.ts'
import { startChild } from './child-lines.ts'
import { serverCpuMicros } from './server-cpu.ts'

/** A pair calls again only when its call before is long over. */
const pairs = 500
const usage = z.object({ cpuMicros: z.number() })

/** Processor time since the parts began, in microseconds. */
export interface CpuMicros {
  /** The process with the platform in it. */
  readonly platform: number
  readonly postgres: number
  /** What a real deployment has elsewhere: the provider's machines, and those who ask for calls. */
  readonly telephones: number
  readonly load: number
}

/**
 * The platform in this process, PostgreSQL, the telephones and the load: four parts of which only the first two are ours. All of them share
 * the machine's cores, and what each uses is told by itself.
 */
export interface CallScene {
  readonly port: number
  readonly connection: PostgresConnection
  /** Requests to anything that listens; as calls where a key is given. */
  drive(order: Omit<Order, 'pairs'>): Promise<z.output<typeof callReport>>
  call(perSecond: number, seconds: number): Promise<z.output<typeof callReport>>
  /** Calls that are over and paid. */
  settled(): Promise<number>
  /** Resolves when every call that was placed is settled and nothing is left to be done for it. */
  allSettled(): Promise<void>
  cpu(): Promise<CpuMicros>
  stop(): Promise<void>
}

export async function startCallScene(database: BenchDatabase): Promise<CallScene> {
  const telephones = startChild('call-telephones.ts')
  const twilio = telephonesReport.parse(await telephones.next())
  const load = startChild('call-load.ts', twilio.url)
  const { url } = loadAddress.parse(await load.next())
  const ours = await startOurs(database, { ...twilio, url })
  const client = new pg.Client(ours.connection)
  await client.connect()
  const count = async (which: string): Promise<number> =>
    Number((await client.query<{ n: string }>(`select count(*) as n from calls where ${which}`)).rows[0]?.n)
  const drive: CallScene['drive'] = async (order) => {
    const report = callReport.parse(await load.ask({ ...order, pairs }))
    if (report.refused > 0) throw new Error(`${report.refused} of ${report.sent} requests were refused, the first: ${report.firstRefusal}`)
    return report
  }
  return {
    port: ours.port,
    connection: ours.connection,
    drive,
    call: (perSecond, seconds) => drive({ port: ours.port, path: '/v1/calls', secretKey: ours.secretKey, perSecond, seconds }),
    settled: () => count('settled'),
    async allSettled() {
      while ((await count('not settled')) > 0) await new Promise((resolve) => setTimeout(resolve, 100))
      await ours.platform.quiet()
    },
    async cpu() {
      const { user, system } = process.cpuUsage()
      return {
        platform: user + system,
        postgres: await serverCpuMicros(ours.connection),
        telephones: usage.parse(await telephones.ask({})).cpuMicros,
        load: usage.parse(await load.ask({})).cpuMicros,
      }
    },
    async stop() {
      load.stop()
      telephones.stop()
      await client.end()
      await ours.stop()
    },
  }
}

async function startOurs(database: BenchDatabase, twilio: z.output<typeof telephonesReport>) {
  const { accountSid, authToken, url } = twilio
  const ours = await startBenchPlatform(database, 'call_creation', {
    telephony: { test: { twilio: createTwilio({ baseUrl: url, accountSid, authToken }) }, live: {} },
  })
  const { baseUrl, secretKey, connection } = ours
  const server = createConnectServer({ baseUrl, secretKey })
  await server.numbers.create({ phoneNumber: '+14155550123' })
  for (let pair = 0; pair < pairs; pair++) {
    await Promise.all([
      server.users.put({ userId: `caller-${pair}`, displayName: 'Caller', phone: callerPhone(pair) }),
      server.users.put({ userId: `callee-${pair}`, displayName: 'Callee', phone: calleePhone(pair) }),
    ])
    await server.wallets.credit({ userId: `caller-${pair}`, coins: 10_000, reason: 'Bench' })
  }
  await ask(connection, "update users set availability = 'always'")
  await ask(connection, 'vacuum analyze')
  return ours
}
