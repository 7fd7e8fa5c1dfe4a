import { afterAll, beforeAll, expect, it } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../test/server/fresh-database.ts'
import { everyTenant } from '../base/tenant.ts'
import { connect, type Db } from '../db/connect.ts'
import { migrate } from '../db/migrate.ts'
import { purgeJobs } from './purge.ts'

let database: FreshDatabase
let db: Db
beforeAll(async () => {
  database = await freshDatabase({ migrate })
  db = connect(database.connection)
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

const now = new Date('2030-01-02T12:00:00Z')
const clock = { now: () => now, sleep: () => Promise.resolve() }

/** Answers of so many requests; together they fill more blocks than are gone through at once. */
const keep = (name: string, count: number, at: string) =>
  db.transact(everyTenant, (tx) =>
    tx.query(
      `insert into idempotency_keys (tenant_id, caller, key, fingerprint, status, body, created_at)
       select 1 + n % 2, 'key_one', $1 || n, '', 201, jsonb_build_object('text', repeat('x', 1500)), $3 from generate_series(1, $2::integer) n`,
      [name, count, at],
    ),
  )
const kept = () =>
  db.read<{ name: string; count: string }>(
    everyTenant,
    `select rtrim(key, '0123456789') as name, count(*)::text as count from idempotency_keys group by 1 order by 1`,
    [],
  )
const forget = () => purgeJobs({ db, clock, inbox: { forgetOld: () => Promise.resolve(0) } })[0]?.run()

it('forgets the answers of all apps after a day, wherever they lie, and no younger ones', async () => {
  await keep('first', 2_000, '2030-01-01T11:59:59Z')
  await keep('young', 1_000, '2030-01-01T12:00:00Z')
  await keep('last', 2_000, '2030-01-01T11:59:59Z')
  await forget()
  expect(await kept()).toEqual([{ name: 'young', count: '1000' }])
  await forget()
  expect(await kept()).toEqual([{ name: 'young', count: '1000' }])
})

it('reads each part of the table by its place', async () => {
  const plan = await db.transact(everyTenant, (tx) =>
    tx.query<{ 'QUERY PLAN': string }>(
      "explain delete from idempotency_keys where ctid >= '(0,0)'::tid and ctid < '(512,0)'::tid and created_at < '2030-01-01T12:00:00Z'",
    ),
  )
  expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('Tid Range Scan')
})
