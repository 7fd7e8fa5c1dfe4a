import pg from 'pg'
import { expect, it } from 'vitest'
import type { PostgresConnection } from '../../src/embedded/postgres.ts'
import { freshDatabase } from './fresh-database.ts'

async function ask(connection: PostgresConnection | string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(typeof connection === 'string' ? { connectionString: connection } : connection)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

it('gives each asker a database of its own, reachable by options and by URL, and takes it away', async () => {
  const migrate = () => Promise.resolve()
  const [one, two] = await Promise.all([freshDatabase({ migrate }), freshDatabase({ migrate })])
  await ask(one.connection, 'create table only_in_one (x int)')
  expect(await ask(one.url, `select to_regclass('only_in_one') is not null as there`)).toEqual([{ there: true }])
  expect(await ask(two.url, `select to_regclass('only_in_one') is not null as there`)).toEqual([{ there: false }])
  await one.drop()
  await expect(ask(one.connection, 'select 1')).rejects.toMatchObject({ code: '3D000' })
  await two.drop()
})
