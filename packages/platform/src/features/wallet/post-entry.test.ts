import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBooks, codeOf, noon, persist, type Books } from './books.fixture.ts'
import { holdForCall, post, settleCall } from './index.ts'
import { app, bucket, entry, move, spendable, type Entry } from './ledger-entry.ts'
import { changesOf } from './ledger-store.ts'

let books: Books
beforeAll(async () => {
  books = await openBooks({ poolSize: 48 })
})
afterAll(() => books.closeRight())

const named = (key: string) => ({ key, type: 'test', description: 'test' })
const postNow = (wish: Entry, at = books.tenant) => books.in((tx) => post(tx, at, wish, noon), at)

describe('a key', () => {
  it('answers the first posting again and moves nothing', async () => {
    const asha = await books.makeUser('asha')
    const gift = entry(named('gift'), [move(app('issuance'), bucket(asha.id, 'purchased'), 10)])
    const first = await postNow(gift)
    const second = await postNow(gift)
    expect(second).toEqual({ transactionId: first.transactionId, replayed: true })
    expect(await books.buckets(asha)).toMatchObject({ purchased: 10 })
  })

  it('is refused with other content', async () => {
    const bela = await books.makeUser('bela')
    const gift = (coins: number) => entry(named('gift-of-bela'), [move(app('issuance'), bucket(bela.id, 'purchased'), coins)])
    await postNow(gift(10))
    expect(await codeOf(postNow(gift(11)))).toBe('idempotency_key_reused')
    expect(await books.buckets(bela)).toMatchObject({ purchased: 10 })
  })

  it('belongs to one tenant', async () => {
    const here = await books.makeUser('here')
    const there = await books.makeUser('there', books.otherTenant)
    await postNow(entry(named('same'), [move(app('issuance'), bucket(here.id, 'purchased'), 1)]))
    await postNow(entry(named('same'), [move(app('issuance'), bucket(there.id, 'purchased'), 2)]), books.otherTenant)
    expect(await books.buckets(there, books.otherTenant)).toMatchObject({ purchased: 2 })
  })

  it('is won by one of many twins at once', async () => {
    const chand = await books.makeUser('chand')
    const gift = entry(named('gift-of-chand'), [move(app('issuance'), bucket(chand.id, 'bonus'), 3)])
    const answers = await Promise.all(Array.from({ length: 40 }, () => persist(() => postNow(gift))))
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(new Set(answers.map(({ transactionId }) => transactionId)).size).toBe(1)
    expect(await books.buckets(chand)).toMatchObject({ bonus: 3 })
  })
})

describe('a user’s account', () => {
  it('is drained bonus, purchased, earned, and never below zero', async () => {
    const devi = await books.makeUser('devi')
    await books.credit(devi, 'earned', 5)
    await books.credit(devi, 'purchased', 5)
    await books.credit(devi, 'bonus', 5)
    const spend = (key: string, coins: number) => postNow(entry(named(key), [move(spendable(devi.id), app('revenue'), coins)]))
    await spend('devi-1', 7)
    expect(await books.buckets(devi)).toEqual({ bonus: 0, purchased: 3, earned: 5, held: 0 })
    await spend('devi-2', 4)
    expect(await books.buckets(devi)).toEqual({ bonus: 0, purchased: 0, earned: 4, held: 0 })
    expect(await codeOf(spend('devi-3', 5))).toBe('insufficient_balance')
    expect(await books.buckets(devi)).toEqual({ bonus: 0, purchased: 0, earned: 4, held: 0 })
  })

  it('refuses all moves of an entry when one cannot be paid', async () => {
    const [esha, farid] = [await books.makeUser('esha'), await books.makeUser('farid')]
    await books.credit(esha, 'purchased', 5)
    const both = entry(named('both'), [
      move(bucket(esha.id, 'purchased'), bucket(farid.id, 'purchased'), 4),
      move(bucket(esha.id, 'purchased'), app('revenue'), 4),
    ])
    expect(await codeOf(postNow(both))).toBe('insufficient_balance')
    expect([await books.buckets(esha), await books.buckets(farid)]).toMatchObject([{ purchased: 5 }, { purchased: 0 }])
  })

  it('holds at most 2^53 − 1 coins over all its buckets', async () => {
    const gita = await books.makeUser('gita')
    await books.credit(gita, 'purchased', Number.MAX_SAFE_INTEGER)
    const more = entry(named('more'), [move(app('issuance'), bucket(gita.id, 'earned'), 1)])
    const { body } = await books.move({ type: 'credit', hostUserId: gita.hostId, bucket: 'purchased', coins: 1 })
    expect([await codeOf(postNow(more)), body]).toEqual(['conflict', expect.objectContaining({ problem: 'conflict' })])
    expect(await books.buckets(gita)).toMatchObject({ purchased: Number.MAX_SAFE_INTEGER, earned: 0 })
  })
})

it('lets exactly the affordable number of 1,000 parallel spends through', async () => {
  const hari = await books.makeUser('hari')
  await books.credit(hari, 'bonus', 1_000)
  await books.credit(hari, 'purchased', 1_000)
  await books.credit(hari, 'earned', 1_003)
  const debit = async (key: string) => {
    const { body } = await books.move({ type: 'debit', hostUserId: hari.hostId, bucket: null, coins: 7, key })
    return body !== null && !('problem' in body)
  }
  const payment = async (key: string) => {
    const answer = await codeOf(persist(() => postNow(entry(named(key), [move(spendable(hari.id), app('revenue'), 7)]))))
    return answer !== 'insufficient_balance'
  }
  const spend = (n: number) => (n % 2 === 0 ? persist(() => debit(`hari-${n}`)) : payment(`hari-${n}`))
  const answers = await Promise.all(Array.from({ length: 1_000 }, (_, n) => spend(n)))
  expect(answers.filter(Boolean)).toHaveLength(429) // 3,003 = 429 × 7
  expect(await books.buckets(hari)).toEqual({ bonus: 0, purchased: 0, earned: 0, held: 0 })
  expect(await books.sum()).toBe(0)
})

describe('between tenants', () => {
  it('the door opens from inside the tenant only', async () => {
    const stranger = await books.makeUser('stranger', books.otherTenant)
    await books.credit(stranger, 'purchased', 9, books.otherTenant)
    const theft = entry(named('theft'), [move(bucket(stranger.id, 'purchased'), app('revenue'), 9)])
    const asOther = books.in((tx) => post(tx, books.otherTenant, theft, noon), books.tenant)
    await expect(asOther).rejects.toMatchObject({ code: '42501' })
    // As one's own posting it names an account that this tenant cannot have.
    await expect(postNow(theft)).rejects.toMatchObject({ code: '23503' })
    expect(await books.buckets(stranger, books.otherTenant)).toMatchObject({ purchased: 9 })
  })

  it('a credit to another tenant’s user finds nobody', async () => {
    const foreign = await books.makeUser('only-there', books.otherTenant)
    const { body } = await books.move({ type: 'credit', hostUserId: foreign.hostId, bucket: 'purchased', coins: 1 })
    expect(body).toEqual({ problem: 'not_found' })
  })

  it('no row of another’s books is seen', async () => {
    const seen = await books.in((tx) => tx.query('select id from ledger_accounts where tenant_id = $1', [books.otherTenant]))
    expect(seen).toEqual([])
  })
})

describe('what is written stays', () => {
  it.each([
    'update ledger_entries set coins = 1',
    'delete from ledger_entries',
    'truncate ledger_entries',
    "update ledger_transactions set type = 'x'",
    'delete from ledger_transactions',
    'truncate ledger_transactions cascade',
    'update ledger_accounts set balance = 1',
    'delete from ledger_accounts',
    'truncate ledger_accounts cascade',
    "insert into ledger_accounts (tenant_id, name, balance) values (1, 'revenue', 5)",
    "insert into ledger_transactions (tenant_id, id, type, description, created_at) values (1, 'txn_x', 'x', 'x', '2026-01-01')",
    "insert into ledger_entries (tenant_id, transaction_id, account_id, coins) values (1, 'txn_x', 1, 1)",
  ])('the application may not %s', async (sql) => {
    await expect(books.in((tx) => tx.query(sql))).rejects.toMatchObject({ code: '42501' })
  })

  it.each(['update ledger_entries set coins = 1', 'delete from ledger_transactions', 'truncate ledger_entries, ledger_transactions'])(
    'not even the owner may %s',
    async (sql) => expect(books.admin.query(sql)).rejects.toMatchObject({ message: expect.stringContaining('append-only') as unknown }),
  )
})

it('a frozen ledger moves nothing and still answers what it has answered', async () => {
  const indu = await books.makeUser('indu')
  const gift = entry(named('gift-of-indu'), [move(app('issuance'), bucket(indu.id, 'purchased'), 10)])
  const first = await postNow(gift)
  await books.admin.query('update tenants set ledger_frozen = true where id = $1', [books.tenant])
  try {
    expect(await codeOf(postNow(entry(named('later'), [move(app('issuance'), bucket(indu.id, 'purchased'), 1)])))).toBe('ledger_frozen')
    const credit = { type: 'credit', hostUserId: indu.hostId, bucket: 'bonus', coins: 1, key: 'while-frozen' } as const
    expect((await books.move(credit)).outcome).toBe('frozen')
    expect((await postNow(gift)).transactionId).toBe(first.transactionId)
    await books.admin.query('update tenants set ledger_frozen = false where id = $1', [books.tenant])
    expect((await books.move(credit)).outcome).toBe('new')
  } finally {
    await books.admin.query('update tenants set ledger_frozen = false where id = $1', [books.tenant])
  }
})

describe('the money of a call', () => {
  const callOf = (callId: string, caller: { id: string }, callee: { id: string }) => ({
    hold: (rateCoins: number, maxIntervals: number) =>
      books.in((tx) =>
        holdForCall(tx, books.tenant, { callId, callerId: caller.id, calleeId: callee.id, rateCoins, maxIntervals, now: noon }),
      ),
    settle: (dueCoins: number, sharePercent = 50) =>
      books.in((tx) =>
        settleCall(tx, books.tenant, { callId, callerId: caller.id, calleeId: callee.id, dueCoins, sharePercent, now: noon }),
      ),
  })

  it('holds whole intervals only, as many as there are coins and at most the longest call', async () => {
    const [jaya, kiran] = [await books.makeUser('jaya'), await books.makeUser('kiran')]
    await books.credit(jaya, 'bonus', 7)
    await books.credit(jaya, 'purchased', 30)
    expect(await callOf('call_a', jaya, kiran).hold(10, 2)).toEqual({ heldCoins: 20 })
    expect(await books.buckets(jaya)).toEqual({ bonus: 0, purchased: 17, earned: 0, held: 20 })
    expect(await callOf('call_b', jaya, kiran).hold(10, 60)).toEqual({ heldCoins: 10 })
    expect(await callOf('call_b', jaya, kiran).hold(10, 60)).toEqual({ heldCoins: 10 })
    expect(await codeOf(callOf('call_c', jaya, kiran).hold(10, 60))).toBe('insufficient_balance')
    expect(await books.buckets(jaya)).toEqual({ bonus: 0, purchased: 7, earned: 0, held: 30 })
  })

  it('is settled once: whoever comes later reads the first settlement', async () => {
    const [lata, mohan] = [await books.makeUser('lata'), await books.makeUser('mohan')]
    await books.credit(lata, 'bonus', 5)
    await books.credit(lata, 'purchased', 100)
    const call = callOf('call_d', lata, mohan)
    await call.hold(10, 5)
    const settlements = await Promise.all([21, 30, 21, 40, 21].map((due) => persist(() => call.settle(due, 33))))
    expect(new Set(settlements.map((settlement) => JSON.stringify(settlement))).size).toBe(1)
    const [{ chargedCoins, earnedCoins }] = settlements as [(typeof settlements)[number]]
    expect(await books.buckets(lata)).toEqual({ bonus: 0, purchased: 105 - chargedCoins, earned: 0, held: 0 })
    expect(await books.buckets(mohan)).toMatchObject({ earned: earnedCoins })
    expect(await call.settle(0)).toEqual(settlements[0])
  })

  it('lays an overrun on the app, not on the caller', async () => {
    const [nila, om] = [await books.makeUser('nila'), await books.makeUser('om')]
    await books.credit(nila, 'purchased', 25)
    const call = callOf('call_e', nila, om)
    await call.hold(10, 9)
    const [losses, revenue] = [await books.appBalance('losses'), await books.appBalance('revenue')]
    expect(await call.settle(30)).toEqual({ chargedCoins: 20, earnedCoins: 10, overrunCoins: 10 })
    expect(await books.buckets(nila)).toMatchObject({ purchased: 5, held: 0 })
    expect([await books.appBalance('losses'), await books.appBalance('revenue')]).toEqual([losses - 10, revenue + 20])
  })

  it('goes back to its buckets when nothing is due', async () => {
    const [puja, qadir] = [await books.makeUser('puja'), await books.makeUser('qadir')]
    await books.credit(puja, 'bonus', 3)
    await books.credit(puja, 'purchased', 4)
    await books.credit(puja, 'earned', 5)
    const call = callOf('call_f', puja, qadir)
    await call.hold(1, 60)
    expect(await books.buckets(puja)).toEqual({ bonus: 0, purchased: 0, earned: 0, held: 12 })
    await call.settle(0)
    expect(await books.buckets(puja)).toEqual({ bonus: 3, purchased: 4, earned: 5, held: 0 })
  })
})

it('answers for each posting what it did to a user', async () => {
  const rani = await books.makeUser('rani')
  const { transactionId } = await postNow(entry(named('rani'), [move(app('promotions'), bucket(rani.id, 'bonus'), 2)]))
  expect(await books.in((tx) => changesOf(tx, books.tenant, transactionId, rani.id))).toEqual({ bonus: 2 })
})
