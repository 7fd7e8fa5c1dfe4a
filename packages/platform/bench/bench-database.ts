import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { migrate } from '../src/db/migrate.ts'
import { startEmbeddedPostgres, type PostgresConnection } from '../src/embedded/postgres.ts'
import { Pgbench } from './pgbench.ts'

/** The server that all sections share: the embedded PostgreSQL as it runs in production, fsync and all. */
export interface BenchDatabase {
  readonly connection: PostgresConnection
  /** A database of its own, with the platform's schema when `migrated`. */
  create(name: string, migrated: boolean): Promise<PostgresConnection>
  readonly pgbench: Pgbench
  stop(): Promise<void>
}

export async function startBenchDatabase(path: string): Promise<BenchDatabase> {
  const pgbench = new Pgbench(path)
  const dataDir = mkdtempSync(join(tmpdir(), 'connect-bench-'))
  const server = await startEmbeddedPostgres({ dataDir, maxConnections: 200 })
  return {
    connection: server.connection,
    pgbench,
    async create(name, migrated) {
      await ask({ ...server.connection, database: 'postgres' }, `create database ${pg.escapeIdentifier(name)}`)
      const connection = { ...server.connection, database: name }
      if (migrated) await migrate(connection)
      return connection
    },
    async stop() {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Runs statements as the administrator; answers the last one's rows. */
export async function ask(connection: PostgresConnection, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    // Several statements in one text answer a list, which pg's types do not say.
    const answer: unknown = await client.query(sql)
    const last: unknown = Array.isArray(answer) ? answer.at(-1) : answer
    return last instanceof pg.Result ? (last.rows as Record<string, unknown>[]) : []
  } finally {
    await client.end()
  }
}
