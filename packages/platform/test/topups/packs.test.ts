import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, codeOf } from '../ask.ts'
import { startPlatform } from '../start-platform.ts'
import { topupScene, type TopupScene } from './scene.ts'

let scene: TopupScene
beforeAll(async () => {
  scene = await topupScene()
})
afterAll(() => scene.stop())

const pack = { id: 'small', coins: 10, bonusCoins: 1, amount: 1_000, label: 'Small' }
const set = async (credential: string, body: unknown) => ask(scene.platform.url, { method: 'PATCH', path: '/v1/app', credential, body })

it('are there without anybody’s doing, in rupees', async () => {
  const app = await scene.platform.app('Usual')
  const { client } = await app.user('asha', { phone: null })
  const { packs, payments } = await client.app.get()
  expect(payments).toEqual({ provider: 'razorpay' })
  expect(packs.map(({ id, coins, amount, currency }) => [id, coins, amount, currency])).toEqual([
    ['pack-50', 50, 4_900, 'INR'],
    ['pack-100', 100, 9_900, 'INR'],
    ['pack-300', 300, 29_900, 'INR'],
    ['pack-600', 600, 59_900, 'INR'],
  ])
})

it('are the app’s own once it says so, and the usual ones again when it takes that back', async () => {
  const app = await scene.platform.app('Own')
  const { client } = await app.user('asha', { phone: null })
  const usual = (await client.app.get()).packs
  await app.server.app.update({ packs: [pack, { id: 'big', coins: 1_000_000, amount: 50_000_000 }] })
  expect((await client.app.get()).packs).toEqual([
    { ...pack, currency: 'INR' },
    { id: 'big', coins: 1_000_000, bonusCoins: 0, amount: 50_000_000, currency: 'INR', label: null },
  ])
  await expect(client.topups.create({ packId: 'pack-100' })).rejects.toMatchObject({ code: 'not_found' })
  expect(await client.topups.create({ packId: 'small' })).toMatchObject({ coins: 10, bonusCoins: 1, amount: 1_000 })
  await app.server.app.update({ name: 'Still own' })
  expect((await client.app.get()).packs).toHaveLength(2)
  await app.server.app.update({ packs: [] })
  expect((await client.app.get()).packs).toEqual([])
  await app.server.app.update({ packs: null })
  expect((await client.app.get()).packs).toEqual(usual)
})

it('are each app’s and each mode’s own', async () => {
  const [one, other] = [await scene.platform.app('One'), await scene.platform.app('Other')]
  await one.server.app.update({ packs: [pack] })
  expect((await other.server.app.get()).packs).toHaveLength(4)
  const answer = await ask(scene.platform.url, { method: 'GET', path: '/v1/app', credential: one.app.modes.live.publishableKey })
  expect(JSON.parse(answer.text)).toMatchObject({ payments: null, packs: [{ id: 'pack-50' }, {}, {}, {}] })
})

describe('are refused', () => {
  it.each<[string, unknown]>([
    ['no coins', [{ ...pack, coins: 0 }]],
    ['less than no coins', [{ ...pack, coins: -1 }]],
    ['half a coin', [{ ...pack, coins: 1.5 }]],
    ['a million and one', [{ ...pack, coins: 1_000_001 }]],
    ['coins in words', [{ ...pack, coins: '5' }]],
    ['a price under a rupee', [{ ...pack, amount: 99 }]],
    ['a price beyond five lakh', [{ ...pack, amount: 50_000_001 }]],
    ['a price of 1e18', [{ ...pack, amount: 1e18 }]],
    ['too much bonus', [{ ...pack, bonusCoins: 100_001 }]],
    ['a bonus below zero', [{ ...pack, bonusCoins: -1 }]],
    ['an id in capitals', [{ ...pack, id: 'Small' }]],
    ['no id', [{ ...pack, id: '' }]],
    ['an id twice', [pack, pack]],
    ['thirteen', Array.from({ length: 13 }, (_, n) => ({ ...pack, id: `p${n}` }))],
    ['a currency of its own', [{ ...pack, currency: 'USD' }]],
    ['a label that runs backwards', [{ ...pack, label: '\u202ebig' }]],
    ['no list', pack],
  ])('%s', async (_, packs) => {
    const answer = await set(scene.app.secretKey, { packs })
    expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_request'])
    expect((await scene.app.server.app.get()).packs).toHaveLength(4)
  })

  it('to keys without the scope, and to users', async () => {
    const { key } = await scene.app.server.keys.create({ kind: 'secret', scopes: ['app:read', 'topups:write'] })
    expect((await set(key, { packs: [pack] })).status).toBe(403)
    const user = await scene.buyer()
    expect((await set(await user.token(), { packs: [pack] })).status).toBe(403)
  })

  it('a new currency alone: 9900 paise are not 9900 cents', async () => {
    const app = await scene.platform.app('Dollars')
    await app.server.app.update({ packs: [pack] })
    await expect(app.server.app.update({ currency: 'USD' })).rejects.toMatchObject({ code: 'invalid_request' })
    expect((await app.server.app.update({ currency: 'USD', packs: [{ ...pack, amount: 199 }] })).packs).toMatchObject([
      { amount: 199, currency: 'USD' },
    ])
    await app.server.app.update({ packs: null })
    // The platform's own prices are in rupees.
    expect((await app.server.app.get()).packs).toEqual([])
  })
})

it('cannot be bought more often than 20 times an hour by one user, and others do not wait for that', async () => {
  const strict = await startPlatform({ beside: scene.platform, limits: { topupsPerUser: { perSecond: 20 / 3_600, burst: 20 } } })
  const [eager, other] = [await scene.buyer(), await scene.buyer()]
  const buy = async (credential: string, key: string) => {
    const headers = { 'Idempotency-Key': key }
    return (await ask(strict.url, { method: 'POST', path: '/v1/topups', credential, body: { packId: 'pack-50' }, headers })).status
  }
  const [mine, theirs] = [await eager.token(), await other.token()]
  const statuses: number[] = []
  for (let n = 0; n < 22; n++) statuses.push(await buy(mine, `eager-${n}`))
  expect(statuses).toEqual([...Array.from({ length: 20 }, () => 201), 429, 429])
  expect(await buy(theirs, 'other-1')).toBe(201)
  await strict.stop()
})
