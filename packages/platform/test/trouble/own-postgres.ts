import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPostgres } from '../../src/embedded/postgres-binaries.ts'
import { clusterPaths, databaseName, initialize, startServer, superuser } from '../../src/embedded/postgres-cluster.ts'

/** A PostgreSQL that a test may kill. It is durable, as in production: what was acknowledged must survive. */
export interface OwnPostgres {
  readonly url: string
  start(): Promise<void>
  /** `immediate` is a crash: nothing is flushed, and the next start recovers from the log. */
  stop(how: 'fast' | 'immediate'): Promise<void>
  remove(): Promise<void>
}

export async function ownPostgres(): Promise<OwnPostgres> {
  const dataDir = mkdtempSync(join(tmpdir(), 'connect-trouble-'))
  const socketDir = mkdtempSync(join(tmpdir(), 'ct-'))
  const settings = { dataDir, throwAway: false, maxConnections: 60 }
  const binaries = await findPostgres()
  await initialize(binaries, settings)
  const start = () => startServer(binaries, settings, socketDir)
  const stop = async (how: 'fast' | 'immediate') => {
    await binaries.run('pg_ctl', ['-D', clusterPaths(dataDir).data, '-m', how, '-w', '-t', '30', '-s', 'stop'])
  }
  await start()
  return {
    url: `postgres://${superuser}@localhost:5432/${databaseName}?host=${encodeURIComponent(socketDir)}`,
    start,
    stop,
    async remove() {
      await stop('immediate').catch(() => undefined)
      rmSync(dataDir, { recursive: true, force: true })
      rmSync(socketDir, { recursive: true, force: true })
    },
  }
}
