import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Person } from '../../src/features/wallet/books.fixture.ts'
import { openSealedBooks, type SealedBooks } from './sealed-books.ts'

let books: SealedBooks
let asha: Person
let bela: Person
/** Three gifts to Asha and one to Bela, sealed in two seals; the last one is not sealed. */
let gifts: string[]

beforeEach(async () => {
  books = await openSealedBooks()
  asha = await books.makeUser('asha')
  bela = await books.makeUser('bela')
  gifts = [await books.give(asha, 100), await books.give(bela, 40)]
  await books.sealAll()
  gifts.push(await books.give(asha, 7), await books.give(asha, 9, { description: '=1+1' }))
  await books.sealAll()
  gifts.push(await books.give(asha, 1))
})
afterEach(() => books.close())

const accountOf = async (person: Person | null, name: string): Promise<string> => {
  const { rows } = await books.admin.query<{ id: string }>(
    'select id from ledger_accounts where tenant_id = $1 and user_id is not distinct from $2 and name = $3 order by balance <> 0 desc, id limit 1',
    [books.tenant, person?.id ?? null, name],
  )
  return rows[0]?.id ?? ''
}

it('finds nothing wrong with what the door has written, and says what is sealed', async () => {
  const { faults, seals, transactions } = await books.verify()
  expect([faults, transactions, seals.unsealed]).toEqual([[], 5, 1])
  expect(seals.newest).toMatchObject({ number: seals.seals, hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
  expect((await books.verify('app_two')).faults).toEqual([])
})

const altered = (id: string | undefined) => `transaction ${id}: altered: it or one of its entries; a seal has it`

it('names a transaction whose amount was changed everywhere at once', async () => {
  const [from, to] = [await accountOf(null, 'issuance'), await accountOf(asha, 'purchased')]
  await books.tamper(
    ['update ledger_entries set coins = coins + sign(coins) * 50 where transaction_id = $1', gifts[0]],
    [
      'update ledger_accounts set balance = balance - 50 where id = (select account_id from ledger_entries where transaction_id = $1 and coins < 0)',
      gifts[0],
    ],
    ['update ledger_accounts set balance = balance + 50 where id = $1', to],
    ['update ledger_grants set coins = coins + 50, remaining = remaining + 50 where account_id = $1 and transaction_id = $2', to, gifts[0]],
  )
  expect(from).not.toBe('')
  expect(await books.faults()).toEqual([altered(gifts[0])])
})

it('names a whole transaction that is gone, balances and all', async () => {
  await books.tamper(
    [
      `update ledger_accounts a set balance = a.balance - e.coins from ledger_entries e where e.account_id = a.id and e.transaction_id = $1`,
      gifts[1],
    ],
    ['delete from ledger_entries where transaction_id = $1', gifts[1]],
    ['delete from ledger_grants where transaction_id = $1', gifts[1]],
    ['delete from ledger_keys where transaction_id = $1', gifts[1]],
    ['delete from ledger_transactions where id = $1', gifts[1]],
  )
  expect(await books.faults()).toEqual([`transaction ${gifts[1]}: missing: it is gone; a seal has it`])
})

it('names a balanced transaction that was put into the past', async () => {
  const id = `${(gifts[0] ?? '').slice(0, -1)}~`
  const [from, to] = [await accountOf(null, 'issuance'), await accountOf(bela, 'purchased')]
  await books.tamper(
    [
      `insert into ledger_transactions (tenant_id, id, type, description, created_at) select tenant_id, $2, type, description, created_at
       from ledger_transactions where id = $1`,
      gifts[0],
      id,
    ],
    [
      `insert into ledger_entries (tenant_id, transaction_id, account_id, user_id, coins, expires_at)
       values ($1, $2, $3, null, -5, null), ($1, $2, $4, $5, 5, 'infinity')`,
      books.tenant,
      id,
      from,
      to,
      bela.id,
    ],
    [
      `insert into ledger_grants (account_id, expires_at, transaction_id, tenant_id, source, coins, remaining)
       values ($1, 'infinity', $2, $3, 'test', 5, 5)`,
      to,
      id,
      books.tenant,
    ],
    ['update ledger_accounts set balance = balance - 5 where id = $1', from],
    ['update ledger_accounts set balance = balance + 5 where id = $1', to],
  )
  // It sorts between the two of the first seal.
  expect(await books.faults()).toEqual([`transaction ${id}: added: it lies in the range of a seal, which does not have it`])
  await books.sealAll()
  expect(await books.faults()).toHaveLength(1)
})

it('names the accounts of two users that were swapped, and what they touch', async () => {
  const [hers, others] = [await accountOf(asha, 'purchased'), await accountOf(bela, 'purchased')]
  await books.tamper(
    ["update ledger_accounts set name = 'x' where id = $1", hers],
    ['update ledger_accounts set user_id = $2 where id = $1', others, asha.id],
    ["update ledger_accounts set user_id = $2, name = 'purchased' where id = $1", hers, bela.id],
    [
      'update ledger_entries set user_id = case account_id when $1 then $3 when $2 then $4 end where account_id in ($1, $2)',
      hers,
      others,
      bela.id,
      asha.id,
    ],
  )
  expect(await books.faults()).toEqual([
    ...[hers, others].sort((a, b) => Number(a) - Number(b)).map((id) => `account ${id}: altered; a seal has it`),
    altered(gifts[0]),
    altered(gifts[1]),
    altered(gifts[2]),
    altered(gifts[3]),
  ])
})

it('names each transaction of which anything at all was changed', async () => {
  const changes = [
    ['description', "update ledger_transactions set description = 'Bribe' where id = $1"],
    ['metadata', `update ledger_transactions set metadata = '{"why": "other"}' where id = $1`],
    ['type', "update ledger_transactions set type = 'topup' where id = $1"],
    ['key', "update ledger_transactions set key = 'other' where id = $1"],
    ['fingerprint', "update ledger_keys set fingerprint = '\\x00' where transaction_id = $1"],
    ['key’s row', 'delete from ledger_keys where transaction_id = $1'],
    ['grant', "update ledger_entries set expires_at = '2030-01-01' where transaction_id = $1 and user_id is not null"],
    ['use of grants', `update ledger_entries set grants = '{"txn_1": -1}' where transaction_id = $1 and user_id is null`],
    [
      'use of grants that is no number',
      `update ledger_entries set grants = '{"txn_1": "x"}' where transaction_id = $1 and user_id is null`,
    ],
    ['use of grants that is a list', "update ledger_entries set grants = '[1]' where transaction_id = $1 and user_id is null"],
    ['reversed transaction', "update ledger_transactions set reverses = 'txn_1' where id = $1"],
    ['time', "update ledger_transactions set created_at = created_at + interval '1 microsecond' where id = $1"],
    ['reference', "update ledger_transactions set reference_type = 'call', reference_id = 'call_1' where id = $1"],
    ['account', 'update ledger_entries set account_id = account_id + 1000 where transaction_id = $1 and coins < 0'],
  ] as const
  const victims: string[] = []
  for (const [what] of changes) victims.push(await books.give(bela, 2, { description: what }))
  await books.sealAll()
  await books.tamper(...changes.map(([, sql], place) => [sql, victims[place]] as const))
  const faults = new Set(await books.faults())
  expect(changes.filter((_, place) => !faults.has(altered(victims[place]))).map(([what]) => what)).toEqual([])
  expect(faults.has(altered(gifts[0]))).toBe(false)
})

it('names an account that is gone, and one that was put among the sealed', async () => {
  const empty = await accountOf(bela, 'bonus')
  await books.tamper(['delete from ledger_accounts where id = $1', empty])
  expect(await books.faults()).toEqual([`account ${empty}: missing: it is gone; a seal has it`])
  const again = `insert into ledger_accounts (id, tenant_id, user_id, name, sign, plain) overriding system value
    values ($1, $2, $3::text, $4, ($3 is not null)::integer, $3 is not null)`
  await books.tamper([again, empty, books.tenant, bela.id, 'bonus'])
  expect(await books.faults()).toEqual([])
  await books.tamper(
    [again, -1, books.tenant, null, 'losses'],
    ['delete from ledger_accounts where id = $1', empty],
    [again, empty, books.tenant, null, 'x'],
  )
  expect(await books.faults()).toEqual([`account ${empty}: altered; a seal has it`])
})

it('finds grants that were altered', async () => {
  const grant = 'where account_id = $1 and transaction_id = $2'
  const purchased = await accountOf(asha, 'purchased')
  await books.tamper([`update ledger_grants set expires_at = '2030-01-01' ${grant}`, purchased, gifts[0]])
  expect(await books.faults()).toEqual([`${gifts[0]}: account ${purchased}: until 2030-01-01 00:00:00+00`])
  const others = [
    "expires_at = '-infinity'",
    "expires_at = 'infinity', revoked_at = '2026-01-01'",
    'revoked_at = null, coins = 1',
    "source = 'topup'",
  ]
  for (const change of others) {
    await books.tamper([`update ledger_grants set ${change} ${grant}`, purchased, gifts[0]])
    expect(await books.faults(), change).toEqual([expect.stringMatching(`^${gifts[0]}: account ${purchased}: (taken back|1 coins)`)])
  }
  await books.tamper([`delete from ledger_grants ${grant}`, purchased, gifts[0]])
  expect(await books.faults()).toContain(`${gifts[0]}: account ${purchased}: gave 100, moved 0, left 0`)
})

it('finds an account that was let below zero, and one that the door would take for another kind', async () => {
  const [bonus, held] = [await accountOf(asha, 'bonus'), await accountOf(asha, 'held')]
  await books.tamper(
    ['update ledger_accounts set sign = 0 where id = $1', bonus],
    ['update ledger_accounts set plain = true where id = $1', held],
  )
  expect((await books.faults()).sort()).toEqual([`${bonus}: bonus: sign 0, plain`, `${held}: held: sign 1, plain`].sort())
})

it('finds a balance that was set, and a user’s entry that was doubled', async () => {
  await books.tamper(['update ledger_accounts set balance = balance + 1 where id = $1', await accountOf(asha, 'bonus')])
  expect(await books.faults()).toContainEqual(expect.stringContaining('balance 1, entries 0'))
})

it('names a seal that was rewritten, one that is missing, and a chain that was cut', async () => {
  const { seals: last, newest } = (await books.verify()).seals
  const sealedAt = newest?.sealedAt
  await books.tamper(['update ledger_seals set coins = coins + 1 where tenant_id = $1 and number = $2', books.tenant, last])
  expect(await books.faults()).toEqual([`seal ${last}: altered: its hash is of other content`])
  await books.tamper([
    "update ledger_seals set coins = coins - 1, sealed_at = 'infinity' where tenant_id = $1 and number = $2",
    books.tenant,
    last,
  ])
  expect(await books.faults()).toEqual([`seal ${last}: altered: its hash is of other content`])
  await books.tamper(
    ['update ledger_seals set sealed_at = $3 where tenant_id = $1 and number = $2', books.tenant, last, sealedAt],
    ["update ledger_seals set hash = sha256('x') where tenant_id = $1 and number = 1", books.tenant],
  )
  expect(await books.faults()).toEqual(['seal 1: altered: its hash is of other content', 'seal 2: does not follow the seal before it'])
  await books.tamper(['delete from ledger_seals where tenant_id = $1 and number = 1', books.tenant])
  expect(await books.faults()).toEqual(['seal 1: missing'])
  await books.tamper(['delete from ledger_seals where tenant_id = $1', books.tenant])
  expect(await books.faults()).toEqual([`seal ${last}: missing: the chain ends with a seal`])
})

it('knows the seals of its chain again, and not those of a chain that was made anew', async () => {
  const { seals } = await books.verify()
  const newest = seals.newest?.hash ?? ''
  // Only what is asked for is kept, however long the chain.
  expect([...(await books.verify(undefined, newest, 'f'.repeat(64))).known]).toEqual([newest])
  // Somebody who owns the server alters the past, forgets the chain and lets the sealer make another one.
  await books.tamper(
    ["update ledger_transactions set description = 'Bribe' where id = $1", gifts[0]],
    ['delete from ledger_seals where tenant_id = $1', books.tenant],
    ['delete from ledger_seal_marks where tenant_id = $1', books.tenant],
  )
  await books.sealAll()
  const forged = await books.verify(undefined, newest)
  expect(forged.faults).toEqual([])
  expect(forged.known.size).toBe(0)
})

it('lets the application change no seal', async () => {
  for (const sql of ['update ledger_seals set coins = 0', 'delete from ledger_seals', 'truncate ledger_seals'])
    await expect(books.in((tx) => tx.query(sql))).rejects.toThrow()
})
