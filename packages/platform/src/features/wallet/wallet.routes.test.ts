import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../../../test/start-platform.ts'

let platform: TestPlatform
let app: TestApp
let stranger: TestApp
beforeAll(async () => {
  platform = await startPlatform()
  app = await platform.app('One')
  stranger = await platform.app('Two')
})
afterAll(async () => {
  expect(await platform.trialBalance()).toBe(0)
  await platform.stop()
})

interface Sent {
  /** Empty: none is sent. */
  readonly key?: string
  readonly secretKey?: string
  readonly method?: string
}

/** A request as it goes over the wire, past the SDK's own checks. */
async function send(path: string, body?: string, { key = randomUUID(), secretKey = app.secretKey, method = 'POST' }: Sent = {}) {
  const headers = {
    authorization: `Bearer ${secretKey}`,
    'content-type': 'application/json',
    ...(key === '' ? {} : { 'idempotency-key': key }),
  }
  const response = await fetch(`${platform.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) })
  const answer: unknown = await response.json()
  return { status: response.status, answer, replayed: response.headers.get('idempotent-replay') }
}

const give = (coins: unknown) => JSON.stringify({ coins, reason: 'Gift' })

describe('credits and debits', () => {
  it('move whole coins and answer the transaction and the wallet after it', async () => {
    const asha = await app.user('asha')
    const credited = await app.server.wallets.credit({ userId: 'asha', coins: 40, bucket: 'bonus', reason: 'Welcome' })
    expect(credited).toMatchObject({
      transaction: { type: 'credit', coins: 40, buckets: { bonus: 40 }, reference: null, description: 'Welcome' },
      wallet: { userId: 'asha', balance: 40, buckets: { bonus: 40, purchased: 0, earned: 0, held: 0 }, withdrawable: 0 },
    })
    await app.server.wallets.credit({ userId: 'asha', coins: 10, bucket: 'earned', reason: 'Work' })
    const debited = await app.server.wallets.debit({ userId: 'asha', coins: 45, reason: 'A gift shop' })
    expect(debited).toMatchObject({
      transaction: { type: 'debit', coins: -45, buckets: { bonus: -40, earned: -5 } },
      wallet: { balance: 5, withdrawable: 5 },
    })
    const seen = await asha.client.wallet.get()
    expect(seen).toMatchObject({ userId: 'asha', balance: 5, withdrawable: 5 })
    expect(seen.transactions.map(({ coins, description }) => [coins, description])).toEqual([
      [-45, 'A gift shop'],
      [10, 'Work'],
      [40, 'Welcome'],
    ])
    expect(seen.transactions[0]).toEqual(debited.transaction)
    expect(seen.referralCode).toMatch(/^[2-9A-HJ-NP-Z]{6,}$/)
    expect(await app.server.wallets.get({ userId: 'asha' })).toEqual(seen)
  })

  it('give bonus coins that expire, which nobody can spend from then on', async () => {
    const zoya = await app.user('zoya')
    const at = (ms: number) => new Date(platform.held.now() + ms).toISOString()
    const wish = { userId: 'zoya', coins: 10, bucket: 'bonus', reason: 'Diwali', expiresAt: at(60_000) } as const
    const options = { idempotencyKey: randomUUID() }
    const first = await app.server.wallets.credit(wish, options)
    await platform.advance(30)
    await app.server.wallets.debit({ userId: 'zoya', coins: 4, reason: 'Gift' })
    await platform.advance(200, 10)
    await expect(app.server.wallets.debit({ userId: 'zoya', coins: 1, reason: 'Gift' })).rejects.toMatchObject({
      code: 'insufficient_balance',
    })
    // The very request again is answered as it was, though it would come too late by now.
    expect(await app.server.wallets.credit(wish, options)).toEqual(first)
    expect(await zoya.client.wallet.get()).toMatchObject({ balance: 0, transactions: [{ type: 'expiry', coins: -6 }, {}, {}] })
  })

  it.each([
    ['purchased', 60_000],
    ['earned', 60_000],
    ['bonus', 0],
    ['bonus', -1],
    ['bonus', 11 * 366 * 86_400_000],
  ] as const)('refuse %s coins that expire in %d ms', async (bucket, ms) => {
    await app.user('yash')
    const expiresAt = new Date(platform.held.now() + ms).toISOString()
    const { status, answer } = await send('/v1/users/yash/credits', JSON.stringify({ coins: 1, reason: 'x', bucket, expiresAt }))
    expect([status, answer]).toEqual([
      400,
      expect.objectContaining({ code: 'invalid_request', errors: [expect.objectContaining({ pointer: '/expiresAt' })] }),
    ])
    expect(await app.server.wallets.get({ userId: 'yash' })).toMatchObject({ balance: 0 })
  })

  it('take from the named bucket only', async () => {
    await app.user('bela')
    await app.server.wallets.credit({ userId: 'bela', coins: 5, reason: 'Pack' })
    const wish = { userId: 'bela', coins: 5, bucket: 'earned', reason: 'x' } as const
    await expect(app.server.wallets.debit(wish)).rejects.toMatchObject({ code: 'insufficient_balance', status: 402 })
    expect(await app.server.wallets.get({ userId: 'bela' })).toMatchObject({ balance: 5 })
  })

  it.each(['0', '-1', '1.5', '1e18', '9007199254740992', '"5"', 'null', 'true', '[1]', 'NaN'])('refuse %s coins', async (coins) => {
    await app.user('chand')
    const { status, answer } = await send('/v1/users/chand/credits', `{"coins":${coins},"reason":"x"}`)
    expect([status, answer]).toEqual([400, expect.objectContaining({ code: 'invalid_request' })])
    expect(await app.server.wallets.get({ userId: 'chand' })).toMatchObject({ balance: 0, transactions: [] })
  })

  it.each(['{"coins":5}', '{"coins":5,"reason":""}', '{"coins":5,"reason":"x","bucket":"held"}', '{"coins":5,"reason":"x","more":1}'])(
    'refuse %s',
    async (body) => {
      await app.user('devi')
      expect((await send('/v1/users/devi/credits', body)).status).toBe(400)
    },
  )

  it('need a key of their own', async () => {
    await app.user('esha')
    expect(await send('/v1/users/esha/credits', give(5), { key: '' })).toMatchObject({
      status: 400,
      answer: { code: 'idempotency_key_required' },
    })
  })

  it('find no user of another app, and none that is unknown, with one and the same answer', async () => {
    await stranger.user('only-there')
    const refusals = await Promise.all(['only-there', 'nobody'].map((user) => send(`/v1/users/${user}/credits`, give(5))))
    expect(refusals).toMatchObject([
      { status: 404, answer: { code: 'not_found' } },
      { status: 404, answer: { code: 'not_found' } },
    ])
    expect(await stranger.server.wallets.get({ userId: 'only-there' })).toMatchObject({ balance: 0 })
    await expect(app.server.wallets.get({ userId: 'only-there' })).rejects.toMatchObject({ status: 404 })
    await expect(app.server.wallets.listTransactions({ userId: 'only-there' })).rejects.toMatchObject({ status: 404 })
  })

  it('are not for a user’s own token', async () => {
    const farid = await app.user('farid')
    expect(await send('/v1/users/farid/credits', give(5), { secretKey: await farid.token() })).toMatchObject({
      status: 403,
      answer: { code: 'forbidden' },
    })
  })
})

describe('the same request again', () => {
  it('answers the first answer and moves nothing', async () => {
    await app.user('gita')
    const key = randomUUID()
    const first = await send('/v1/users/gita/credits', give(5), { key })
    const second = await send('/v1/users/gita/credits', give(5), { key })
    expect([first.replayed, second.replayed]).toEqual([null, 'true'])
    expect(second.answer).toEqual(first.answer)
    expect(await app.server.wallets.get({ userId: 'gita' })).toMatchObject({ balance: 5 })
  })

  it('is refused with another body, whose first answer it does not see', async () => {
    await app.user('hari')
    const key = randomUUID()
    await send('/v1/users/hari/credits', give(5), { key })
    expect(await send('/v1/users/hari/credits', give(6), { key })).toMatchObject({
      status: 409,
      answer: { code: 'idempotency_key_reused' },
    })
    expect(await send('/v1/users/hari/debits', give(5), { key })).toMatchObject({ status: 409, answer: { code: 'idempotency_key_reused' } })
    expect(await app.server.wallets.get({ userId: 'hari' })).toMatchObject({ balance: 5 })
  })

  it('stays refused even when it could succeed by now', async () => {
    await app.user('indu')
    const key = randomUUID()
    const refused = await send('/v1/users/indu/debits', give(5), { key })
    await app.server.wallets.credit({ userId: 'indu', coins: 5, reason: 'x' })
    const late = await send('/v1/users/indu/debits', give(5), { key })
    expect([refused, late]).toMatchObject([
      { status: 402, replayed: null, answer: { code: 'insufficient_balance' } },
      { status: 402, replayed: 'true', answer: { code: 'insufficient_balance' } },
    ])
    expect(await app.server.wallets.get({ userId: 'indu' })).toMatchObject({ balance: 5 })
  })

  it('counts once, however many twins arrive at the same time', async () => {
    await app.user('jaya')
    const key = randomUUID()
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('/v1/users/jaya/credits', give(5), { key })))
    expect(new Set(answers.map(({ status }) => status))).toSatisfy((seen: Set<number>) =>
      [...seen].every((status) => [201, 409].includes(status)),
    )
    expect(answers.some(({ status }) => status === 201)).toBe(true)
    expect(await app.server.wallets.get({ userId: 'jaya' })).toMatchObject({ balance: 5 })
  })

  it('is another request in another app', async () => {
    await Promise.all([app.user('kiran'), stranger.user('kiran')])
    const key = randomUUID()
    await send('/v1/users/kiran/credits', give(5), { key })
    expect((await send('/v1/users/kiran/credits', give(6), { key, secretKey: stranger.secretKey })).status).toBe(201)
    expect(await stranger.server.wallets.get({ userId: 'kiran' })).toMatchObject({ balance: 6 })
  })
})

describe('histories', () => {
  it('come in pages, newest first, each transaction once', async () => {
    const lata = await app.user('lata')
    for (let coins = 1; coins <= 7; coins++) await app.server.wallets.credit({ userId: 'lata', coins, reason: `No. ${coins}` })
    const pages: number[][] = []
    let cursor: string | null | undefined
    do {
      const page = await lata.client.wallet.listTransactions({ limit: 3, ...(typeof cursor === 'string' ? { cursor } : {}) })
      pages.push(page.data.map(({ coins }) => coins))
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(pages).toEqual([[7, 6, 5], [4, 3, 2], [1]])
  })

  it('keep their cursors to themselves', async () => {
    const [mohan, nila] = [await app.user('mohan'), await app.user('nila')]
    for (const userId of ['mohan', 'nila']) {
      for (let n = 0; n < 2; n++) await app.server.wallets.credit({ userId, coins: 1, reason: 'x' })
    }
    const { nextCursor } = await mohan.client.wallet.listTransactions({ limit: 1 })
    if (nextCursor === null) throw new Error('there is no second page')
    await expect(nila.client.wallet.listTransactions({ cursor: nextCursor })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(app.server.ledger.listTransactions({ cursor: nextCursor })).rejects.toMatchObject({ code: 'invalid_request' })
    expect((await mohan.client.wallet.listTransactions({ cursor: nextCursor })).data).toHaveLength(1)
  })

  it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=x', 'more=1'])('refuse ?%s', async (query) => {
    expect((await send(`/v1/ledger/transactions?${query}`, undefined, { method: 'GET', key: '' })).status).toBe(400)
  })
})

describe('the books', () => {
  it('sum to zero and show one app’s coins only', async () => {
    const fresh = await platform.app('Three')
    await fresh.user('om')
    await fresh.server.wallets.credit({ userId: 'om', coins: 70, reason: 'x' })
    await fresh.server.wallets.credit({ userId: 'om', coins: 30, bucket: 'bonus', reason: 'x' })
    await fresh.server.wallets.debit({ userId: 'om', coins: 40, reason: 'y' })
    const { data, sum } = await fresh.server.ledger.listAccounts()
    expect(sum).toBe(0)
    expect(Object.fromEntries(data.map(({ name, balance }) => [name, balance]))).toEqual({
      issuance: -70,
      promotions: -30,
      revenue: 40,
      losses: 0,
      payouts_in_flight: 0,
      paid_out: 0,
      users: 60,
    })
    const books = await fresh.server.ledger.listTransactions({ limit: 2 })
    expect(books.data.map(({ type, description }) => [type, description])).toEqual([
      ['debit', 'y'],
      ['credit', 'x'],
    ])
    expect(books.nextCursor).not.toBeNull()
    for (const { entries } of books.data) expect(entries.reduce((total, { coins }) => total + coins, 0)).toBe(0)
    expect(books.data[0]?.entries).toContainEqual({ account: 'bonus', userId: 'om', coins: -30 })
  })

  it('of a frozen app stay readable while its coins stand still', async () => {
    const frozen = await platform.app('Four')
    await frozen.user('puja')
    await frozen.server.wallets.credit({ userId: 'puja', coins: 5, reason: 'x' })
    const freeze = (on: boolean) =>
      platform.platform.db.statement('update tenants set ledger_frozen = $2 where app_id = $1 returning id', [frozen.app.appId, on])
    await freeze(true)
    const key = randomUUID()
    const attempt = () => send('/v1/users/puja/credits', give(5), { key, secretKey: frozen.secretKey })
    expect(await attempt()).toMatchObject({ status: 503, answer: { code: 'ledger_frozen' } })
    expect(await frozen.server.wallets.get({ userId: 'puja' })).toMatchObject({ balance: 5 })
    await freeze(false)
    expect(await attempt()).toMatchObject({ status: 201, replayed: null })
  })
})
