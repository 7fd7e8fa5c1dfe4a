import type { Sequelize } from 'sequelize'
import { openSequelize, type Connection } from './connect.ts'
import { migrations } from './migrations/index.ts'

const migrationLock = 7_240_117

interface Context {
  readonly sequelize: Sequelize
}

/**
 * Brings the schema up to date as the database's owner. Each migration is one transaction with the row that remembers it, so a crash
 * leaves it wholly done or not at all; two processes that start together take turns.
 */
export async function migrate(connection: Connection): Promise<string[]> {
  const sequelize = openSequelize(connection, { dialect: 'postgres', logging: false, pool: { max: 1 } })
  try {
    const [version] = (await sequelize.query("select current_setting('server_version_num')::int as number", { plain: false }))[0] as {
      number: number
    }[]
    if ((version?.number ?? 0) < 150_000) throw new Error('PostgreSQL 15 or later is needed')
    await sequelize.query('select pg_advisory_lock($1)', { bind: [migrationLock] })
    await sequelize.query(
      'create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null default now())',
    )
    const executed = await namesOf(sequelize)
    if (migrations.every(({ name }) => executed.includes(name))) return []
    // Every command of an operator comes by here, and nearly always there is nothing to do: what does it is large.
    const { Umzug } = await import('umzug')
    const umzug = new Umzug<Context>({
      context: { sequelize },
      logger: undefined,
      migrations: migrations.map(({ name, sql }) => ({
        name,
        up: async ({ context }) => {
          await context.sequelize.query(`begin;\n${sql};\ninsert into schema_migrations (name) values ('${name}');\ncommit`)
        },
      })),
      storage: {
        logMigration: async () => undefined,
        unlogMigration: async () => undefined,
        executed: ({ context }) => namesOf(context.sequelize),
      },
    })
    return (await umzug.up()).map(({ name }) => name)
  } finally {
    await sequelize.close()
  }
}

async function namesOf(sequelize: Sequelize): Promise<string[]> {
  const [rows] = await sequelize.query('select name from schema_migrations order by name')
  return (rows as { name: string }[]).map((row) => row.name)
}
