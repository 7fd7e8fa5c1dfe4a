import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../test/server/fresh-database.ts'
import { everyTenant } from '../base/tenant.ts'
import { connect, type Db, type Tx } from './connect.ts'
import { migrate } from './migrate.ts'
import { sqlState } from './sql-state.ts'

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

const failing = (code: string) => `do $$ begin raise exception 'it fails' using errcode = '${code}'; end $$`
const deadlock = failing('40P01')
/** What is waited for, and what only goes along. */
const both = (asked: Promise<unknown>, _written: void) => asked

describe('what a deadlock ended is run again', () => {
  /** How often a transaction runs whose first attempt does this. */
  async function runs(first: (tx: Tx) => Promise<unknown>): Promise<number> {
    let attempts = 0
    await db.transact(everyTenant, async (tx) => (++attempts === 1 ? first(tx) : undefined))
    return attempts
  }

  it.each<[string, (tx: Tx) => Promise<unknown>]>([
    ['nobody waited for it', (tx) => both(tx.query('select 1'), tx.write(deadlock, []))],
    ['something went along with it that nobody waited for', (tx) => both(tx.query(deadlock), tx.write('select 1', []))],
    [
      'what was asked along with it is heard first',
      (tx) => Promise.all([tx.query(deadlock).finally(() => nextTurn()), tx.query('select 1')]),
    ],
    [
      'it was in a savepoint',
      (tx) => tx.savepoint(() => Promise.all([tx.query(deadlock).finally(() => nextTurn()), tx.query('select 1')])),
    ],
    ['who waited for it went on', (tx) => tx.query(deadlock).catch(() => undefined)],
  ])('though %s', async (_, first) => {
    expect(await runs(first)).toBe(2)
  })
})

it('a reading tells why it failed, whatever is heard first', async () => {
  const read = db.readTogether(everyTenant, (sql) =>
    Promise.all([sql.query(failing('22012')).finally(() => nextTurn()), sql.query('select 1')]),
  )
  expect(sqlState(await read.catch((error: unknown) => error))).toBe('22012')
})

it('a transaction goes on after a savepoint that failed, and stays', async () => {
  const told = await db.transact(everyTenant, async (tx) => {
    await tx.savepoint(() => Promise.all([tx.query(failing('23505')), tx.query('select 1')])).catch(() => undefined)
    return tx.query<{ one: number }>('select 1 as one')
  })
  expect(told).toEqual([{ one: 1 }])
})
