import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres, type PostgresConnection } from '../../src/embedded/postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: PostgresConnection
  }
}

/** One real PostgreSQL for the whole run. Only this throw-away one goes without fsync. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'connect-test-'))
  const server = await startEmbeddedPostgres({ dataDir, throwAway: true, maxConnections: 400 })
  project.provide('postgres', server.connection)
  return async () => {
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
