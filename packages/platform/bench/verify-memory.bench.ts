import { createLogger } from '../src/base/logger.ts'
import { connect } from '../src/db/connect.ts'
import type { PostgresConnection } from '../src/embedded/postgres.ts'
import { sealLedgers } from '../src/features/ledger-proof/index.ts'
import type { BenchDatabase } from './bench-database.ts'
import { commandMemory, idleMemory } from './command-memory.ts'
import { writeHistory } from './history.ts'
import type { Measurement } from './measurement.ts'

/** What `verify-ledger` takes of a ledger of a million transactions, all of them sealed, and of one of a tenth. `scale` 1 is a million. */
export async function verifyMemory(database: BenchDatabase, scale: number): Promise<Measurement[]> {
  const most = Math.round(1_000_000 * scale)
  const [little, much] = [await peakAfter(database, Math.round(most / 10)), await peakAfter(database, most)]
  const name = `memory of verify-ledger after ${most} transactions`
  return [
    { name, unit: 'MB', measured: much, yardstick: little, yardstickName: 'after a tenth of them', target: { most: 1.1 } },
    { name, unit: 'MB', measured: much, yardstick: await idleMemory(), yardstickName: 'Node doing nothing', target: { value: 150 } },
  ]
}

async function peakAfter(database: BenchDatabase, transfers: number): Promise<number> {
  const connection = await database.create(`verify_${transfers}`, true)
  await writeHistory(connection, { users: Math.max(10, Math.round(transfers / 400)), transfers })
  await sealAll(connection)
  return commandMemory(connection, ['verify-ledger', 'app_bench', 'test'])
}

async function sealAll(connection: PostgresConnection): Promise<void> {
  const db = connect(connection, { poolSize: 2 })
  const deps = { db, clock: { now: () => new Date() }, logger: createLogger('silent') }
  try {
    // The first round only notes how far the second may go. On a machine that does other things a batch may wait longer than a request would.
    for (let tries = 1, done = 0; done < 2; tries++) {
      try {
        await sealLedgers(deps)
        done++
      } catch (error) {
        if (tries === 100) throw error
      }
    }
  } finally {
    await db.close()
  }
}
