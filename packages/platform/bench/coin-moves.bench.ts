import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createPlatform } from '../src/app.ts'
import { systemClock } from '../src/base/clock.ts'
import { createLogger } from '../src/base/logger.ts'
import { createBus } from '../src/bus/create-bus.ts'
import { hostedLimits } from '../src/config/settings.ts'
import { freePort } from '../src/embedded/example.ts'
import { verifyLedger } from '../src/features/wallet/index.ts'
import { ask, type BenchDatabase } from './bench-database.ts'
import { loadReport } from './http-load.ts'
import { median, type Measurement } from './measurement.ts'

const run = promisify(execFile)

const users = 10_000
const connections = 64
const clients = 8

const open = { perSecond: 1e9, burst: 1e9 }
const unlimited = { ...hostedLimits, secretLive: open, secretTest: open }

/**
 * Coins moved by HTTP requests with sign-in and Idempotency-Key, each its own durable transaction, against pgbench's tpcb-like
 * transaction on the same server: three updates, a read and an insert without any HTTP. Users' first credits open no account: theirs are
 * opened with them.
 */
export async function coinMoves(database: BenchDatabase, rounds: number, seconds: number): Promise<Measurement[]> {
  const yardstick = await database.create('tpcb', false)
  await database.pgbench.initialize(yardstick, 10)
  const connection = await database.create('coin_moves', true)
  const logger = createLogger('error')
  const bus = await createBus(undefined, logger)
  const port = await freePort('127.0.0.1', 0)
  const platform = await createPlatform({
    connection,
    bus,
    clock: systemClock,
    logger,
    masterKey: randomBytes(32),
    limits: unlimited,
    publicUrl: `http://127.0.0.1:${port}`,
    trustedProxies: [],
    metricsToken: undefined,
    telephony: { test: {}, live: {} },
  })
  await platform.start('127.0.0.1', port)
  try {
    const app = await platform.createApp('Bench')
    const { secretKey } = app.modes.test
    await ask(connection, populate(app.appId))
    await ask(connection, 'vacuum analyze')
    const load = (forSeconds: number) => drive({ port, secretKey, connections, users, seconds: forSeconds })
    await load(2)
    const [measured, measure]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      measure.push(await database.pgbench.rate({ connection: yardstick, clients, seconds }))
      measured.push(await load(seconds))
    }
    const { faults } = await verifyLedger(platform.db)
    if (faults.length > 0) throw new Error(`the books are wrong after the bench: ${JSON.stringify(faults[0])}`)
    return [
      {
        name: 'coin moves over HTTP, 64 connections',
        unit: '/s',
        measured: median(measured),
        yardstick: median(measure),
        yardstickName: 'pgbench tpcb-like, 8 clients',
        target: { least: 0.7 },
      },
    ]
  } finally {
    await platform.stop()
    await bus.close()
  }
}

const populate = (appId: string) => `
  with made as (
    insert into users (id, tenant_id, host_id, display_name, referral_code, created_at)
    select 'usr_' || lpad(n::text, 26, '0'), t.id, 'user-' || n, 'User ' || n, 'R' || n, t.created_at
    from tenants t, generate_series(0, ${users - 1}) n where t.app_id = '${appId}' and t.mode = 'test'
    returning tenant_id, id)
  insert into ledger_accounts (tenant_id, user_id, name) select tenant_id, id, unnest(array['bonus', 'purchased', 'earned', 'held']) from made`

/** Answers requests a second; any refusal fails the bench. */
async function drive(load: object): Promise<number> {
  const script = join(import.meta.dirname, 'http-load.ts')
  const { stdout } = await run(process.execPath, ['--conditions=source', script, JSON.stringify(load)])
  const { answered, refused, firstRefusal, elapsedMs } = loadReport.parse(JSON.parse(stdout))
  if (refused > 0) throw new Error(`${refused} of ${answered + refused} credits were refused, the first: ${firstRefusal}`)
  return (answered * 1_000) / elapsedMs
}
