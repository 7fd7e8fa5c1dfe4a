import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { verifyLedger } from '../src/features/wallet/index.ts'
import { ask, type BenchDatabase } from './bench-database.ts'
import { startBenchPlatform } from './bench-platform.ts'
import { loadReport, type Load } from './http-load.ts'
import { median, type Measurement } from './measurement.ts'

const run = promisify(execFile)

const users = 10_000
const connections = 64
const clients = 8

/**
 * Coins moved by HTTP requests with sign-in and Idempotency-Key, durably, against pgbench's tpcb-like transaction on the same server: three
 * updates, a read and an insert without any HTTP. Every move has an account of the app on its other side, the same for all. Users' first
 * credits open no account: theirs are opened with them.
 */
export async function coinMoves(database: BenchDatabase, rounds: number, seconds: number): Promise<Measurement[]> {
  const yardstick = await database.create('tpcb', false)
  await database.pgbench.initialize(yardstick, 10)
  const ours = await startOurs(database)
  try {
    const load = (wish: Partial<MoveLoad> = {}) =>
      drive({ port: ours.port, secretKey: ours.secretKey, connections, users, seconds, ...wish })
    // Enough for every debit to come, given as coins always are. Numbers are spread evenly: each user is among twice as many.
    await load({ coins: 1_000_000, seconds: 600, requests: 2 * users })
    await load({ seconds: 2 })
    await load({ kind: 'debit', seconds: 2 })
    const got = {
      tpcb: [] as Rated[],
      credit: [] as Rated[],
      debit: [] as Rated[],
      overdrawn: [] as Rated[],
      first: [] as Rated[],
      again: [] as Rated[],
    }
    for (let round = 0; round < rounds; round++) {
      const tpcb = await database.pgbench.measure({ connection: yardstick, clients, seconds })
      got.tpcb.push(tpcb)
      got.credit.push(await load())
      got.debit.push(await load({ kind: 'debit' }))
      got.overdrawn.push(await load({ kind: 'debit', overdraftPercent: 5 }))
      const run = `replay-${round}`
      const first = await load({ run })
      got.first.push(first)
      got.again.push(await load({ run, requests: first.count, replays: true }))
    }
    const { faults } = await verifyLedger(ours.db)
    if (faults.length > 0) throw new Error(`the books are wrong after the bench: ${JSON.stringify(faults[0])}`)
    return measurements(got)
  } finally {
    await ours.stop()
  }
}

interface Rated {
  readonly rate: number
  readonly p99Ms: number
}

type Got = Readonly<Record<'tpcb' | 'credit' | 'debit' | 'overdrawn' | 'first' | 'again', readonly Rated[]>>

function measurements(got: Got): Measurement[] {
  const rate = (of: keyof Got) => median(got[of].map((one) => one.rate))
  const p99 = (of: keyof Got) => median(got[of].map((one) => one.p99Ms))
  const tpcb = { yardstick: rate('tpcb'), yardstickName: 'pgbench tpcb-like, 8 clients' }
  return [
    { name: 'coin moves over HTTP, 64 connections: credits', unit: '/s', measured: rate('credit'), ...tpcb, target: { least: 2 } },
    { name: '… charges', unit: '/s', measured: rate('debit'), ...tpcb, target: { least: 2 } },
    {
      name: '… p99 of a charge',
      unit: 'ms',
      measured: p99('debit'),
      yardstick: p99('tpcb'),
      yardstickName: 'pgbench tpcb-like, its p99',
      target: { most: 4 },
    },
    {
      name: '… charges of which 5% are overdrafts',
      unit: '/s',
      measured: rate('overdrawn'),
      yardstick: rate('debit'),
      yardstickName: 'charges without any',
      target: { least: 0.85 },
    },
    {
      name: '… known keys again',
      unit: '/s',
      measured: rate('again'),
      yardstick: rate('first'),
      yardstickName: 'the same for the first time',
      target: { least: 1 },
    },
  ]
}

async function startOurs(database: BenchDatabase) {
  const { connection, platform, port, appId, secretKey, stop } = await startBenchPlatform(database, 'coin_moves')
  await ask(connection, populate(appId))
  await ask(connection, 'vacuum analyze')
  return { port, secretKey, db: platform.db, stop }
}

const populate = (appId: string) => `
  with made as (
    insert into users (id, tenant_id, host_id, display_name, referral_code, created_at)
    select 'usr_' || lpad(n::text, 26, '0'), t.id, 'user-' || n, 'User ' || n, 'R' || n, t.created_at
    from tenants t, generate_series(0, ${users - 1}) n where t.app_id = '${appId}' and t.mode = 'test'
    returning tenant_id, id)
  insert into ledger_accounts (tenant_id, user_id, name) select tenant_id, id, unnest(array['bonus', 'purchased', 'earned', 'held']) from made`

interface MoveLoad extends Load {
  /** All keys are known already. */
  readonly replays?: boolean
}

/** Requests a second; any refusal that was not asked for fails the bench. */
async function drive({ replays = false, ...load }: MoveLoad): Promise<Rated & { count: number }> {
  const script = join(import.meta.dirname, 'http-load.ts')
  const { stdout } = await run(process.execPath, ['--conditions=source', script, JSON.stringify(load)])
  const { answered, overdrafts, replayed, refused, firstRefusal, elapsedMs, p99Ms } = loadReport.parse(JSON.parse(stdout))
  if (refused > 0) throw new Error(`${refused} of ${answered + refused} moves were refused, the first: ${firstRefusal}`)
  if (replayed !== (replays ? answered : 0)) throw new Error(`${replayed} of ${answered} answers were replays`)
  if ((load.overdraftPercent ?? 0) > 0 && overdrafts === 0) throw new Error('nothing was overdrawn')
  const count = answered + overdrafts
  return { count, rate: (count * 1_000) / elapsedMs, p99Ms }
}
