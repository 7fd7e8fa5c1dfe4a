import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Person } from '../../src/features/wallet/books.fixture.ts'
import type { Db } from '../../src/db/connect.ts'
import { acceptLate, sealLedgers, verifyBooks } from '../../src/features/ledger-proof/index.ts'
import { codeOf } from '../../src/features/wallet/books.fixture.ts'
import { openSealedBooks, type SealedBooks } from './sealed-books.ts'

let books: SealedBooks
let asha: Person

beforeEach(async () => {
  books = await openSealedBooks()
  asha = await books.makeUser('asha')
})
afterEach(() => books.close())

/** All transactions that are in a seal, in the order of the chain. */
async function sealedIds(): Promise<string[]> {
  const { rows } = await books.admin.query<{ id: string }>(
    'select unnest(transaction_ids) as id from ledger_seals where tenant_id = $1 order by number',
    [books.tenant],
  )
  return rows.map(({ id }) => id)
}

it('seals what is old enough and nothing younger, each transaction once', async () => {
  const first = [await books.give(asha, 1), await books.give(asha, 2)]
  await books.sealAll()
  expect(await sealedIds()).toEqual(first)
  const young = await books.give(asha, 3)
  for (let round = 0; round < 3; round++) await books.seal()
  expect(await sealedIds()).toEqual(first)
  expect((await books.verify()).seals.unsealed).toBe(1)
  await books.sealAll()
  expect(await sealedIds()).toEqual([...first, young])
  await books.sealAll()
  expect((await books.verify()).seals.unsealed).toBe(0)
})

it('waits for a transaction that is held open, and seals it in its place when it has committed', async () => {
  await books.give(asha, 1)
  await books.sealAll()
  const before = await sealedIds()
  // Somebody's posting: begun, given its id, and not committed for long.
  const slow = new pg.Client(books.connection)
  await slow.connect()
  const [old, other] = [books.newTransactionId(), await books.makeUser('bela')]
  await slow.query('begin')
  await slow.query("select set_config('connect.tenant', $1, true)", [String(books.tenant)])
  await slow.query(books.door(old, other))
  const younger: string[] = []
  for (let round = 0; round < 6; round++) {
    books.pass(6)
    younger.push(await books.give(asha, 1))
    await books.seal()
  }
  // The mark from before it lets the rounds come up to it; nothing that is younger may be sealed before it.
  expect(await sealedIds()).toEqual(before)
  expect(books.alarms).toContainEqual(expect.objectContaining({ level: 'warn', code: 'ledger_sealing_stalled', app: 'app_one' }))
  expect((await books.verify()).faults).toEqual([])
  await slow.query('commit')
  await slow.end()
  await books.sealAll()
  expect(await sealedIds()).toEqual([...before, old, ...younger])
  expect((await books.verify()).faults).toEqual([])
})

it('shares the work of many processes, and goes on after one that died', async () => {
  const ids: string[] = []
  for (let n = 0; n < 30; n++) ids.push(await books.give(asha, 1))
  await books.seal()
  books.pass(6)
  await books.seal()
  books.pass(6)
  // This one dies with the seal in its hands.
  const dying = { ...books.deps, clock: { now: books.now } }
  const broken = {
    ...dying,
    db: {
      ...books.db,
      transact: (tenant: Parameters<typeof books.db.transact>[0], work: Parameters<typeof books.db.transact>[1]) =>
        books.db.transact(tenant, async (tx) => {
          const done = await work(tx)
          if (tenant === books.tenant) throw new Error('the process was killed')
          return done
        }),
    },
  } as typeof dying
  await expect(sealLedgers(broken)).rejects.toThrow('killed')
  expect(await sealedIds()).toEqual([])
  while ((await sealedIds()).length === 0) {
    await Promise.all(Array.from({ length: 4 }, () => books.seal()))
    books.pass(6)
  }
  await books.sealAll()
  expect(await sealedIds()).toEqual(ids)
  expect((await books.verify()).faults).toEqual([])
})

it('seals a ledger of many batches as one chain', async () => {
  await books.give(asha, 1)
  await books.tamper(
    [
      `insert into ledger_transactions (tenant_id, id, type, description, created_at)
       select tenant_id, id || to_char(n, 'FM00000'), type, 'Batch', created_at from ledger_transactions, generate_series(1, 2500) n`,
    ],
    [
      `insert into ledger_entries (tenant_id, transaction_id, account_id, user_id, coins)
       select e.tenant_id, e.transaction_id || to_char(n, 'FM00000'), e.account_id, e.user_id, e.coins from ledger_entries e, generate_series(1, 2500) n`,
    ],
    ['update ledger_accounts set balance = balance * 2501'],
  )
  await books.sealAll()
  const { rows } = await books.admin.query<{ count: number; coins: string }>(
    'select cardinality(transaction_ids) as count, coins from ledger_seals where tenant_id = $1 and cardinality(transaction_ids) > 0 order by number',
    [books.tenant],
  )
  expect(rows.map(({ count, coins }) => [count, Number(coins)])).toEqual([
    [1_000, 1_000],
    [1_000, 1_000],
    [501, 501],
  ])
  expect((await books.verify()).seals.unsealed).toBe(0)
})

it('goes on where the database was copied to another server, whose transaction ids are lower', async () => {
  await books.give(asha, 1)
  await books.seal()
  await books.admin.query("update ledger_seal_marks set next_xid = '9000000000000000000'")
  books.pass(6)
  const id = await books.give(asha, 2)
  await books.sealAll()
  expect(await sealedIds()).toContain(id)
})

it('reports a posting whose clock was set back, and lets an operator vouch for it once', async () => {
  await books.give(asha, 1)
  await books.sealAll()
  const at = books.now()
  await books.give(asha, 1)
  await books.sealAll()
  const minutes = (books.now().getTime() - at.getTime()) / 60_000 + 1
  // A process that starts with a wrong time makes ids of that time.
  books.pass(-minutes)
  const late = books.newTransactionId()
  await books.in((tx) => tx.query(books.door(late, asha).text, books.door(late, asha).values))
  books.pass(minutes)
  await books.give(asha, 3)
  await books.sealAll()
  expect(await books.faults()).toEqual([`transaction ${late}: added: it lies in the range of a seal, which does not have it`])
  const order = { appId: 'app_one', mode: 'test', by: 'Nila', reason: 'The clock was set back' }
  expect(await codeOf(acceptLate(books.deps, { ...order, by: ' ' }))).toBe('invalid_request')
  expect(await codeOf(acceptLate(books.deps, { ...order, mode: 'live' }))).toBe('not_found')
  // A walk that began before somebody vouched for it comes to it afterwards.
  let asked = 0
  const db: Db = {
    ...books.db,
    async transact(tenant, work) {
      const found = await books.db.transact(tenant, work)
      if (found instanceof Map && asked++ === 0) expect(await acceptLate(books.deps, order)).toEqual([late])
      return found
    },
  }
  expect((await verifyBooks(db, await books.tenantBooks())).faults).toEqual([])
  expect(await codeOf(acceptLate(books.deps, order))).toBe('conflict')
  expect(await books.faults()).toEqual([])
  await books.give(asha, 4)
  await books.sealAll()
  expect(await books.faults()).toEqual([])
  const { rows } = await books.admin.query(
    "select actor, reason, details ->> 'operator' as name from audit where action = 'ledger.late_accepted'",
  )
  expect(rows).toEqual([{ actor: 'operator', reason: 'The clock was set back', name: 'Nila' }])
  await books.tamper(["update ledger_transactions set description = 'Bribe' where id = $1", late])
  expect(await books.faults()).toEqual([`transaction ${late}: altered: it or one of its entries; a seal has it`])
  expect(await codeOf(acceptLate(books.deps, order))).toBe('conflict')
})

it('is never taken for broken because a seal is made while the chain is read', async () => {
  await books.give(asha, 1)
  await books.sealAll()
  let sealed = 0
  const db: Db = {
    ...books.db,
    async transact(tenant, work) {
      const found = await books.db.transact(tenant, work)
      // The walk has found no seal behind the last one, and now there is one.
      if (found === undefined && sealed++ === 0) {
        await books.give(asha, 1)
        await books.sealAll()
      }
      return found
    },
  }
  expect((await verifyBooks(db, await books.tenantBooks())).faults).toEqual([])
  expect(sealed).toBe(1)
})
