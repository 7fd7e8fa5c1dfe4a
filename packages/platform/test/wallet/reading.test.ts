import { iterate } from '@impacthub/sdk'
import { newId } from '../../src/base/ids.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, codeOf } from '../ask.ts'
import { callOf, inProgress, pair, settled, until } from '../calls/scene.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'

let here: TestPlatform
let app: TestApp
let stranger: TestApp
beforeAll(async () => {
  here = await startPlatform()
  app = await here.app('One')
  stranger = await here.app('Two')
})
afterAll(async () => {
  expect(await here.trialBalance()).toBe(0)
  await here.stop()
})

const get = (path: string, credential: string) => ask(here.url, { method: 'GET', path, credential })
const refusal = (code: string, status: number): unknown => expect.objectContaining({ code, status })
const give = (userId: string, coins: number, rest: { reason?: string; bucket?: 'bonus' | 'earned' } = {}) =>
  app.server.wallets.credit({ userId, coins, reason: 'Gift', ...rest })
const said = ({ data }: { data: readonly { description: string }[] }) => data.map(({ description }) => description)

describe('the coins of a call', () => {
  it('are held while it goes on, and told with partner and length when it is over', async () => {
    const two = await pair(app, { coins: 7, calleeDoes: '1125', rate: { coins: 2, seconds: 60 } })
    await give(two.caller.userId, 4, { bucket: 'bonus' })
    const { id } = await callOf(two)
    await until(here, app, id, inProgress)
    const held = await two.caller.client.wallet.listHolds()
    expect(held).toEqual({
      data: [
        {
          id: expect.stringMatching(/^txn_/) as unknown,
          coins: 10,
          buckets: { bonus: 4, purchased: 6, earned: 0 },
          reference: { type: 'call', id },
          description: `Held for a call with ${two.callee.userId}`,
          call: expect.objectContaining({ side: 'caller', partnerId: two.callee.userId, settled: false }) as unknown,
          createdAt: expect.any(String) as unknown,
          expiresAt: new Date(Date.parse(held.data[0]?.createdAt ?? '') + 6 * 3_600_000).toISOString(),
        },
      ],
      nextCursor: null,
    })
    expect(await app.server.wallets.listHolds({ userId: two.caller.userId })).toEqual(held)
    expect((await two.callee.client.wallet.listHolds()).data).toEqual([])
    expect((await two.caller.client.wallet.get()).buckets.held).toBe(10)

    const call = await until(here, app, id, settled)
    expect((await two.caller.client.wallet.listHolds()).data).toEqual([])
    const [paid, hold] = (await two.caller.client.wallet.listTransactions({ type: 'call_hold,call_settlement' })).data
    const about = {
      side: 'caller',
      partnerId: two.callee.userId,
      partnerName: two.callee.userId,
      seconds: call.durationSeconds,
      settled: true,
    }
    expect(call.durationSeconds).toBe(125)
    expect(paid).toMatchObject({ type: 'call_settlement', coins: 4, buckets: { held: -10, purchased: 4 }, call: about })
    expect(hold).toMatchObject({ id: held.data[0]?.id, type: 'call_hold', coins: -10, call: about })
    const { used } = await two.caller.client.wallet.getTransaction({ transactionId: paid?.id ?? '' })
    expect(used.map(({ bucket, coins }) => [bucket, coins])).toEqual([
      ['bonus', 4],
      ['purchased', 2],
    ])
    const [earned] = (await two.callee.client.wallet.get()).transactions
    expect(earned).toMatchObject({
      coins: 3,
      buckets: { earned: 3 },
      call: { ...about, side: 'callee', partnerId: two.caller.userId, partnerName: two.caller.userId },
    })
  }, 60_000)
})

describe('a history', () => {
  it('is filtered by type, bucket, direction and time, for the user and for the server alike', async () => {
    const asha = await app.user('asha')
    await give('asha', 40, { bucket: 'bonus', reason: 'Welcome' })
    await here.held.advance(60_000)
    const from = new Date(here.held.now()).toISOString()
    await give('asha', 10, { bucket: 'earned', reason: 'Work' })
    await here.held.advance(60_000)
    const to = new Date(here.held.now()).toISOString()
    await app.server.wallets.debit({ userId: 'asha', coins: 45, reason: 'Gift shop' })

    const asked = async (filter: Parameters<typeof asha.client.wallet.listTransactions>[0]) => {
      const mine = await asha.client.wallet.listTransactions(filter)
      expect(await app.server.wallets.listTransactions({ userId: 'asha', ...filter })).toEqual(mine)
      expect(await app.server.wallets.listWalletTransactions({ userId: 'asha', ...filter })).toEqual(mine)
      expect(mine.nextCursor).toBeNull()
      return said(mine)
    }
    expect(await asked({ type: 'credit' })).toEqual(['Work', 'Welcome'])
    expect(await asked({ type: 'debit,credit' })).toEqual(['Gift shop', 'Work', 'Welcome'])
    expect(await asked({ type: 'withdrawal' })).toEqual([])
    expect(await asked({ bucket: 'bonus' })).toEqual(['Gift shop', 'Welcome'])
    expect(await asked({ bucket: 'bonus', direction: 'in' })).toEqual(['Welcome'])
    expect(await asked({ bucket: 'held' })).toEqual([])
    expect(await asked({ direction: 'out' })).toEqual(['Gift shop'])
    expect(await asked({ from })).toEqual(['Gift shop', 'Work'])
    expect(await asked({ to })).toEqual(['Work', 'Welcome'])
    expect(await asked({ from, to })).toEqual(['Work'])
    expect(await asked({ from: '0001-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z' })).toHaveLength(3)
    expect(await asked({ from: from.replace('Z', '+00:00'), to, bucket: 'earned', direction: 'in', type: 'credit' })).toEqual(['Work'])
  })

  it('keeps to the order of its pages when it is filtered, and to the filter of its cursor', async () => {
    const bela = await app.user('bela')
    for (let n = 1; n <= 5; n++) {
      await give('bela', n, { reason: `In ${n}` })
      await app.server.wallets.debit({ userId: 'bela', coins: 1, reason: `Out ${n}` })
    }
    const seen: string[] = []
    for await (const { description } of iterate(bela.client.wallet.listTransactions, { limit: 2, direction: 'in' as const }))
      seen.push(description)
    expect(seen).toEqual(['In 5', 'In 4', 'In 3', 'In 2', 'In 1'])
    const { nextCursor } = await bela.client.wallet.listTransactions({ limit: 2, direction: 'in' })
    const cursor = nextCursor ?? ''
    expect(said(await bela.client.wallet.listTransactions({ limit: 2, direction: 'in', cursor }))).toEqual(['In 3', 'In 2'])
    for (const other of [{}, { direction: 'out' }, { direction: 'in', bucket: 'purchased' }, { direction: 'in', type: 'credit' }] as const)
      await expect(bela.client.wallet.listTransactions({ ...other, cursor })).rejects.toEqual(refusal('invalid_request', 400))
    const chand = await app.user('chand')
    await expect(chand.client.wallet.listTransactions({ direction: 'in', cursor })).rejects.toEqual(refusal('invalid_request', 400))
    await expect(bela.client.wallet.listHolds({ cursor })).rejects.toEqual(refusal('invalid_request', 400))
  })

  it('of thousands is looked through a part at a time, and what is rare in it is found', async () => {
    const devi = await app.user('devi')
    await give('devi', 1, { bucket: 'bonus', reason: 'Long ago' })
    for (let n = 0; n < 11; n++) await Promise.all(Array.from({ length: 100 }, () => give('devi', 1)))
    const first = await devi.client.wallet.listTransactions({ bucket: 'bonus' })
    expect(first.data).toEqual([])
    const second = await devi.client.wallet.listTransactions({ bucket: 'bonus', cursor: first.nextCursor ?? '' })
    expect([said(second), second.nextCursor]).toEqual([['Long ago'], null])
  }, 60_000)

  it.each([
    'type=',
    'type=Credit',
    'type=credit,',
    'type=credit%20',
    "type=x'--",
    `type=${'a,'.repeat(20)}a`,
    `type=${'a'.repeat(41)}`,
    'bucket=gold',
    'bucket=bonus&bucket=held',
    'direction=up',
    'from=yesterday',
    'from=2026-01-05',
    'to=2026-01-05T10:00:00',
    'to=1767607200',
    'from=2026-01-05T10:00:00Z&to=2026-01-05T10:00:00Z',
    'from=2026-01-06T10:00:00Z&to=2026-01-05T10:00:00Z',
    'limit=0',
    'cursor=x',
    'userId=asha',
  ])('refuses ?%s', async (query) => {
    const esha = await app.user('esha')
    const token = await esha.token()
    const asked = [
      await get(`/v1/wallet/transactions?${query}`, token),
      await get(`/v1/users/esha/wallet/transactions?${query}`, app.secretKey),
    ]
    expect(asked.map((answer) => [answer.status, codeOf(answer)])).toEqual(Array.from({ length: 2 }, () => [400, 'invalid_request']))
  })
})

describe('a receipt', () => {
  it('names what took a transaction back, and what it takes back', async () => {
    const farid = await app.user('farid')
    const { transaction } = await give('farid', 30, { bucket: 'bonus', reason: 'Twice by mistake' })
    const plain = await farid.client.wallet.getTransaction({ transactionId: transaction.id })
    expect(plain).toMatchObject({ ...transaction, reverses: null, reversedBy: [] })
    const { id } = await app.server.ledger.reverse({ transactionId: transaction.id, coins: 10, reason: 'Wrong' })
    const now = await farid.client.wallet.getTransaction({ transactionId: transaction.id })
    expect(now.reversedBy).toMatchObject([{ id, coins: -10 }])
    const back = await farid.client.wallet.getTransaction({ transactionId: id })
    expect(back).toMatchObject({
      coins: -10,
      buckets: { bonus: -10 },
      reverses: { id: transaction.id, coins: 30, description: 'Twice by mistake' },
    })
    expect(await app.server.wallets.getTransaction({ userId: 'farid', transactionId: id })).toEqual(back)
  })

  it('tells what is left of the coins given, which coins paid, and the wallet what expires next', async () => {
    const kamal = await app.user('kamal')
    const days = (count: number) => new Date(here.held.now() + count * 86_400_000).toISOString()
    const [soon, later] = [days(2), days(9)]
    const bonus = (coins: number, expiresAt?: string) =>
      app.server.wallets.credit({
        userId: 'kamal',
        coins,
        bucket: 'bonus',
        reason: 'Bonus',
        ...(expiresAt === undefined ? {} : { expiresAt }),
      })
    const [first, second, third] = [await bonus(30, later), await bonus(10, soon), await bonus(5)]
    const { transaction } = await app.server.wallets.debit({ userId: 'kamal', coins: 22, reason: 'Gift shop' })
    const receiptOf = ({ id }: { id: string }) => kamal.client.wallet.getTransaction({ transactionId: id })
    expect((await receiptOf(transaction)).used).toEqual([
      { bucket: 'bonus', coins: 10, grantedBy: second.transaction.id, expiresAt: soon },
      { bucket: 'bonus', coins: 12, grantedBy: first.transaction.id, expiresAt: later },
    ])
    const granted = async (of: typeof first) => (await receiptOf(of.transaction)).granted
    expect(await granted(first)).toEqual([{ bucket: 'bonus', coins: 30, leftCoins: 18, expiresAt: later }])
    expect(await granted(second)).toEqual([{ bucket: 'bonus', coins: 10, leftCoins: 0, expiresAt: soon }])
    expect(await granted(third)).toEqual([{ bucket: 'bonus', coins: 5, leftCoins: 5, expiresAt: null }])
    expect((await receiptOf(transaction)).granted).toEqual([])
    expect((await kamal.client.wallet.get()).expiring).toEqual({ coins: 18, at: later })
    expect((await app.server.wallets.get({ userId: 'kamal' })).expiring).toEqual({ coins: 18, at: later })
    await app.server.wallets.debit({ userId: 'kamal', coins: 18, reason: 'Gift shop' })
    expect((await kamal.client.wallet.get()).expiring).toBeNull()
  })

  it('of coins that are gone is paid by a debt, which the wallet tells', async () => {
    const jaya = await app.user('jaya')
    const { transaction } = await give('jaya', 30)
    await app.server.wallets.debit({ userId: 'jaya', coins: 25, reason: 'Spent' })
    await app.server.ledger.reverse({ transactionId: transaction.id, reason: 'Wrong' })
    expect(await jaya.client.wallet.get()).toMatchObject({ balance: 0, owedCoins: 25 })
    // Who owes can spend what they earn, and withdraws none of it: by one request's answer, by many at once, and by the wallet itself.
    const earn = () => app.server.wallets.credit({ userId: jaya.userId, coins: 2, bucket: 'earned', reason: 'Work' })
    expect((await earn()).wallet).toMatchObject({ balance: 2, withdrawable: 0 })
    for (const { wallet } of await Promise.all([earn(), earn(), earn(), earn()])) expect(wallet.withdrawable).toBe(0)
    expect(await jaya.client.wallet.get()).toMatchObject({ buckets: { earned: 10 }, withdrawable: 0 })
    expect((await jaya.client.wallet.listTransactions({ type: 'reversal' })).data).toMatchObject([
      { coins: -5, buckets: { purchased: -5 } },
    ])
  })

  it('of a refunded call shows each of the two their own side of the refund', async () => {
    const two = await pair(app, { coins: 12, calleeDoes: '1301', rate: { coins: 2, seconds: 60 } })
    const { id: callId } = await callOf(two)
    await until(here, app, callId, settled, 500)
    const { transactionId } = await app.server.calls.refund({ callId, coins: 4, reason: 'Noise' })
    const of = async ({ client }: typeof two.caller) => {
      const [settlement] = (await client.wallet.listTransactions({ type: 'call_settlement' })).data
      const refund = await client.wallet.getTransaction({ transactionId })
      const paid = await client.wallet.getTransaction({ transactionId: settlement?.id ?? '' })
      return {
        coins: refund.coins,
        reverses: refund.reverses?.id === settlement?.id,
        back: paid.reversedBy.map(({ id, coins }) => [id, coins]),
      }
    }
    expect(await of(two.caller)).toEqual({ coins: 4, reverses: true, back: [[transactionId, 4]] })
    expect(await of(two.callee)).toEqual({ coins: -2, reverses: true, back: [[transactionId, -2]] })
  }, 60_000)

  it('is of one’s own transactions only, and those of others do not exist', async () => {
    const [gita, hari] = [await app.user('gita'), await app.user('hari')]
    await stranger.user('gita')
    const { transaction } = await give('gita', 5)
    const theirs = await stranger.server.wallets.credit({ userId: 'gita', coins: 5, reason: 'x' })
    const missing = refusal('not_found', 404)
    const of = (transactionId: string) => ({ transactionId })
    await expect(hari.client.wallet.getTransaction(of(transaction.id))).rejects.toEqual(missing)
    await expect(gita.client.wallet.getTransaction(of(theirs.transaction.id))).rejects.toEqual(missing)
    await expect(gita.client.wallet.getTransaction(of(newId('txn')))).rejects.toEqual(missing)
    await expect(app.server.wallets.getTransaction({ userId: 'hari', ...of(transaction.id) })).rejects.toEqual(missing)
    await expect(app.server.wallets.getTransaction({ userId: 'nobody', ...of(transaction.id) })).rejects.toEqual(missing)
    await expect(app.server.wallets.listHolds({ userId: 'nobody' })).rejects.toEqual(missing)
    await expect(stranger.server.wallets.getTransaction({ userId: 'gita', ...of(transaction.id) })).rejects.toEqual(missing)
    expect(codeOf(await get('/v1/wallet/transactions/txn_x', await gita.token()))).toBe('invalid_request')
    expect((await get(`/v1/users/gita/wallet/transactions/${transaction.id}`, await gita.token())).status).toBe(403)
    expect((await get('/v1/users/gita/wallet/holds', await gita.token())).status).toBe(403)
    expect((await gita.client.wallet.getTransaction(of(transaction.id))).id).toBe(transaction.id)
  })
})

it('shows the wallet in the shape that programs rely on, to the user and to the server', async () => {
  const indu = await app.user('indu')
  for (let n = 1; n <= 21; n++) await give('indu', n, { bucket: 'earned', reason: `No. ${n}` })
  const wallet = await indu.client.wallet.get()
  expect(wallet).toMatchObject({
    userId: 'indu',
    balance: 231,
    buckets: { bonus: 0, purchased: 0, earned: 231, held: 0 },
    withdrawable: 231,
    expiring: null,
    owedCoins: 0,
    referralCode: expect.stringMatching(/^[2-9A-HJ-NP-Z]{6,}$/) as unknown,
  })
  expect(said({ data: wallet.transactions })).toEqual(Array.from({ length: 20 }, (_, n) => `No. ${21 - n}`))
  expect(Object.keys(wallet.transactions[0] ?? {}).sort()).toEqual([
    'buckets',
    'coins',
    'createdAt',
    'description',
    'id',
    'reference',
    'type',
  ])
  expect(await app.server.wallets.get({ userId: 'indu' })).toEqual(wallet)
})
