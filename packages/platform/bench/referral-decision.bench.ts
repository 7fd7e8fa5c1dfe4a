import { randomBytes } from 'node:crypto'
import { createServer as createConnectServer } from '@impacthub/sdk/server'
import Koa from 'koa'
import type * as z from 'zod'
import { freePort } from '../src/embedded/example.ts'
import { ask, type BenchDatabase } from './bench-database.ts'
import { startBenchPlatform } from './bench-platform.ts'
import { startChild } from './child-lines.ts'
import { median, type Measurement } from './measurement.ts'
import { referralReport, type ReferralOrder } from './referral-load.ts'

const perSecond = 50
/** Users who bring others: each brings so many that the checks have something to count. */
const referrers = 100
/** All of them surf from so few. */
const addresses = 5

/**
 * Codes that new users enter, fifty a second: each answer is a whole decision, from the traces to the coins on both sides. Everybody comes from
 * five addresses, so that the counts of who else was there are as large as they get. Counted from the moment a request was due; the yardstick
 * is a hello-world Koa under the same load.
 */
export async function referralDecision(database: BenchDatabase, rounds: number, seconds: number): Promise<Measurement[]> {
  const scene = await startScene(database)
  const load = startChild('referral-load.ts')
  const koaPort = await freePort('127.0.0.1', 0)
  const koa = new Koa().use((ctx) => void (ctx.body = 'hello')).listen(koaPort, '127.0.0.1')
  const drive = async (order: ReferralOrder): Promise<z.output<typeof referralReport>> => {
    const report = referralReport.parse(await load.ask(order))
    if (report.refused > 0) throw new Error(`${report.refused} requests were refused, the first: ${report.firstRefusal}`)
    return report
  }
  const decide = async (count: number): Promise<number> => {
    const requests = await scene.newcomers(count)
    return (await drive({ port: scene.port, path: '/v1/referral/redemptions', perSecond, requests })).p95Ms
  }
  try {
    await decide(perSecond * 3)
    await ask(scene.connection, 'vacuum analyze')
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      const count = perSecond * seconds
      theirs.push((await drive({ port: koaPort, path: '/', perSecond, requests: Array.from({ length: count }, () => null) })).p95Ms)
      ours.push(await decide(count))
    }
    return [
      {
        name: `POST /v1/referral/redemptions at ${perSecond}/s, p95`,
        unit: 'ms',
        measured: median(ours),
        yardstick: median(theirs),
        yardstickName: 'hello-world Koa, same load',
        target: { value: 30 },
      },
    ]
  } finally {
    load.stop()
    koa.close()
    await scene.stop()
  }
}

async function startScene(database: BenchDatabase) {
  const { connection, platform, port, baseUrl, secretKey, stop } = await startBenchPlatform(database, 'referral_decision')
  const server = createConnectServer({ baseUrl, secretKey })
  await server.app.update({
    referral: {
      preset: 'carrier-tolerant',
      caps: { perReferrerPerHour: 10_000, perReferrerPerDay: 10_000, perReferrerTotal: 10_000 },
    },
  })
  let made = 0
  const join = async () => {
    const n = ++made
    const ip = `49.36.1.${1 + (n % addresses)}`
    return server.users.put({
      userId: `user-${n}`,
      displayName: 'A person',
      email: `${randomBytes(6).toString('hex')}@gmail.com`,
      signup: { ip },
    })
  }
  const codes: string[] = []
  while (codes.length < referrers) codes.push((await join()).referralCode)
  return {
    port,
    connection,
    /** New users, signed in, each about to enter somebody's code. */
    async newcomers(count: number): Promise<ReferralOrder['requests']> {
      const requests: ReferralOrder['requests'] = []
      while (requests.length < count) {
        const { userId } = await join()
        const { token } = await server.users.createToken({ userId })
        requests.push({ token, body: JSON.stringify({ code: codes[made % referrers], deviceId: `device-${made}` }) })
      }
      await platform.quiet()
      return requests
    },
    stop,
  }
}
