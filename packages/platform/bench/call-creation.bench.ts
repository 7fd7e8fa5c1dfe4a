import Koa from 'koa'
import { freePort } from '../src/embedded/example.ts'
import { ask, type BenchDatabase } from './bench-database.ts'
import { startCallScene, type CallScene, type CpuMicros } from './call-scene.ts'
import { median, type Measurement } from './measurement.ts'

const rates = [25, 50]
/** From the placing of a call to its settlement: 0.2 s until it is answered, a second of talk, and the telephones' own moments. */
const wholeLifeSeconds = 3

/**
 * Calls placed at so many a second, each of which really rings, is answered, talks for a second and is settled by the telephones' callbacks,
 * while the next ones are placed. What "our own overhead" means here, and how it is kept honest:
 *
 * - Measured is what the platform adds, from the moment at which a request was due: to the answer of `POST /v1/calls`, and to the moment
 *   at which the provider is asked to ring. A request that waits behind others counts from when it was due, not from when it was sent.
 * - Platform and PostgreSQL are the product, on the two cores that the goal names. The telephones (a sandbox) and the load are not: a real
 *   deployment has them elsewhere. Each is a process of its own, so that what it uses is told apart from ours; the telephones stand back
 *   (`nice`) where both want a core. They are not kept waiting for long, or the measured calls would meet too little work: that settled
 *   calls keep up with placed ones is a line of the table, and every call must be settled before the section ends.
 * - Everything that a call costs after its answer (reports, settlement, news, outbox) happens while others are placed. Its processor time,
 *   over the whole life of a call, is a line of the table as well, since no order of work helps where there is more of it than two cores do.
 * - The tables are analysed after the calls that warm everything up, as a server's own autovacuum does within its first minute: what is
 *   measured is not the plans that a connection makes while there is no call at all.
 *
 * The yardstick of the times is a hello-world Koa under the same load.
 */
export async function callCreation(database: BenchDatabase, rounds: number, seconds: number): Promise<Measurement[]> {
  const scene = await startCallScene(database)
  const koaPort = await freePort('127.0.0.1', 0)
  const koa = new Koa().use((ctx) => void (ctx.body = 'hello')).listen(koaPort, '127.0.0.1')
  try {
    await scene.call(50, 3)
    await scene.allSettled()
    await ask(scene.connection, 'vacuum analyze')
    const results: Measurement[] = []
    for (const perSecond of rates) results.push(...(await measure(scene, koaPort, { perSecond, rounds, seconds })))
    return results
  } finally {
    koa.close()
    await scene.stop()
  }
}

interface Round {
  readonly answeredMs: number
  readonly askedMs: number
  readonly yardstickMs: number
  /** Settled while it ran, of those that could be. */
  readonly keptUp: number
  /** A call's processor time in milliseconds, over its whole life. */
  readonly cpu: CpuMicros
}

interface Plan {
  readonly perSecond: number
  readonly rounds: number
  readonly seconds: number
}

async function measure(scene: CallScene, koaPort: number, { perSecond, rounds, seconds }: Plan): Promise<Measurement[]> {
  const all: Round[] = []
  for (let round = 0; round < rounds; round++) all.push(await once(scene, koaPort, perSecond, seconds))
  const middle = (of: (round: Round) => number) => median(all.map(of))
  const time = {
    unit: 'ms',
    yardstick: middle((one) => one.yardstickMs),
    yardstickName: 'hello-world Koa, same load',
    target: { value: 50 },
  }
  return [
    { name: `POST /v1/calls at ${perSecond}/s, p95`, measured: middle((one) => one.answeredMs), ...time },
    { name: '… until the provider is asked to ring, p95', measured: middle((one) => one.askedMs), ...time },
    {
      name: '… calls settled meanwhile',
      unit: '%',
      measured: middle((one) => one.keptUp),
      yardstick: 100,
      yardstickName: 'placed long enough before the end',
      target: { least: 0.9 },
    },
    {
      name: '… CPU of a call, platform and PostgreSQL',
      unit: 'ms',
      measured: middle(({ cpu }) => cpu.platform + cpu.postgres),
      yardstick: middle(({ cpu }) => cpu.telephones + cpu.load),
      yardstickName: 'telephones and load, the same calls',
      // Two cores do forty at fifty calls a second; a fifth of them is left for moments in which more calls come.
      target: { value: 32 },
    },
  ]
}

async function once(scene: CallScene, koaPort: number, perSecond: number, seconds: number): Promise<Round> {
  const { p95Ms: yardstickMs } = await scene.drive({ port: koaPort, path: '/', perSecond, seconds })
  const [before, settledBefore] = [await scene.cpu(), await scene.settled()]
  const { sent, p95Ms, askedP95Ms } = await scene.call(perSecond, seconds)
  const settled = (await scene.settled()) - settledBefore
  await scene.allSettled()
  const after = await scene.cpu()
  const ofCall = (part: keyof CpuMicros) => (after[part] - before[part]) / 1_000 / sent
  const due = Math.max(1, (seconds - wholeLifeSeconds) * perSecond)
  return {
    answeredMs: p95Ms,
    askedMs: askedP95Ms,
    yardstickMs,
    keptUp: Math.min(100, (settled / due) * 100),
    cpu: { platform: ofCall('platform'), postgres: ofCall('postgres'), telephones: ofCall('telephones'), load: ofCall('load') },
  }
}
