import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBooks, codeOf, noon, persist, type Books, type Person } from './books.fixture.ts'
import { post, trialBalance } from './index.ts'
import { app, bucket, entry, move, type Account, type Entry } from './ledger-entry.ts'

let books: Books
beforeAll(async () => {
  books = await openBooks()
})
afterAll(() => books.closeRight())

const transfer = (key: string, from: Account, to: Account, coins: number, expiresAt?: Date): Entry =>
  entry({ key, type: 'test', description: 'test', ...(expiresAt === undefined ? {} : { expiresAt }) }, [move(from, to, coins)])
const postNow = (wish: Entry) => books.in((tx) => post(tx, books.tenant, wish, noon))

/** All that a posting writes to, but for what says when. */
const state = async () => {
  const { rows } = await books.admin.query<{ of: string }>(
    `select concat_ws(' ', 'account', id, balance, plain) as of from ledger_accounts where balance <> 0
     union all select concat_ws(' ', 'grant', account_id, expires_at, transaction_id, source, coins, remaining) from ledger_grants
     union all select concat_ws(' ', 'entry', e.transaction_id, e.account_id, e.coins, e.grants, e.expires_at) from ledger_entries e
     union all select concat_ws(' ', 'key', key, transaction_id) from ledger_keys order by 1`,
  )
  return rows.map((row) => row.of)
}

async function faults() {
  const ledger = { id: books.tenant, appId: 'app_one', mode: 'test', frozen: false } as const
  return (await trialBalance(books.db, ledger)).faults
}

describe('what the narrow door takes back', () => {
  let asha: Person
  let bela: Person
  beforeAll(async () => {
    ;[asha, bela] = [await books.makeUser('asha'), await books.makeUser('bela')]
    await postNow(transfer('asha-1', app('issuance'), bucket(asha.id, 'purchased'), 10))
    await postNow(transfer('asha-2', app('issuance'), bucket(asha.id, 'purchased'), 5))
    await postNow(transfer('bela-1', app('promotions'), bucket(bela.id, 'bonus'), 10, new Date(noon.getTime() + 1_000)))
  })

  const known = () => [
    transfer('asha-1', app('issuance'), bucket(asha.id, 'purchased'), 10),
    transfer('bela-1', app('promotions'), bucket(bela.id, 'bonus'), 10, new Date(noon.getTime() + 1_000)),
  ]
  it('leaves nothing of a replay', async () => {
    const before = await state()
    for (const wish of known()) expect(await postNow(wish)).toMatchObject({ replayed: true })
    expect(await state()).toEqual(before)
  })

  it.each([
    ['too many coins', () => transfer('n-1', bucket(asha.id, 'purchased'), bucket(bela.id, 'earned'), 16), 'insufficient_balance'],
    [
      'too many coins, of the second',
      () => transfer('n-2', bucket(bela.id, 'bonus'), bucket(asha.id, 'earned'), 11),
      'insufficient_balance',
    ],
    [
      'a key with other content',
      () => transfer('asha-1', bucket(asha.id, 'purchased'), bucket(bela.id, 'earned'), 10),
      'idempotency_key_reused',
    ],
  ])('leaves nothing of %s', async (_what, wish, code) => {
    const before = await state()
    expect(await codeOf(postNow(wish()))).toBe(code)
    expect(await state()).toEqual(before)
  })

  it('leaves nothing where the ledger is frozen', async () => {
    const before = await state()
    await books.admin.query('update tenants set ledger_frozen = true where id = $1', [books.tenant])
    expect(await codeOf(postNow(transfer('n-3', bucket(asha.id, 'purchased'), bucket(bela.id, 'earned'), 10)))).toBe('ledger_frozen')
    await books.admin.query('update tenants set ledger_frozen = false where id = $1', [books.tenant])
    expect(await state()).toEqual(before)
  })

  it('takes a grant to its end, and the next one with it', async () => {
    await postNow(transfer('n-4', bucket(asha.id, 'purchased'), bucket(bela.id, 'earned'), 10))
    await postNow(transfer('n-5', bucket(bela.id, 'earned'), app('revenue'), 3))
    await postNow(transfer('n-6', bucket(asha.id, 'purchased'), app('revenue'), 5))
    expect([await books.buckets(asha), await books.buckets(bela)]).toMatchObject([{ purchased: 0 }, { bonus: 10, earned: 7 }])
    expect(await faults()).toEqual([])
  })

  it('gives new bonus coins their end, and spends them no longer than that', async () => {
    const late = new Date(noon.getTime() + 2_000)
    const spend = transfer('n-7', bucket(bela.id, 'bonus'), app('revenue'), 1)
    expect(await codeOf(books.in((tx) => post(tx, books.tenant, spend, late)))).toBe('insufficient_balance')
  })
})

it('does what the wide door does', async () => {
  const pairOf = async (name: string) =>
    (await Promise.all([1, 2].map((n) => books.makeUser(`${name}${n}`)))).sort((a, b) => (a.id < b.id ? -1 : 1))
  const people = [...(await pairOf('p')), ...(await pairOf('q'))]
  await books.admin.query("select set_config('connect.tenant', $1, false)", [String(books.tenant)])
  let seed = 7
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  const names = ['bonus', 'purchased', 'earned']
  const outcomes = new Set<string>()
  for (let n = 0; n < 150; n++) {
    const withApp = random(3) === 0
    const [name, other, coins] = [names[random(3)], withApp ? 'revenue' : names[random(3)], (1 + random(9)) * (random(2) === 0 ? 1 : -1)]
    // The same posting for the first pair through the one door, and for the second pair through the other; now and then one that is known.
    const key = random(10) === 0 ? 0 : n
    const content = Buffer.from([key === 0 ? n % 2 : 0])
    const said = await Promise.all(
      [0, 2].map(async (pair) => {
        const [first, second] = [people[pair], withApp ? undefined : people[pair + 1]]
        const common = [books.tenant, `txn_01m83g000${pair}${String(n).padStart(6, '0')}`, `both-${pair}-${key}`, content]
        const { rows } = await (pair === 0
          ? books.admin.query<{ answer: string }>(
              `select ledger_transfer($1, $2, $3, $4, 'test', null, null, 'test', null, $5, $6, $7, $8, $9, $10, null) as answer`,
              [...common, noon, first?.id, name, second?.id ?? null, other, coins],
            )
          : books.admin.query<{ answer: string }>(
              `select concat_ws(' ', outcome, missing) as answer from ledger_post($1, $2, $3, $4, 'test', null, null, 'test', null, $5, $6, $7, $8, $9, $10, null)`,
              [
                ...common,
                noon,
                [first?.id, second?.id ?? null],
                [name, other],
                [coins < 0 ? 1 : 2, 0, 0],
                [coins < 0 ? 2 : 1],
                [Math.abs(coins)],
              ],
            ))
        return (rows[0]?.answer ?? '').replace(/ txn_.*/, '')
      }),
    )
    expect(said[0]).toBe(said[1])
    outcomes.add((said[0] ?? '').split(' ')[0] ?? '')
  }
  expect(outcomes).toEqual(new Set(['posted', 'insufficient', 'replay', 'reused']))
  const left = await Promise.all(
    people.map(async ({ id }) => {
      const { rows } = await books.admin.query<{ name: string }>(
        `select a.name, a.balance, g.coins, g.remaining, g.source, substr(g.transaction_id, 15) as of from ledger_accounts a
         left join ledger_grants g on g.account_id = a.id where a.user_id = $1 order by 1, g.expires_at, g.transaction_id`,
        [id],
      )
      return rows
    }),
  )
  expect(left.slice(0, 2)).toEqual(left.slice(2))
  expect(await faults()).toEqual([])
})

it('waits for nobody in a circle', async () => {
  const people = await Promise.all(['r1', 'r2', 'r3'].map((name) => books.makeUser(name)))
  for (const person of people) await books.credit(person, 'purchased', 100)
  const posted = Array.from({ length: 120 }, (_, n) => {
    const [from, to] = [people[n % 3], people[(n + 1 + (n % 2)) % 3]]
    if (from === undefined || to === undefined) throw new Error('nobody')
    return persist(() => postNow(transfer(`circle-${n}`, bucket(from.id, 'purchased'), bucket(to.id, 'purchased'), 1)))
  })
  await Promise.all(posted)
  const owned = await Promise.all(people.map((person) => books.buckets(person)))
  expect(owned.reduce((sum, { purchased }) => sum + purchased, 0)).toBe(300)
  expect(await faults()).toEqual([])
})

describe('a wallet with more than a quarter of what one may hold', () => {
  const quarter = 2 ** 51
  it('adds its buckets up before it takes more', async () => {
    const rich = await books.makeUser('rich')
    await postNow(transfer('rich-1', app('issuance'), bucket(rich.id, 'purchased'), 3 * quarter))
    await postNow(transfer('rich-2', app('issuance'), bucket(rich.id, 'earned'), quarter - 1))
    expect(await codeOf(postNow(transfer('rich-3', app('issuance'), bucket(rich.id, 'bonus'), 1)))).toBe('conflict')
    await postNow(transfer('rich-4', bucket(rich.id, 'purchased'), app('revenue'), 1))
    await postNow(transfer('rich-5', app('issuance'), bucket(rich.id, 'bonus'), 1))
    expect(await codeOf(postNow(transfer('rich-6', app('issuance'), bucket(rich.id, 'earned'), 1)))).toBe('conflict')
  })

  it('does so also when coins have only changed their bucket', async () => {
    const sly = await books.makeUser('sly')
    for (const name of ['purchased', 'earned'] as const)
      await postNow(transfer(`sly-${name}`, app('issuance'), bucket(sly.id, name), quarter - 1))
    await postNow(transfer('sly-1', bucket(sly.id, 'purchased'), bucket(sly.id, 'earned'), quarter - 1))
    for (const n of [2, 3]) await postNow(transfer(`sly-${n}`, app('issuance'), bucket(sly.id, 'purchased'), quarter / 2))
    await postNow(transfer('sly-4', app('issuance'), bucket(sly.id, 'bonus'), quarter - 1))
    expect(await codeOf(postNow(transfer('sly-5', app('issuance'), bucket(sly.id, 'purchased'), 3)))).toBe('conflict')
  })
})
