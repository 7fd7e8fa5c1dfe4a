import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { codeOf, openBooks, type Books, type Person } from './books.fixture.ts'
import { makePartitions, post } from './index.ts'
import { app, bucket, entry, move } from './ledger-entry.ts'
import { readHistory } from './history-store.ts'

let books: Books
let asha: Person
beforeAll(async () => {
  books = await openBooks()
  asha = await books.makeUser('asha')
})
afterAll(() => books.closeRight())

let made = 0
const give = (at: Date) =>
  books.in((tx) => {
    const head = { key: `gift-${++made}`, type: 'gift', description: 'Gift' }
    return post(tx, books.tenant, entry(head, [move(app('issuance'), bucket(asha.id, 'purchased'), 1)]), at)
  })

const sections = async (table = 'ledger_entries') => {
  const { rows } = await books.admin.query<{ name: string }>(
    'select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass order by 1',
    [table],
  )
  return rows.map(({ name }) => name.replace(`${table}_`, ''))
}
const sectionOf = async (transactionId: string) => {
  const { rows } = await books.admin.query<{ name: string }>(
    'select tableoid::regclass::text as name from ledger_transactions where id = $1',
    [transactionId],
  )
  return rows[0]?.name.replace('ledger_transactions_', '')
}

it('are made for this month and the next three, once', async () => {
  expect(await sections()).toEqual(['beyond'])
  expect(await makePartitions(books.db, new Date('2026-03-31T23:59:59.999Z'))).toBe(10)
  const months = ['2026_03', '2026_04', '2026_05', '2026_06']
  expect(await sections()).toEqual([...months, 'beyond', 'until_2026_03'])
  expect(await sections('ledger_transactions')).toEqual([...months, 'beyond', 'until_2026_03'])
  expect(await makePartitions(books.db, new Date('2026-03-01T00:00:00.000Z'))).toBe(0)
  expect(await makePartitions(books.db, new Date('2026-04-01T00:00:00.000Z'))).toBe(2)
  expect(await sections()).toContain('2026_07')
})

it('take each transaction by the month of its id', async () => {
  const at = async (time: string) => sectionOf((await give(new Date(time))).transactionId)
  expect(await at('2026-03-01T00:00:00.000Z')).toBe('2026_03')
  expect(await at('2026-03-31T23:59:59.999Z')).toBe('2026_03')
  expect(await at('2026-04-01T00:00:00.000Z')).toBe('2026_04')
  expect(await at('2026-07-31T23:59:59.999Z')).toBe('2026_07')
})

it('have a place for a clock that runs far ahead, and close it where it stands', async () => {
  const { transactionId } = await give(new Date('2027-01-15T12:00:00.000Z'))
  expect(await sectionOf(transactionId)).toBe('beyond')
  await makePartitions(books.db, new Date('2026-05-10T00:00:00.000Z'))
  expect(await sectionOf(transactionId)).toBe('until_2027_02')
  const next = await give(new Date('2027-02-01T00:00:00.000Z'))
  expect(await sectionOf(next.transactionId)).toBe('beyond')
  await makePartitions(books.db, new Date('2027-02-02T00:00:00.000Z'))
  expect(await sections()).toEqual(expect.arrayContaining(['until_2027_03', '2027_03', '2027_05', 'beyond']))
})

it('are made while everybody posts', async () => {
  const now = new Date('2027-06-10T00:00:00.000Z')
  const posting = Array.from({ length: 60 }, () => codeOf(give(now)))
  const making = [1, 2, 3].map(() => makePartitions(books.db, now))
  const answers = await Promise.all(posting)
  await Promise.all(making)
  expect(answers.every((answer) => typeof answer === 'object')).toBe(true)
})

it('that a page of a history does not reach are not opened', async () => {
  const plans: string[] = []
  const textOf = (value: unknown): string =>
    value instanceof Date ? value.toISOString() : typeof value === 'string' ? value : JSON.stringify(value)
  const literal = (value: unknown) =>
    value === null ? 'null' : pg.escapeLiteral(Array.isArray(value) ? `{${value.join(',')}}` : textOf(value))
  /** As every connection of the platform plans it: once, for any month. */
  const explain = async (sql: string, values: readonly unknown[]) => {
    const name = `page_${plans.length}`
    await books.admin.query('set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_hashjoin = off')
    await books.admin.query(`prepare ${name} as ${sql}`)
    const { rows } = await books.admin.query<{ 'QUERY PLAN': string }>(
      `explain (analyze, timing off) execute ${name}(${values.map(literal).join(', ')})`,
    )
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
  }
  await books.in(async (tx) => {
    const { rows } = await readHistory(
      { ...tx, query: async (sql, values = []) => (await explain(sql, values), tx.query(sql, values)) },
      books.tenant,
      asha.id,
      { limit: 10, before: undefined, now: new Date('2027-06-10T00:00:00.000Z') },
    )
    expect(rows).toHaveLength(10)
  })
  expect(plans).toHaveLength(2)
  for (const plan of plans) {
    expect(plan).toMatch(/on ledger_entries_until_2027_07 .*actual/)
    expect(plan).toContain('Subplans Removed')
    expect(plan).not.toContain('2026_03')
  }
})

it('that lie far back are read where the near ones have too little', async () => {
  const all = async (now: string) =>
    books.in((tx) => readHistory(tx, books.tenant, asha.id, { limit: 100, before: undefined, now: new Date(now) }))
  const { rows, next } = await all('2027-06-10T00:00:00.000Z')
  expect(rows).toHaveLength(66)
  expect(next).toBeUndefined()
  expect(rows.map(({ id }) => id)).toEqual([...new Set(rows.map(({ id }) => id))].sort().reverse())
  expect((await all('2040-01-01T00:00:00.000Z')).rows).toEqual(rows)
})

it('are no way around the right to read and add only', async () => {
  await expect(books.in((tx) => tx.query('select from ledger_entries_2026_03'))).rejects.toMatchObject({ code: '42501' })
  await expect(books.admin.query('update ledger_entries_2026_03 set coins = coins + 1')).rejects.toMatchObject({ code: '42501' })
  await expect(books.admin.query('truncate ledger_transactions_beyond')).rejects.toMatchObject({ code: '42501' })
  await expect(books.admin.query('delete from ledger_transactions_until_2027_02')).rejects.toMatchObject({ code: '42501' })
})
