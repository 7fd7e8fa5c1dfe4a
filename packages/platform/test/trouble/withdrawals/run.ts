import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer } from '@impacthub/sdk/server'
import pg from 'pg'
import { SANDBOX_RAZORPAY_WEBHOOK_SECRET, startRazorpaySandbox, type RazorpaySandbox } from '../../../sandbox/razorpay/server.ts'
import { connect } from '../../../src/db/connect.ts'
import { verifyLedger } from '../../../src/features/wallet/index.ts'
import { makeVerified } from '../../withdrawals/verified.ts'
import { forget, startChild, type ChildPlatform } from '../child-platform.ts'
import { ownPostgres } from '../own-postgres.ts'

export interface PayoutPlan {
  readonly withdrawals: number
  readonly users: number
  readonly kills: number
  readonly seed: number
  readonly limitMs: number
}

export interface PayoutReport {
  readonly withdrawals: number
  readonly paid: number
  readonly undone: number
  readonly payouts: number
  readonly kills: number
  /** Whatever must not be: two payouts of one, money without coins, coins without an end, books that do not add up. */
  readonly faults: readonly string[]
}

const coinsEach = 20
const addresses = ['success@upi', 'success@upi', 'failure@upi', 'reversed@upi', 'doubt@upi', 'success@upi', 'queued@upi']

/** Numbers that are the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

interface Run {
  readonly plan: PayoutPlan
  readonly razorpay: RazorpaySandbox
  readonly database: pg.Client
  platform: ChildPlatform
}

/** People withdraw while the platform is killed again and again, and the provider loses answers and messages. */
export async function payUnderKills(plan: PayoutPlan): Promise<PayoutReport> {
  const postgres = await ownPostgres()
  // Not the child's: what has been paid outlives the platform.
  const razorpay = await startRazorpaySandbox()
  razorpay.control.change({ validateAfterMs: 20, payoutAfterMs: 40 })
  const env = { RAZORPAY_BASE_URL: razorpay.url }
  const first = await startChild({ databaseUrl: postgres.url, env })
  const url = first.demo.platformUrl
  razorpay.control.setWebhook({ url: `${url}/providers/razorpay/test/webhook`, secret: SANDBOX_RAZORPAY_WEBHOOK_SECRET })
  const database = new pg.Client({ connectionString: postgres.url })
  await database.connect()
  const run: Run = { plan, razorpay, database, platform: first }
  const again = { databaseUrl: postgres.url, dataDir: first.dataDir, port: Number(new URL(url).port), env }
  try {
    await prepare(run, { url: postgres.url })
    const sums = watchSums(postgres.url)
    const kills = await withdrawAll(run, async () => {
      await run.platform.kill()
      run.platform = await startChild(again)
    })
    await settle(run)
    return await conclude(run, { url: postgres.url }, { kills, sums: await sums.stop() })
  } finally {
    await database.end()
    await run.platform.stop()
    await razorpay.close()
    await postgres.remove()
    forget(first.dataDir)
  }
}

const nameOf = (user: number): string => `earner-${user}`
const usersOf = ({ users }: PayoutPlan): string[] => Array.from({ length: users }, (_, user) => nameOf(user))

async function prepare({ platform, plan }: Run, connection: { readonly url: string }): Promise<void> {
  const { platformUrl, secretKey, appId } = platform.demo
  const server = createServer({ baseUrl: platformUrl, secretKey })
  const coins = Math.ceil(plan.withdrawals / plan.users) * coinsEach
  for (const userId of usersOf(plan)) {
    await server.users.put({ userId, displayName: userId })
    await server.wallets.credit({ userId, coins, bucket: 'earned', reason: 'Earned' })
  }
  const masterKey = await readFile(join(platform.dataDir, 'master.key'))
  const people = usersOf(plan).map((userId) => ({ userId, name: 'Asha Verma Nair' }))
  await makeVerified({ connection, masterKey, now: new Date(), appId }, people)
}

/** Asks until the platform has answered, whatever happens to it meanwhile. */
async function surely({ platform: { demo } }: Run, userId: string, key: string, vpa: string): Promise<boolean> {
  try {
    const { token } = await createServer({ baseUrl: demo.platformUrl, secretKey: demo.secretKey }).users.createToken({ userId })
    const answer = await fetch(`${demo.platformUrl}/v1/withdrawals`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify({ coins: coinsEach, payee: { type: 'upi', vpa } }),
      signal: AbortSignal.timeout(15_000),
    })
    return answer.ok
  } catch {
    return false
  }
}

/** Each kind of trouble that the provider and the network make, a few at a time. */
function trouble({ razorpay: { control } }: Run, random: () => number): void {
  const path = ['/payouts', '/contacts', '/fund_accounts', '/validations'][Math.floor(random() * 4)] ?? '/payouts'
  if (random() < 0.5) control.faultApi({ action: 'lose-answer', method: 'POST', path })
  else control.faultApi({ action: 'fail', status: 500, path })
  const event = ['payout.processed', 'payout.reversed', 'payout.failed', 'payout.initiated'][Math.floor(random() * 4)] ?? ''
  control.faultCallbacks({ action: random() < 0.5 ? 'drop' : 'repeat', match: { event }, times: 1, copies: 2 })
}

async function withdrawAll(run: Run, killAndStart: () => Promise<void>): Promise<number> {
  const { plan } = run
  const random = seeded(plan.seed)
  const progress = { done: 0 }
  const perUser = Math.ceil(plan.withdrawals / plan.users)
  const all = Promise.all(
    usersOf(plan).map(async (userId, user) => {
      for (let n = 0; n < perUser; n++) {
        const vpa = addresses[(user + n) % addresses.length] ?? 'success@upi'
        while (!(await surely(run, userId, `${userId}-${n}`, vpa))) await sleep(50)
        progress.done++
        // As often as there are people, however many withdrawals: else nothing would ever get through.
        if (random() < Math.min(0.2, plan.users / perUser / 10)) trouble(run, random)
      }
    }),
  )
  let kills = 0
  for (let kill = 1; kill <= plan.kills; kill++) {
    const at = (perUser * plan.users * kill) / (plan.kills + 1)
    while (progress.done < at) await sleep(5)
    await sleep(random() * 120)
    await killAndStart()
    kills++
  }
  await all
  return kills
}

const allCoins = `select sum(a.balance)::text as coins from ledger_accounts a left join users u on u.tenant_id = a.tenant_id and u.id = a.user_id
  where (u.host_id like 'earner-%' and a.name in ('earned', 'held')) or (a.user_id is null and a.name in ('payouts_in_flight', 'paid_out'))`

/** Earned, held, in flight and paid coins, looked at again and again while they move: what they add up to, each sum once. */
function watchSums(connectionString: string): { stop(): Promise<ReadonlySet<string>> } {
  const seen = new Set<string>()
  let stopped = false
  const watching = (async () => {
    const database = new pg.Client({ connectionString })
    await database.connect()
    while (!stopped) {
      const { rows } = await database.query<{ coins: string }>(allCoins)
      seen.add(rows[0]?.coins ?? 'none')
      await sleep(100)
    }
    await database.end()
  })()
  return {
    async stop() {
      stopped = true
      await watching
      return seen
    },
  }
}

const openCount = async ({ database }: Run): Promise<number> => {
  const { rows } = await database.query<{ n: number }>(
    `select count(*)::int as n from withdrawals where status in ('requested', 'approved', 'processing')`,
  )
  return rows[0]?.n ?? 0
}

/** Banks that waited make up their minds, and money comes in; then everything has to come to an end by itself. */
async function settle(run: Run): Promise<void> {
  const { control } = run.razorpay
  control.clearFaults()
  const until = Date.now() + run.plan.limitMs
  while ((await openCount(run)) > 0 && Date.now() < until) {
    for (const { id, status, due } of control.payouts()) {
      if (status === 'queued') control.movePayout(id, 'processing')
      else if (
        status === 'processing' &&
        Object.keys(due).every((kind) => kind === 'processed') &&
        (due.processed ?? 0) > Date.now() + 60_000
      )
        control.movePayout(id, 'processed')
      else if (status === 'processing' && Object.keys(due).length === 0) control.movePayout(id, 'processed')
    }
    await sleep(100)
  }
  // What was paid to one address comes back seconds later, and that may have been told to nobody.
  while (control.payouts().some(({ due }) => Object.keys(due).length > 0)) await sleep(100)
}

async function conclude(
  run: Run,
  connection: { readonly url: string },
  { kills, sums }: { readonly kills: number; readonly sums: ReadonlySet<string> },
): Promise<PayoutReport> {
  const { database, razorpay, plan } = run
  const { rows: withdrawals } = await database.query<{ id: string; status: string; coins: string; net_amount: string }>(
    'select id, status, coins, net_amount from withdrawals',
  )
  const payouts = razorpay.control.payouts()
  const faults: string[] = []
  for (const { id, status, net_amount: amount } of withdrawals) {
    const own = payouts.filter(({ referenceId }) => referenceId === id)
    const [payout] = own
    if (own.length > 1) faults.push(`${id} has ${own.length} payouts`)
    if (payout !== undefined && payout.amount !== Number(amount)) faults.push(`${id} was paid ${payout.amount} instead of ${amount}`)
    // A return whose message was lost is found by the reconciler a day later.
    const isMoneyGone = payout?.status === 'processed' || payout?.status === 'reversed'
    if (status === 'paid' && !isMoneyGone) faults.push(`${id} is paid, and its payout ${payout?.status ?? 'is not there'}`)
    if (status !== 'paid' && payout?.status === 'processed') faults.push(`${id} is ${status}, and its payout was paid`)
    if (['requested', 'approved', 'processing'].includes(status)) faults.push(`${id} is still ${status}`)
  }
  const expected = Math.ceil(plan.withdrawals / plan.users) * plan.users
  if (withdrawals.length !== expected) faults.push(`${withdrawals.length} withdrawals instead of ${expected}`)
  for (const coins of sums) if (Number(coins) !== expected * coinsEach) faults.push(`${coins} coins instead of ${expected * coinsEach}`)
  const db = connect(connection, { poolSize: 2 })
  faults.push(...(await verifyLedger(db)).faults.map(({ rule, subject, detail }) => `${rule}: ${subject} ${detail}`))
  await db.close()
  const paid = withdrawals.filter(({ status }) => status === 'paid').length
  return { withdrawals: withdrawals.length, paid, undone: withdrawals.length - paid, payouts: payouts.length, kills, faults }
}
