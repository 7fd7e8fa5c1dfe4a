import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { newId } from '../src/base/ids.ts'
import { tenantId } from '../src/base/tenant.ts'
import { connect } from '../src/db/connect.ts'
import { createGroupPosting } from '../src/features/wallet/group-posting.ts'
import { ask, type BenchDatabase } from './bench-database.ts'
import { median, type Measurement } from './measurement.ts'
import { openBenchWallets } from './wallets.ts'
import type { PostgresConnection } from '../src/embedded/postgres.ts'

const writers = 32
const users = 10_000
/** Callers at once of a group posting: as many requests as a busy process has open. */
const callers = 256

/**
 * The ledger's door without any HTTP, against the plainest transfer that keeps double entries, in the same server and run. The app's own
 * account stands on one side of nearly every transaction: it must not be the row that everybody waits for.
 */
export async function moneyDoor(database: BenchDatabase, rounds: number, seconds: number): Promise<Measurement[]> {
  const plain = await database.create('plain', false)
  await ask(plain, readFileSync(join(import.meta.dirname, 'plain-transfer.sql'), 'utf8'))
  const ours = await database.create('money_door', true)
  await openBenchWallets(ours, { users, coins: 1_000_000 })
  const rate = (connection: PostgresConnection, script: string, forSeconds: number) =>
    database.pgbench.rate({
      connection,
      clients: writers,
      seconds: forSeconds,
      script: join(import.meta.dirname, script),
      // Ids grow with time, as those that the platform makes.
      variables: { users, n: 1_000_000_000, ids: newId('txn').slice(0, 15) },
      settings: connection === ours ? ['role=connect_app', 'connect.tenant=1'] : [],
    })
  await Promise.all([rate(plain, 'plain-random.sql', 2), rate(ours, 'door-hot.sql', 2)])
  const got = { plain: [] as number[], plainHot: [] as number[], uniform: [] as number[], hot: [] as number[], grouped: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    got.plain.push(await rate(plain, 'plain-random.sql', seconds))
    got.plainHot.push(await rate(plain, 'plain-hot.sql', seconds))
    got.uniform.push(await rate(ours, 'door-random.sql', seconds))
    got.hot.push(await rate(ours, 'door-hot.sql', seconds))
    got.grouped.push(await groupRate(ours, seconds))
  }
  const [books] = await ask(
    ours,
    'select sum(balance)::text as sum, count(*) filter (where balance < 0 and user_id is not null) as below from ledger_accounts',
  )
  if (books?.['sum'] !== '0' || books['below'] !== '0') throw new Error('the books are wrong after the bench')
  const unit = '/s'
  const reference = { yardstick: median(got.plain), yardstickName: 'plain reference, one at a time' }
  return [
    { name: 'transfers through the door, 32 writers', unit, measured: median(got.uniform), ...reference, target: { least: 1 } },
    {
      name: '… with one account of the app',
      unit,
      measured: median(got.hot),
      yardstick: median(got.uniform),
      yardstickName: `between random users (plain reference: ${(median(got.plainHot) / median(got.plain)).toFixed(2)})`,
      target: { least: 0.9 },
    },
    { name: '… of concurrent callers, posted in groups', unit, measured: median(got.grouped), ...reference, target: { least: 3 } },
  ]
}

/** Credits a second of many callers at once in one process, each with its key and its answer. */
async function groupRate(connection: PostgresConnection, seconds: number): Promise<number> {
  const db = connect(connection)
  const postMove = createGroupPosting(db)
  const fingerprint = createHash('sha256').update('bench').digest()
  const run = newId('req')
  let done = 0
  const start = performance.now()
  const until = start + seconds * 1_000
  const call = async (caller: number): Promise<void> => {
    for (let n = 0; performance.now() < until; n++) {
      const now = new Date()
      const key = { caller: 'key_bench', key: `${run}-${caller}-${n}`, fingerprint, since: new Date(now.getTime() - 86_400_000) }
      const hostUserId = `user-${1 + Math.floor(Math.random() * users)}`
      const wish = {
        id: newId('txn', now),
        type: 'credit' as const,
        hostUserId,
        bucket: 'purchased',
        coins: 1,
        reason: 'bench',
        by: {},
        now,
      }
      const { outcome } = await postMove(tenantId(1), key, wish)
      if (outcome !== 'new') throw new Error(`a credit was answered ${outcome}`)
      done++
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)))
  const elapsedMs = performance.now() - start
  await db.close()
  return (done * 1_000) / elapsedMs
}
