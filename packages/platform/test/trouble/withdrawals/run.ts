import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer } from '@impacthub/sdk/server'
import pg from 'pg'
import { SANDBOX_RAZORPAY_WEBHOOK_SECRET, startRazorpaySandbox } from '../../../sandbox/razorpay/server.ts'
import { connect } from '../../../src/db/connect.ts'
import { createApp } from '../../../src/features/tenants/index.ts'
import { makeVerified } from '../../withdrawals/verified.ts'
import { forget, startChild, type ChildPlatform } from '../child-platform.ts'
import { ownPostgres } from '../own-postgres.ts'
import { conclude, settle, watchSums } from './conclude.ts'
import { createMortal, type Mortal } from './mortal.ts'
import { coinsEach, goOneWay, ways, type Scene, type Way } from './ways.ts'

export interface PayoutPlan {
  readonly withdrawals: number
  readonly users: number
  /** Where the platform dies, one death after the other: points by their names, or `any moment`. */
  readonly deaths: readonly string[]
  readonly seed: number
  readonly limitMs: number
  /** Told of each death. */
  readonly say?: (line: string) => void
}

export interface PayoutReport {
  readonly withdrawals: number
  readonly paid: number
  readonly undone: number
  readonly payouts: number
  readonly deaths: number
  /** Whatever must not be: two payouts of one, money without coins, coins without an end, books that do not add up, a point never come to. */
  readonly faults: readonly string[]
}

/** Numbers that are the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

/** People withdraw while the platform dies again and again, and the provider loses answers and messages. */
export async function payUnderDeaths(plan: PayoutPlan): Promise<PayoutReport> {
  const postgres = await ownPostgres()
  // Not the child's: what has been paid outlives the platform.
  const razorpay = await startRazorpaySandbox()
  razorpay.control.change({ validateAfterMs: 20, payoutAfterMs: 40 })
  const env = { RAZORPAY_BASE_URL: razorpay.url }
  const first = await startChild({ databaseUrl: postgres.url, env })
  const { platformUrl: url, appId, secretKey } = first.demo
  razorpay.control.setWebhook({ url: `${url}/providers/razorpay/test/webhook`, secret: SANDBOX_RAZORPAY_WEBHOOK_SECRET })
  const database = new pg.Client({ connectionString: postgres.url })
  await database.connect()
  const mortal = createMortal(first, { databaseUrl: postgres.url, dataDir: first.dataDir, port: Number(new URL(url).port), env })
  try {
    const byHand = await appByHand(postgres.url, first)
    const scene: Scene = { url, sent: { appId, secretKey }, byHand, razorpay, database }
    const tasks = await prepare(scene, plan, { url: postgres.url, masterKey: await masterKeyOf(first) })
    const sums = watchSums(postgres.url)
    const faults = await liveAndDie(scene, mortal, plan, tasks)
    await settle(scene, plan.limitMs)
    return { ...(await conclude(scene, { url: postgres.url }, { tasks, faults, sums: await sums.stop() })), deaths: mortal.deaths() }
  } finally {
    await database.end()
    await mortal.stop()
    await razorpay.close()
    await postgres.remove()
    forget(first.dataDir)
  }
}

const masterKeyOf = ({ dataDir }: ChildPlatform): Promise<Buffer> => readFile(join(dataDir, 'master.key'))

/** A second app, whose own people pay, and look at each withdrawal before. */
async function appByHand(url: string, platform: ChildPlatform): Promise<Scene['byHand']> {
  const db = connect({ url }, { poolSize: 2 })
  const clock = { now: () => new Date(), sleep: () => Promise.resolve() }
  const { appId, modes } = await createApp({ db, clock, masterKey: await masterKeyOf(platform) }, 'By hand')
  await db.close()
  const { secretKey } = modes.test
  const server = createServer({ baseUrl: platform.demo.platformUrl, secretKey })
  await server.app.update({ withdrawals: { method: 'hand', approval: 'by_hand' } })
  return { appId, secretKey }
}

/** A withdrawal to come, and whose it is. */
export interface Task {
  readonly way: Way
  readonly userId: string
}

/** Whoever loses their verification does nothing else. */
async function prepare(
  scene: Scene,
  { withdrawals, users }: PayoutPlan,
  { url, masterKey }: { readonly url: string; readonly masterKey: Buffer },
): Promise<Task[]> {
  const tasks = Array.from({ length: withdrawals }, (_, n): Task => {
    const way = ways[n % ways.length] ?? { app: 'sent', vpa: 'success@upi' }
    return { way, userId: way.isLoser === true ? `person-lost-${n}` : `person-${n % users}` }
  })
  for (const app of ['sent', 'byHand'] as const) {
    const { appId, secretKey } = scene[app]
    const server = createServer({ baseUrl: scene.url, secretKey })
    const coins = new Map<string, number>()
    for (const { way, userId } of tasks) if (way.app === app) coins.set(userId, (coins.get(userId) ?? 0) + coinsEach)
    for (const userId of coins.keys()) {
      await server.users.put({ userId, displayName: userId })
      await server.wallets.credit({ userId, coins: coins.get(userId) ?? 0, bucket: 'earned', reason: 'Earned' })
    }
    const people = [...coins.keys()].map((userId) => ({ userId, name: 'Asha Verma Nair' }))
    await makeVerified({ connection: { url }, masterKey, now: new Date(), appId }, people)
  }
  return tasks
}

/** Each kind of trouble that the provider and the network make, a few at a time. */
function trouble({ razorpay: { control } }: Scene, random: () => number): void {
  const path = ['/payouts', '/contacts', '/fund_accounts', '/validations'][Math.floor(random() * 4)] ?? '/payouts'
  if (random() < 0.5) control.faultApi({ action: 'lose-answer', method: 'POST', path })
  else control.faultApi({ action: 'fail', status: 500, path })
  const event = ['payout.processed', 'payout.reversed', 'payout.failed', 'payout.initiated'][Math.floor(random() * 4)] ?? ''
  control.faultCallbacks({ action: random() < 0.5 ? 'drop' : 'repeat', match: { event }, times: 1, copies: 2 })
}

/** What the provider refused comes again after longer and longer: nobody waits for that here, for everything behind it would wait as well. */
const putOff = `update tasks set run_at = now() where kind in ('withdrawal.check', 'withdrawal.send') and leased_until is null and run_at > now()`

/** So long it may take to come to a point. */
const pointMs = 120_000

/** Every death has its share of the withdrawals, all ways among them: none is left without what leads to it. */
async function liveAndDie(scene: Scene, mortal: Mortal, plan: PayoutPlan, tasks: readonly Task[]): Promise<string[]> {
  const random = seeded(plan.seed)
  const faults: string[] = []
  let open = 0
  const stream = async (first: number) => {
    for (let n = first; n < tasks.length; n += plan.users) {
      while (n >= open) await sleep(20)
      const task = tasks[n]
      if (task === undefined) return
      // As often as there are people, however many withdrawals: else nothing would ever get through.
      if (random() < Math.min(0.2, (plan.users * plan.users) / tasks.length / 10)) trouble(scene, random)
      await goOneWay(scene, task.way, task.userId).catch((error: unknown) => faults.push(`${n}: ${String(error)}`))
    }
  }
  const all = Promise.all(Array.from({ length: plan.users }, (_, user) => stream(user)))
  for (const [n, point] of plan.deaths.entries()) {
    // What is looked for is what was sent and not answered.
    if (point.startsWith('find')) scene.razorpay.control.faultApi({ action: 'lose-answer', method: 'POST', path: '/payouts' })
    open = Math.floor((tasks.length * (n + 1)) / (plan.deaths.length + 1))
    // What fails, as in a deadlock with the platform, is done the next time.
    const hurry = setInterval(() => void scene.database.query(putOff).catch(() => undefined), 1_000)
    const missed = await mortal.dieAt(point, random() * 2_000, pointMs).finally(() => clearInterval(hurry))
    faults.push(...missed)
    plan.say?.(`${point}${missed.length === 0 ? '' : ': NEVER CAME THERE'}`)
  }
  await mortal.live()
  open = tasks.length
  await all
  return faults
}
