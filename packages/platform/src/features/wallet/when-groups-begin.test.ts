import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, openBooks, type Books } from './books.fixture.ts'
import type { GroupLimits } from './group-posting.ts'
import { createPoster, credit } from './poster.fixture.ts'

let books: Books
beforeAll(async () => {
  books = await openBooks({ poolSize: 8 })
})
afterAll(() => books.closeRight())

const patient: GroupLimits = { size: 64, perTenant: 2, worthwhile: 6, patienceMs: 60_000, inAll: 8, longestWaitMs: 60_000 }

describe('beside a statement that is under way', () => {
  it('a group that is held up by a lock holds up nobody else', async () => {
    const [rani, sita] = [await books.makeUser('rani'), await books.makeUser('sita')]
    const { move, statements } = createPoster(books)
    await books.admin.query('begin')
    await books.admin.query('select 1 from ledger_accounts where user_id = $1 for update', [rani.id])
    const stuck = move(credit('rani', 1))
    while (statements.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect((await move(credit('sita', 2))).outcome).toBe('new')
    await books.admin.query('rollback')
    expect((await stuck).outcome).toBe('new')
    expect([await books.buckets(rani), await books.buckets(sita)]).toMatchObject([{ purchased: 1 }, { purchased: 2 }])
  })

  it('what comes while a statement is under way goes together in the next', async () => {
    const uma = await books.makeUser('uma')
    const { move, statements } = createPoster(books, { ...patient, worthwhile: 6 })
    await books.admin.query('begin')
    await books.admin.query('select 1 from ledger_accounts where user_id = $1 for update', [uma.id])
    const first = move(credit('uma', 1))
    while (statements.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const more = Array.from({ length: 5 }, () => move(credit('nobody', 1)))
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(statements).toHaveLength(1)
    await books.admin.query('rollback')
    await Promise.all([first, ...more])
    expect(statements).toHaveLength(2)
  })

  it('as many as are worth a statement do not wait for the one under way', async () => {
    const ulla = await books.makeUser('ulla')
    const { move, statements } = createPoster(books, { ...patient, worthwhile: 5 })
    await books.admin.query('begin')
    await books.admin.query('select 1 from ledger_accounts where user_id = $1 for update', [ulla.id])
    const first = move(credit('ulla', 1))
    while (statements.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const more = await Promise.all(Array.from({ length: 5 }, () => move(credit('nobody', 1))))
    expect(more.every(({ outcome }) => outcome === 'new')).toBe(true)
    expect(statements).toHaveLength(2)
    await books.admin.query('rollback')
    await first
  })

  it('of many that come at once no group takes more than half', async () => {
    const { move, statements } = createPoster(books, { ...patient, worthwhile: 2 })
    await Promise.all(Array.from({ length: 20 }, () => move(credit('nobody', 1))))
    // Ten, five, four and one.
    expect(statements).toHaveLength(4)
  })

  it('a move that has waited too long is refused', async () => {
    await books.makeUser('nila')
    const { move, statements } = createPoster(books, {
      size: 2,
      perTenant: 1,
      worthwhile: 1,
      patienceMs: 0,
      inAll: 1,
      longestWaitMs: -1_000,
    })
    expect(await codeOf(move(credit('nila', 1)))).toBe('unavailable')
    expect(statements).toEqual([])
  })
})

it('everybody is served, however narrow the way is', async () => {
  const names = Array.from({ length: 12 }, (_, n) => `narrow-${n}`)
  await Promise.all(names.flatMap((name) => [books.makeUser(name), books.makeUser(name, books.otherTenant)]))
  const { together, statements } = createPoster(books, {
    size: 5,
    perTenant: 1,
    worthwhile: 5,
    patienceMs: 0,
    inAll: 1,
    longestWaitMs: 60_000,
  })
  const answers = await together(names.flatMap((name) => [credit(name, 1), credit(name, 1, { at: books.otherTenant })]))
  expect(answers.every(({ outcome }) => outcome === 'new')).toBe(true)
  expect(statements).toHaveLength(6)
})
