import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { after, systemClock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { createLogger } from '../../base/logger.ts'
import { codeOf, noon, openBooks, persist, type Books, type Person } from './books.fixture.ts'
import { expireGrants, holdForCall, owedCoins, post, reverse, settleCall } from './index.ts'
import { app, bucket, entry, move, spendable, type Spendable } from './ledger-entry.ts'

let books: Books
beforeAll(async () => {
  books = await openBooks({ poolSize: 24 })
})
afterAll(() => books.closeRight())

let made = 0
const someone = () => books.makeUser(`person-${++made}`)
const minutes = (count: number) => after(noon, count * 60_000)

/** Gives coins; answers the grant. */
async function give(person: Person, name: Spendable, coins: number, expiresAt?: Date, at = noon): Promise<string> {
  const from = app(name === 'bonus' ? 'promotions' : 'issuance')
  const head = { key: `gift-${++made}`, type: 'gift', description: 'Gift', ...(expiresAt === undefined ? {} : { expiresAt }) }
  return (await books.in((tx) => post(tx, books.tenant, entry(head, [move(from, bucket(person.id, name), coins)]), at))).transactionId
}

/** Spends coins; answers what each entry of the person took from which grant. */
async function spend(person: Person, coins: number, at = noon) {
  const head = { key: `spent-${++made}`, type: 'spending', description: 'Spent' }
  const wish = entry(head, [move(spendable(person.id), app('revenue'), coins)])
  const { transactionId } = await persist(() => books.in((tx) => post(tx, books.tenant, wish, at)))
  return { id: transactionId, took: await grantsOf(transactionId, person) }
}

async function grantsOf(transactionId: string, person: Person): Promise<Record<string, number>> {
  const { rows } = await books.admin.query<{ grants: Record<string, number> }>(
    'select grants from ledger_entries where transaction_id = $1 and user_id = $2 and grants is not null order by account_id',
    [transactionId, person.id],
  )
  return Object.assign({}, ...rows.map(({ grants }) => grants)) as Record<string, number>
}

/** What is left of each grant of a person. */
async function open(person: Person): Promise<Record<string, number>> {
  const { rows } = await books.admin.query<{ transaction_id: string; remaining: string }>(
    `select g.transaction_id, g.remaining from ledger_grants g join ledger_accounts a on a.id = g.account_id
     where a.user_id = $1 and g.remaining > 0`,
    [person.id],
  )
  return Object.fromEntries(rows.map(({ transaction_id: id, remaining }) => [id, Number(remaining)]))
}

describe('spending', () => {
  it('drains by bucket, then soonest expiry, then oldest, and names what it took', async () => {
    const asha = await someone()
    const earned = await give(asha, 'earned', 10)
    const forEver = await give(asha, 'bonus', 10)
    const late = await give(asha, 'bonus', 10, minutes(60))
    const soon = await give(asha, 'bonus', 10, minutes(30))
    const pack1 = await give(asha, 'purchased', 10)
    const pack2 = await give(asha, 'purchased', 10)
    expect((await spend(asha, 4)).took).toEqual({ [soon]: -4 })
    expect((await spend(asha, 12)).took).toEqual({ [soon]: -6, [late]: -6 })
    expect((await spend(asha, 19)).took).toEqual({ [late]: -4, [forEver]: -10, [pack1]: -5 })
    expect(await open(asha)).toEqual({ [pack1]: 5, [pack2]: 10, [earned]: 10 })
    expect((await spend(asha, 25)).took).toEqual({ [pack1]: -5, [pack2]: -10, [earned]: -10 })
    expect(await open(asha)).toEqual({})
  })

  it('never takes what has expired, swept or not', async () => {
    const bela = await someone()
    await give(bela, 'bonus', 10, minutes(30))
    const pack = await give(bela, 'purchased', 5)
    expect((await spend(bela, 2, minutes(30))).took).toEqual({ [pack]: -2 })
    expect(await codeOf(spend(bela, 4, minutes(31)))).toBe('insufficient_balance')
    const hold = { callId: newId('call', noon), callerId: bela.id, rateCoins: 1, maxIntervals: 60, now: minutes(31) }
    expect(await books.in((tx) => holdForCall(tx, books.tenant, hold))).toEqual({ heldCoins: 3 })
  })

  it('keeps grants exact while everybody spends at once', async () => {
    const chand = await someone()
    for (let n = 0; n < 10; n++) await give(chand, 'purchased', 7)
    const spent = await Promise.all(Array.from({ length: 40 }, () => codeOf(spend(chand, 3))))
    expect(spent.filter((answer) => answer === 'insufficient_balance')).toHaveLength(40 - 23)
    expect(Object.values(await open(chand))).toEqual([1])
  })

  it('by requests, alone and in groups, drains as the door does', async () => {
    const devi = await someone()
    const debit = (coins: number) => books.move({ type: 'debit', hostUserId: devi.hostId, bucket: null, coins })
    await books.credit(devi, 'bonus', 3)
    await books.credit(devi, 'purchased', 4)
    await books.credit(devi, 'purchased', 5)
    const all = await Promise.all([2, 3, 1, 4].map(debit))
    expect(all.every(({ body }) => body !== null && !('problem' in body))).toBe(true)
    expect(Object.values(await open(devi))).toEqual([2])
  })
})

describe('what was on hold', () => {
  it('goes back to the very grants it came from: what was drained last comes back', async () => {
    const esha = await someone()
    const callee = await someone()
    const soon = await give(esha, 'bonus', 10, minutes(30))
    const pack1 = await give(esha, 'purchased', 10)
    const pack2 = await give(esha, 'purchased', 10)
    const call = { callId: newId('call', noon), callerId: esha.id, now: noon }
    await books.in((tx) => holdForCall(tx, books.tenant, { ...call, rateCoins: 1, maxIntervals: 25 }))
    expect(await open(esha)).toEqual({ [pack2]: 5 })
    await books.in((tx) => settleCall(tx, books.tenant, { ...call, calleeId: callee.id, dueCoins: 13, sharePercent: 50 }))
    expect(await open(esha)).toEqual({ [pack1]: 7, [pack2]: 10 })
    const again = { callId: newId('call', noon), callerId: esha.id, now: noon }
    const gift = await give(esha, 'bonus', 2, minutes(30))
    await books.in((tx) => holdForCall(tx, books.tenant, { ...again, rateCoins: 1, maxIntervals: 5 }))
    await books.in((tx) => settleCall(tx, books.tenant, { ...again, calleeId: callee.id, dueCoins: 0, sharePercent: 50 }))
    expect(await open(esha)).toEqual({ [gift]: 2, [pack1]: 7, [pack2]: 10 })
    expect(soon).not.toBe(gift)
  })

  it('of a grant that was taken back meanwhile pays the debt when it returns', async () => {
    const farid = await someone()
    const callee = await someone()
    const pack = await give(farid, 'purchased', 10)
    const other = await give(farid, 'purchased', 1)
    const call = { callId: newId('call', noon), callerId: farid.id, now: noon }
    await books.in((tx) => holdForCall(tx, books.tenant, { ...call, rateCoins: 1, maxIntervals: 10 }))
    const wish = { transactionId: pack, key: `reversal-${++made}`, reason: 'Refund', by: 'test' }
    expect(await books.in((tx) => reverse(tx, books.tenant, wish, noon))).toMatchObject({ takenCoins: 1, owedCoins: 9 })
    await books.in((tx) => settleCall(tx, books.tenant, { ...call, calleeId: callee.id, dueCoins: 2, sharePercent: 50 }))
    // Nobody can spend it in between.
    expect(await codeOf(spend(farid, 1))).toBe('insufficient_balance')
    expect(await open(farid)).toEqual({ [pack]: 8 })
    expect(other).not.toBe(pack)
    expect(await books.in((tx) => owedCoins(tx, books.tenant, farid.id))).toBe(9)
  })
})

describe('one grant', () => {
  it('is taken back without touching the others', async () => {
    const gita = await someone()
    const [first, second, third] = [await give(gita, 'bonus', 10), await give(gita, 'bonus', 10), await give(gita, 'bonus', 10)]
    await spend(gita, 4)
    await books.in((tx) => reverse(tx, books.tenant, { transactionId: second, key: `reversal-${++made}`, reason: 'x', by: 'test' }, noon))
    expect(await open(gita)).toEqual({ [first]: 6, [third]: 10 })
  })

  it('that is spent in part costs the others of its bucket only the part that is missing', async () => {
    const hari = await someone()
    const [first, second] = [await give(hari, 'purchased', 10), await give(hari, 'purchased', 10)]
    await spend(hari, 4)
    const wish = { transactionId: first, key: `reversal-${++made}`, reason: 'x', by: 'test' }
    const done = await books.in((tx) => reverse(tx, books.tenant, wish, noon))
    expect(done).toMatchObject({ takenCoins: 10, owedCoins: 0 })
    expect(await grantsOf(done.transactionId, hari)).toEqual({ [first]: -6, [second]: -4 })
    expect(await open(hari)).toEqual({ [second]: 6 })
  })

  it('gets back what a debit had taken from it', async () => {
    const indu = await someone()
    const [first, second] = [await give(indu, 'purchased', 10), await give(indu, 'purchased', 10)]
    const { id } = await spend(indu, 14)
    const back = (coins: number) =>
      books.in((tx) => reverse(tx, books.tenant, { transactionId: id, key: `reversal-${++made}`, reason: 'x', by: 'test', coins }, noon))
    await back(5)
    expect(await open(indu)).toEqual({ [first]: 1, [second]: 10 })
    await back(9)
    expect(await open(indu)).toEqual({ [first]: 10, [second]: 10 })
  })
})

it('the application itself can change no grant, no key and no entry', async () => {
  const jaya = await someone()
  await give(jaya, 'purchased', 1)
  for (const statement of [
    'update ledger_grants set remaining = 99',
    'delete from ledger_grants',
    'truncate ledger_grants',
    "insert into ledger_grants (account_id, expires_at, transaction_id, tenant_id, source, coins, remaining) values (1, 'infinity', 'x', 1, 'x', 1, 1)",
    "update ledger_entries set grants = '{}'",
    'update ledger_entries set expires_at = null',
    'delete from ledger_keys',
    "insert into ledger_keys (tenant_id, key, transaction_id, fingerprint) values (1, 'x', 'x', '')",
    'update ledger_openings set coins = 1',
    "update ledger_transactions set reverses = 'x'",
  ])
    await expect(books.in((tx) => tx.query(statement))).rejects.toMatchObject({ code: '42501' })
})

describe('what has expired', () => {
  const changed: string[] = []
  const sweepAt = (now: Date) =>
    expireGrants({
      db: books.db,
      clock: { ...systemClock, now: () => now },
      logger: createLogger('silent'),
      changed: async (_tenant, userId) => void changed.push(userId),
    })
  const swept = async (person: Person) => {
    const { rows } = await books.admin.query<{ type: string; name: string; coins: string }>(
      `select t.type, a.name, e.coins from ledger_transactions t join ledger_entries e on e.transaction_id = t.id join ledger_accounts a on a.id = e.account_id
       where t.type in ('expiry', 'collection') and e.user_id = $1 order by t.id, a.name`,
      [person.id],
    )
    return rows.map(({ type, name, coins }) => [type, name, Number(coins)])
  }

  it('goes back to the promotions once, however often and by however many it is looked for', async () => {
    const kiran = await someone()
    const gone = await give(kiran, 'bonus', 10, minutes(5))
    const kept = await give(kiran, 'bonus', 7, minutes(15))
    await spend(kiran, 4)
    const before = await books.appBalance('promotions')
    await sweepAt(minutes(4))
    expect(await swept(kiran)).toEqual([])
    await Promise.all([1, 2, 3].map(() => sweepAt(minutes(5))))
    await sweepAt(minutes(6))
    expect(await swept(kiran)).toEqual([['expiry', 'bonus', -6]])
    expect(await open(kiran)).toEqual({ [kept]: 7 })
    expect(await books.appBalance('promotions')).toBe(before + 6)
    expect(await books.buckets(kiran)).toMatchObject({ bonus: 7 })
    expect(changed).toContain(kiran.id)
    expect(gone).not.toBe(kept)
  })

  it('while it was on hold expires when it comes back', async () => {
    const lata = await someone()
    const callee = await someone()
    const gone = await give(lata, 'bonus', 10, minutes(5))
    const call = { callId: newId('call', noon), callerId: lata.id }
    await books.in((tx) => holdForCall(tx, books.tenant, { ...call, rateCoins: 1, maxIntervals: 10, now: noon }))
    await sweepAt(minutes(6))
    expect(await swept(lata)).toEqual([])
    const end = { ...call, calleeId: callee.id, dueCoins: 3, sharePercent: 50, now: minutes(7) }
    await books.in((tx) => settleCall(tx, books.tenant, end))
    expect(await open(lata)).toEqual({ [gone]: 7 })
    expect(await codeOf(spend(lata, 1, minutes(7)))).toBe('insufficient_balance')
    await sweepAt(minutes(8))
    expect(await swept(lata)).toEqual([['expiry', 'bonus', -7]])
  })

  it('of a grant that was taken back pays what is owed, and is the owner’s again when nothing is', async () => {
    const mohan = await someone()
    const callee = await someone()
    const pack = await give(mohan, 'purchased', 10)
    const call = { callId: newId('call', noon), callerId: mohan.id, now: noon }
    await books.in((tx) => holdForCall(tx, books.tenant, { ...call, rateCoins: 1, maxIntervals: 10 }))
    const wish = { transactionId: pack, reason: 'Refund', by: 'test' }
    const lost = await books.in((tx) => reverse(tx, books.tenant, { ...wish, key: `reversal-${++made}`, coins: 6 }, noon))
    expect(lost).toMatchObject({ takenCoins: 0, owedCoins: 6 })
    await books.in((tx) => settleCall(tx, books.tenant, { ...call, calleeId: callee.id, dueCoins: 1, sharePercent: 50 }))
    await sweepAt(noon)
    expect(await swept(mohan)).toEqual([
      ['collection', 'owed', 6],
      ['collection', 'purchased', -6],
    ])
    expect(await books.in((tx) => owedCoins(tx, books.tenant, mohan.id))).toBe(0)
    await sweepAt(noon)
    expect((await spend(mohan, 3)).took).toEqual({ [pack]: -3 })
  })

  it('stays where it is in a frozen ledger, and goes when that is released', async () => {
    const nila = await someone()
    await give(nila, 'bonus', 3, minutes(5))
    await books.admin.query('update tenants set ledger_frozen = true where id = $1', [books.tenant])
    await sweepAt(minutes(6))
    await books.admin.query('update tenants set ledger_frozen = false where id = $1', [books.tenant])
    expect(await swept(nila)).toEqual([])
    await sweepAt(minutes(6))
    expect(await swept(nila)).toEqual([['expiry', 'bonus', -3]])
  })
})
