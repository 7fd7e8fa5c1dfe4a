import { join } from 'node:path'
import { newId } from '../src/base/ids.ts'
import { tenantId } from '../src/base/tenant.ts'
import { connect, type Db } from '../src/db/connect.ts'
import type { PostgresConnection } from '../src/embedded/postgres.ts'
import { readHistory } from '../src/features/wallet/history-store.ts'
import { verifyLedger } from '../src/features/wallet/index.ts'
import { readWallet } from '../src/features/wallet/wallet-store.ts'
import { ask, type BenchDatabase } from './bench-database.ts'
import { commandMemory, idleMemory } from './command-memory.ts'
import { writeHistory } from './history.ts'
import { median, type Measurement } from './measurement.ts'
import { serverCpuMicros } from './server-cpu.ts'

const clients = 8
const reads = 300
const tenant = tenantId(1)

interface Sized {
  readonly connection: PostgresConnection
  readonly users: number
  readonly db: Db
}

/**
 * What a posting and a read cost with much history and many accounts, beside what they cost with little: in processor time, which does not
 * depend on what else the machine does. `scale` 1 is 10 million transfers and a million accounts.
 */
export async function growth(database: BenchDatabase, rounds: number, seconds: number, scale: number): Promise<Measurement[]> {
  const make = async (name: string, accounts: number, transfers: number): Promise<Sized> => {
    const connection = await database.create(`growth_${name}`, true)
    const users = Math.max(10, Math.round((accounts * scale) / 4))
    const started = performance.now()
    await writeHistory(connection, { users, transfers: Math.round(transfers * scale) })
    process.stderr.write(
      `  ${name}: ${users} users, ${Math.round(transfers * scale)} transfers in ${Math.round((performance.now() - started) / 1_000)} s\n`,
    )
    return { connection, users, db: connect(connection, { poolSize: 4 }) }
  }
  const little = await make('little', 10_000, 1_000_000)
  const long = await make('long', 10_000, 10_000_000)
  const wide = await make('wide', 1_000_000, 1_000_000)
  const all = [little, long, wide]
  try {
    const costs = new Map(all.map((one) => [one, { post: [] as number[], balance: [] as number[], page: [] as number[], checkpoints: 0 }]))
    for (let round = 0; round < rounds; round++) {
      for (const one of all) {
        const cost = costs.get(one)
        if (cost === undefined) continue
        const { micros, checkpoints } = await costOfPosting(database, one, seconds)
        cost.post.push(micros)
        cost.checkpoints += checkpoints
        cost.balance.push(await costOfReads(one, readBalance))
        cost.page.push(await costOfReads(one, readPage))
      }
    }
    const { faults } = await verifyLedger(little.db)
    if (faults.length > 0) throw new Error(`the books are wrong after the bench: ${JSON.stringify(faults[0])}`)
    const of = (one: Sized, what: 'post' | 'balance' | 'page') => median(costs.get(one)?.[what] ?? [])
    const during = all.map((one) => costs.get(one)?.checkpoints ?? 0).join(', ')
    const ratio = (name: string, what: 'post' | 'balance' | 'page', many: Sized, most: number, than: string): Measurement => ({
      name,
      unit: 'µs CPU',
      measured: of(many, what),
      yardstick: of(little, what),
      yardstickName: than,
      target: { most },
    })
    return [
      ratio(`a posting after 10 M × ${scale} transfers (checkpoints meanwhile: ${during})`, 'post', long, 1.15, 'after a tenth of them'),
      ratio(`a posting among 1 M × ${scale} accounts`, 'post', wide, 1.1, 'among a hundredth of them'),
      ratio('a balance after 10 M transfers', 'balance', long, 1.1, 'after a tenth of them'),
      ratio('a page of a statement, in the middle of it', 'page', long, 1.2, 'after a tenth of them'),
      await exportMemory(little.connection),
    ]
  } finally {
    for (const { db } of all) await db.close()
  }
}

/** Processor time of PostgreSQL for each transaction, from a checkpoint on, as all pages are then written in full once. */
async function costOfPosting(
  database: BenchDatabase,
  { connection, users }: Sized,
  seconds: number,
): Promise<{ micros: number; checkpoints: number }> {
  await ask(connection, 'checkpoint')
  const checkpoints = async () =>
    Number((await ask(connection, 'select num_timed + num_requested as n from pg_stat_checkpointer'))[0]?.['n'])
  const [cpu, before] = [await serverCpuMicros(connection), await checkpoints()]
  const rate = await database.pgbench.rate({
    connection,
    clients,
    seconds,
    script: join(import.meta.dirname, 'door-random.sql'),
    variables: { users, n: 1_000_000_000, ids: newId('txn').slice(0, 15) },
    settings: ['role=connect_app', 'connect.tenant=1'],
  })
  return { micros: ((await serverCpuMicros(connection)) - cpu) / (rate * seconds), checkpoints: (await checkpoints()) - before }
}

async function costOfReads({ connection, users, db }: Sized, read: (db: Db, userId: string) => Promise<unknown>): Promise<number> {
  const someone = () => `usr_${String(10_000_001 + Math.floor(Math.random() * users)).padStart(26, '0')}`
  for (let n = 0; n < 30; n++) await read(db, someone())
  const cpu = await serverCpuMicros(connection)
  for (let n = 0; n < reads; n++) await read(db, someone())
  return ((await serverCpuMicros(connection)) - cpu) / reads
}

const readBalance = (db: Db, userId: string) => db.transact(tenant, (tx) => readWallet(tx, tenant, { userId }))

/** From the middle of the year: deep in the history, not at its warm end. */
async function readPage(db: Db, userId: string): Promise<void> {
  const before = newId('txn', new Date(Date.now() - 170 * 86_400_000))
  const { rows } = await db.transact(tenant, (tx) => readHistory(tx, tenant, userId, { limit: 20, before, now: new Date() }))
  if (rows.length === 0) throw new Error('there is no history')
}

/** The most memory that the export of a whole ledger takes, beside a Node that does nothing. */
async function exportMemory(connection: PostgresConnection): Promise<Measurement> {
  const words = ['export-ledger', 'app_bench', 'test', '--format', 'csv', '--by', 'bench', '--reason', 'bench']
  return {
    name: 'memory of an export of the ledger',
    unit: 'MB',
    measured: await commandMemory(connection, words),
    yardstick: await idleMemory(),
    yardstickName: 'Node doing nothing',
    target: { value: 150 },
  }
}
