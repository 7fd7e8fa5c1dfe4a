import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Koa from 'koa'
import { createServer as createConnectServer } from '@impacthub/sdk/server'
import * as z from 'zod'
import { createPlatform } from '../src/app.ts'
import { systemClock } from '../src/base/clock.ts'
import { createLogger } from '../src/base/logger.ts'
import { createBus } from '../src/bus/create-bus.ts'
import { hostedLimits } from '../src/config/settings.ts'
import { freePort } from '../src/embedded/example.ts'
import { createTwilio } from '../src/providers/telephony/twilio/adapter.ts'
import { ask, type BenchDatabase } from './bench-database.ts'
import { calleePhone, callerPhone, callReport } from './call-load.ts'
import { median, type Measurement } from './measurement.ts'

const rates = [25, 50]
/** A pair calls again only when its call before is long over. */
const pairs = 500
const open = { perSecond: 1e9, burst: 1e9 }
const unlimited = { ...hostedLimits, secretTest: open, callsPerUser: open }

const sandboxAddress = z.object({ url: z.string(), accountSid: z.string(), authToken: z.string() })

/**
 * Calls placed at so many a second, each of which really rings, is answered, talks for a second and is settled by the sandbox's callbacks on
 * the same two cores. Measured is the time that the platform adds: to the answer of `POST /v1/calls`, and to the moment at which the
 * provider is asked to ring. The yardstick is a hello-world Koa under the same load.
 */
export async function callCreation(database: BenchDatabase, rounds: number, seconds: number): Promise<Measurement[]> {
  const load = startLoad()
  const twilio = sandboxAddress.parse(await load.next())
  const ours = await startOurs(database, twilio)
  const koaPort = await freePort('127.0.0.1', 0)
  const koa = new Koa().use((ctx) => void (ctx.body = 'hello')).listen(koaPort, '127.0.0.1')
  const place = (perSecond: number, forSeconds: number) =>
    load.drive({ port: ours.port, path: '/v1/calls', secretKey: ours.secretKey, perSecond, seconds: forSeconds, pairs })
  async function measure(perSecond: number): Promise<Measurement[]> {
    const [answers, asks, yardstick]: [number[], number[], number[]] = [[], [], []]
    for (let round = 0; round < rounds; round++) {
      yardstick.push((await load.drive({ port: koaPort, path: '/', perSecond, seconds, pairs })).p95Ms)
      const { p95Ms, askedP95Ms } = await place(perSecond, seconds)
      answers.push(p95Ms)
      asks.push(askedP95Ms)
    }
    const common = { unit: 'ms', yardstick: median(yardstick), yardstickName: 'hello-world Koa, same load', target: { value: 50 } }
    return [
      { name: `POST /v1/calls at ${perSecond}/s, p95`, measured: median(answers), ...common },
      { name: '… until the provider is asked to ring, p95', measured: median(asks), ...common },
    ]
  }
  try {
    await place(50, 3)
    const results: Measurement[] = []
    for (const perSecond of rates) results.push(...(await measure(perSecond)))
    return results
  } finally {
    koa.close()
    load.stop()
    await ours.stop()
  }
}

function startLoad() {
  const child = spawn(process.execPath, ['--conditions=source', join(import.meta.dirname, 'call-load.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next()
    if (done === true || value === undefined) throw new Error('the load ended before its time')
    return JSON.parse(value)
  }
  return {
    next,
    async drive(order: object) {
      child.stdin.write(`${JSON.stringify(order)}\n`)
      const report = callReport.parse(await next())
      if (report.refused > 0)
        throw new Error(`${report.refused} of ${report.sent} requests were refused, the first: ${report.firstRefusal}`)
      return report
    },
    stop: () => child.stdin.end(),
  }
}

async function startOurs(database: BenchDatabase, twilio: z.output<typeof sandboxAddress>) {
  const connection = await database.create('call_creation', true)
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
    limits: unlimited,
    publicUrl: baseUrl,
    trustedProxies: [],
    metricsToken: undefined,
    telephony: {
      test: { twilio: createTwilio({ baseUrl: twilio.url, accountSid: twilio.accountSid, authToken: twilio.authToken }) },
      live: {},
    },
  })
  await platform.start('127.0.0.1', port)
  const { secretKey } = (await platform.createApp('Bench')).modes.test
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
  return {
    port,
    secretKey,
    async stop() {
      await platform.stop()
      await bus.close()
    },
  }
}
