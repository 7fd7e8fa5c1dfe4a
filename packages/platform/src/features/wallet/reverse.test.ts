import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { createLogger } from '../../base/logger.ts'
import { codeOf, noon, openBooks, persist, type Books, type Person } from './books.fixture.ts'
import { collectDebts } from './collect-debts.ts'
import { collectOwed, holdForCall, owedCoins, post, reverse, settleCall } from './index.ts'
import { app, bucket, entry, move, spendable } from './ledger-entry.ts'

let books: Books
beforeAll(async () => {
  books = await openBooks({ poolSize: 24 })
})
afterAll(() => books.closeRight())

let made = 0

/** A person with one top-up of purchased coins and, if asked, bonus coins in the same transaction. */
async function toppedUp(coins: number, bonus = 0): Promise<{ person: Person; topup: string }> {
  const person = await books.makeUser(`person-${++made}`)
  const moves = [move(app('issuance'), bucket(person.id, 'purchased'), coins), move(app('promotions'), bucket(person.id, 'bonus'), bonus)]
  const head = { key: `topup-${made}`, type: 'topup', description: 'Top-up' }
  const { transactionId } = await books.in((tx) => post(tx, books.tenant, entry(head, moves), noon))
  return { person, topup: transactionId }
}

const spend = (person: Person, coins: number) =>
  books.in(async (tx) => {
    const head = { key: `spent-${++made}`, type: 'debit', description: 'Spent' }
    return (await post(tx, books.tenant, entry(head, [move(spendable(person.id), app('revenue'), coins)]), noon)).transactionId
  })

const takeBack = (transactionId: string, more: { key?: string; coins?: number; at?: Books['tenant'] } = {}) => {
  const { key = `reversal-${++made}`, at = books.tenant, coins } = more
  return codeOf(books.in((tx) => reverse(tx, at, { transactionId, key, reason: 'Refund', by: 'test', coins }, noon), at))
}

const owes = (person: Person) => books.in((tx) => owedCoins(tx, books.tenant, person.id))

describe('a reversal', () => {
  it('takes back what is unspent and names what it takes back', async () => {
    const { person, topup } = await toppedUp(100, 20)
    const answer = await takeBack(topup)
    expect(answer).toMatchObject({ userId: person.id, coins: 120, takenCoins: 120, owedCoins: 0 })
    expect(await books.buckets(person)).toEqual({ bonus: 0, purchased: 0, earned: 0, held: 0 })
    const { rows } = await books.admin.query('select type, metadata from ledger_transactions where reverses = $1', [topup])
    expect(rows).toEqual([{ type: 'reversal', metadata: { by: 'test', coins: 120 } }])
  })

  it('makes what is spent a debt, and leaves no bucket below zero', async () => {
    const { person, topup } = await toppedUp(100)
    await spend(person, 70)
    expect(await takeBack(topup)).toMatchObject({ takenCoins: 30, owedCoins: 70 })
    expect(await books.buckets(person)).toEqual({ bonus: 0, purchased: 0, earned: 0, held: 0 })
    expect(await owes(person)).toBe(70)
    // What is bought later is the buyer's: a debt is not paid behind their back.
    await books.credit(person, 'purchased', 50)
    expect(await books.buckets(person)).toMatchObject({ purchased: 50 })
    expect(await owes(person)).toBe(70)
  })

  it('leaves the coins of other buckets alone', async () => {
    const { person, topup } = await toppedUp(10)
    await books.credit(person, 'earned', 40)
    await spend(person, 10)
    expect(await takeBack(topup)).toMatchObject({ takenCoins: 0, owedCoins: 10 })
    expect(await books.buckets(person)).toMatchObject({ earned: 40 })
  })

  it('answers the same key again with the first reversal, and refuses it for another', async () => {
    const { person, topup } = await toppedUp(100)
    const other = await toppedUp(5)
    const first = await takeBack(topup, { key: 'same', coins: 40 })
    expect(await takeBack(topup, { key: 'same', coins: 40 })).toEqual(first)
    expect(await takeBack(topup, { key: 'same', coins: 41 })).toBe('idempotency_key_reused')
    expect(await takeBack(other.topup, { key: 'same' })).toBe('idempotency_key_reused')
    expect(await books.buckets(person)).toMatchObject({ purchased: 60 })
  })

  it('happens once in whole, and in parts up to the whole', async () => {
    const { person, topup } = await toppedUp(100, 10)
    expect(await takeBack(topup, { coins: 60 })).toMatchObject({ takenCoins: 60 })
    expect(await books.buckets(person)).toMatchObject({ purchased: 40, bonus: 10 })
    expect(await takeBack(topup, { coins: 51 })).toBe('conflict')
    expect(await takeBack(topup)).toMatchObject({ coins: 50, takenCoins: 50 })
    expect(await takeBack(topup)).toBe('already_reversed')
    expect(await takeBack(topup, { coins: 1 })).toBe('already_reversed')
  })

  it('is won by one of many at once', async () => {
    const { person, topup } = await toppedUp(100)
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => persist(() => takeBack(topup, { key: `race-${n}` }))))
    expect(answers.filter((answer) => answer === 'already_reversed')).toHaveLength(11)
    expect(await books.buckets(person)).toMatchObject({ purchased: 0 })
    const again = await toppedUp(100)
    const parts = await Promise.all(
      Array.from({ length: 12 }, (_, n) => persist(() => takeBack(again.topup, { key: `part-${n}`, coins: 9 }))),
    )
    expect(parts.filter((answer) => typeof answer === 'object')).toHaveLength(11)
    expect(await books.buckets(again.person)).toMatchObject({ purchased: 1 })
  })

  it('while the coins are being spent takes each coin once', async () => {
    const { person, topup } = await toppedUp(100)
    const spending = Array.from({ length: 20 }, () => codeOf(persist(() => spend(person, 10))))
    const [reversal, ...spent] = await Promise.all([persist(() => takeBack(topup)), ...spending])
    const paid = spent.filter((answer) => answer !== 'insufficient_balance').length * 10
    expect(reversal).toMatchObject({ takenCoins: 100 - paid, owedCoins: paid })
    expect(await owes(person)).toBe(paid)
  })

  it('finds nothing of another app, and nothing that never was', async () => {
    const { person, topup } = await toppedUp(7)
    expect(await takeBack(topup, { at: books.otherTenant })).toBe('not_found')
    expect(await takeBack(newId('txn', noon))).toBe('not_found')
    expect(await books.buckets(person)).toMatchObject({ purchased: 7 })
  })
})

describe('a debt', () => {
  it('is paid from what is earned, and from nothing else', async () => {
    const { person, topup } = await toppedUp(100)
    await spend(person, 100)
    await takeBack(topup)
    await books.credit(person, 'purchased', 30)
    await books.credit(person, 'bonus', 30)
    const collect = () => books.in((tx) => collectOwed(tx, books.tenant, person.id, noon))
    expect(await collect()).toBe(0)
    await books.credit(person, 'earned', 40)
    expect((await Promise.all([collect(), collect(), collect()])).sort()).toEqual([0, 0, 40])
    expect([await owes(person), await books.buckets(person)]).toMatchObject([60, { bonus: 30, purchased: 30, earned: 0 }])
    await books.credit(person, 'earned', 70)
    const changed: string[] = []
    const deps = { db: books.db, clock: systemClock, logger: createLogger('silent') }
    await collectDebts({ ...deps, changed: async (_tenant, userId) => void changed.push(userId) })
    expect([await owes(person), await books.buckets(person)]).toMatchObject([0, { earned: 10 }])
    expect(changed).toContain(person.id)
  })
})

describe('taken back can be', () => {
  it('a debit: the coins return to the buckets they came from, what went last first', async () => {
    const { person } = await toppedUp(10, 5)
    const debit = await spend(person, 12)
    expect(await takeBack(debit, { coins: 8 })).toMatchObject({ coins: 8, takenCoins: 0, owedCoins: 0 })
    expect(await books.buckets(person)).toMatchObject({ bonus: 1, purchased: 10 })
    await takeBack(debit)
    expect(await books.buckets(person)).toMatchObject({ bonus: 5, purchased: 10 })
  })

  it('a reversal, when the dispute is won after all: the debt goes first', async () => {
    const { person, topup } = await toppedUp(100)
    await spend(person, 60)
    const lost = await takeBack(topup)
    if (typeof lost === 'string') throw new Error(lost)
    await takeBack(lost.transactionId, { coins: 60 })
    expect([await owes(person), await books.buckets(person)]).toMatchObject([0, { purchased: 0 }])
    await takeBack(lost.transactionId)
    expect([await owes(person), await books.buckets(person)]).toMatchObject([0, { purchased: 40 }])
  })

  it('no hold and no settlement of a call', async () => {
    const { person } = await toppedUp(10)
    const callee = await books.makeUser('callee')
    const call = { callId: newId('call', noon), callerId: person.id, now: noon }
    await books.in((tx) => holdForCall(tx, books.tenant, { ...call, rateCoins: 1, maxIntervals: 5 }))
    await books.in((tx) => settleCall(tx, books.tenant, { ...call, calleeId: callee.id, dueCoins: 3, sharePercent: 50 }))
    const { rows } = await books.admin.query<{ id: string }>('select id from ledger_transactions where reference_id = $1', [call.callId])
    expect(rows).toHaveLength(2)
    for (const { id } of rows) expect(await takeBack(id)).toBe('not_reversible')
  })
})

it('moves nothing in a frozen ledger', async () => {
  const { person, topup } = await toppedUp(5)
  await books.admin.query('update tenants set ledger_frozen = true where id = $1', [books.tenant])
  try {
    expect(await takeBack(topup)).toBe('ledger_frozen')
  } finally {
    await books.admin.query('update tenants set ledger_frozen = false where id = $1', [books.tenant])
  }
  expect(await books.buckets(person)).toMatchObject({ purchased: 5 })
})
