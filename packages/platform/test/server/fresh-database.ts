import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import type { PostgresConnection } from '../../src/embedded/postgres.ts'

/** A database that belongs to one test file. */
export interface FreshDatabase {
  connection: PostgresConnection
  /** The same as a URL, for what takes DATABASE_URL. */
  url: string
  /** Ends connections that are still open, and the database with them. */
  drop(): Promise<void>
}

/** How to make one: `migrate` brings an empty database up to date. It runs once a run; the files get copies. */
export interface FreshDatabaseSettings {
  migrate: (connection: PostgresConnection) => Promise<unknown>
}

const template = 'connect_template'

/** Creating from a template while another session copies or fills it fails: all take turns under this lock. */
const turn = 4_021_977

/** An empty, migrated database on the server of this run. */
export async function freshDatabase({ migrate }: FreshDatabaseSettings): Promise<FreshDatabase> {
  const server = inject('postgres')
  const name = `test_${randomBytes(8).toString('hex')}`
  await asAdmin(server, async (admin) => {
    await admin.query('select pg_advisory_lock($1)', [turn])
    await fillTemplate(admin, server, migrate)
    await admin.query(`create database ${name} template ${template}`)
  })
  const connection = { ...server, database: name }
  return {
    connection,
    url: urlOf(connection),
    drop: () => asAdmin(server, async (admin) => void (await admin.query(`drop database if exists ${name} with (force)`))),
  }
}

async function fillTemplate(admin: pg.Client, server: PostgresConnection, migrate: FreshDatabaseSettings['migrate']): Promise<void> {
  const { rowCount } = await admin.query('select from pg_database where datname = $1', [template])
  if (rowCount !== 0) return
  const draft = `${template}_draft`
  await admin.query(`drop database if exists ${draft} with (force)`)
  await admin.query(`create database ${draft}`)
  await migrate({ ...server, database: draft })
  // The template appears complete: a migration that failed leaves only a draft, and the next file reports the fault again.
  await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [draft])
  await admin.query(`alter database ${draft} rename to ${template}`)
}

/** Closing the session also gives the turn to the next. */
async function asAdmin(server: PostgresConnection, work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ ...server, database: 'postgres' })
  await admin.connect()
  try {
    await work(admin)
  } finally {
    await admin.end()
  }
}

/** A Unix socket has no host name: its folder goes into the query. */
function urlOf({ user, database, host, port }: PostgresConnection): string {
  return `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
}
