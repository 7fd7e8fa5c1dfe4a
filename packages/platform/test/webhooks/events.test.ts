import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { startReceiver, type Receiver } from './receiver.ts'

let platform: TestPlatform
let app: TestApp
let receiver: Receiver
let database: pg.Client
beforeAll(async () => {
  platform = await startPlatform()
  database = new pg.Client(platform.database.connection)
  await database.connect()
})
beforeEach(async () => {
  app = await platform.app()
  receiver = await startReceiver()
  return () => receiver.close()
})
afterAll(async () => {
  await database.end()
  await platform.stop()
})

const typesOf = async (query: Parameters<TestApp['server']['events']['list']>[0] = {}) =>
  (await app.server.events.list({ limit: 100, ...query })).data.map(({ type }) => type).reverse()

describe('the events of users', () => {
  it('tell of making, changing, blocking and deleting, in this order, without phone and e-mail', async () => {
    await app.server.webhookEndpoints.create({ url: receiver.url, types: ['user.*'] })
    const put = { userId: 'asha', displayName: 'Asha', phone: '+919812345678', email: 'asha@example.org' }
    const { id } = await app.server.users.put(put)
    await app.server.users.put({ userId: 'asha', displayName: 'Asha R' })
    const { client } = await app.user('asha', { phone: '+919812345678' })
    await client.me.update({ displayName: 'Asha M' })
    await app.server.users.setBlocked({ userId: 'asha', blocked: true })
    await app.server.users.delete({ userId: 'asha' })
    await platform.quiet()
    const got = (await receiver.of('user.deleted')).length === 1 ? receiver.received.map(({ event }) => event) : []
    const inOrder = [...got].sort((one, other) => one.sequence - other.sequence)
    const updates = Array<string>(4).fill('user.updated')
    expect(inOrder.map(({ type }) => type)).toEqual(['user.created', ...updates, 'user.deleted'])
    expect(inOrder.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6])
    expect(inOrder[0]?.data).toMatchObject({ id, userId: 'asha', displayName: 'Asha', hasPhone: true })
    expect(inOrder.at(-1)?.data).toEqual({ id, userId: 'asha' })
    for (const { body } of receiver.received) expect(body).not.toMatch(/9812345678|asha@example/)
  })

  it('name a deleted person no more', async () => {
    const quietHours = { timeZone: 'Asia/Kolkata', from: '22:00', to: '07:00' }
    const { id } = await app.server.users.put({ userId: 'gone', displayName: 'Gone Person', languages: ['pa'], quietHours })
    expect(JSON.stringify((await app.server.events.list({ objectId: id })).data)).toContain('Gone Person')
    await app.server.users.delete({ userId: 'gone' })
    const left = (await app.server.events.list({ objectId: id })).data
    expect(left.map(({ type }) => type)).toEqual(['user.deleted', 'user.created'])
    expect(JSON.stringify(left)).not.toMatch(/Gone Person|Kolkata|22:00|"pa"/)
  })

  it('tell nothing of a user who is written down again as they are', async () => {
    const put = () => app.server.users.put({ userId: 'same', displayName: 'Same', languages: ['hi', 'en'] })
    await put()
    await put()
    await app.server.users.setBlocked({ userId: 'same', blocked: false })
    expect(await typesOf()).toEqual(['user.created'])
    await app.server.users.setBlocked({ userId: 'same', blocked: true })
    expect(await typesOf()).toEqual(['user.created', 'user.updated'])
  })

  it('come once of a request that is repeated', async () => {
    const put = () => app.server.users.put({ userId: 'twice', displayName: 'Twice' }, { idempotencyKey: 'twice-1' })
    await put()
    await put()
    expect(await typesOf()).toEqual(['user.created'])
  })
})

describe('the events of wallets', () => {
  it('tell of coins given and taken, alone and in groups, each once', async () => {
    await app.server.webhookEndpoints.create({ url: receiver.url, types: ['wallet.*'] })
    const users = ['w1', 'w2', 'w3']
    for (const userId of users) await app.server.users.put({ userId, displayName: userId })
    const credit = (userId: string, n: number) =>
      app.server.wallets.credit({ userId, coins: 10, reason: 'Gift' }, { idempotencyKey: `gift-${userId}-${n}` })
    await credit('w1', 0)
    const many = users.flatMap((userId) => Array.from({ length: 20 }, (_, n) => credit(userId, n)))
    await Promise.all(many)
    await app.server.wallets.debit({ userId: 'w1', coins: 3, reason: 'Sticker' })
    await expect(app.server.wallets.debit({ userId: 'w1', coins: 10_000, reason: 'Too much' })).rejects.toMatchObject({ status: 402 })
    await platform.quiet()
    const credits = await receiver.of('wallet.credited', 60)
    const [debit] = await receiver.of('wallet.debited')
    expect([credits.length, new Set(credits.map(({ event }) => event.id)).size]).toEqual([60, 60])
    expect(receiver.received).toHaveLength(61)
    expect(debit?.event.data).toMatchObject({
      transaction: { type: 'debit', coins: -3, description: 'Sticker' },
      wallet: { userId: 'w1', balance: 197 },
    })
    const { data } = await app.server.events.list({ type: 'wallet.credited', limit: 100 })
    const of = (userId: string) => data.filter((event) => JSON.stringify(event.data).includes(`"userId":"${userId}"`))
    for (const userId of users) {
      // The number says the order: with each, ten coins more.
      const balances = of(userId)
        .sort((one, other) => one.sequence - other.sequence)
        .map((event) => (event.data as { wallet: { balance: number } }).wallet.balance)
      expect(balances).toEqual(Array.from({ length: 20 }, (_, n) => (n + 1) * 10))
    }
    expect(await platform.trialBalance()).toBe(0)
  })

  it('are not written down while nobody asks for them', async () => {
    await app.server.webhookEndpoints.create({ url: receiver.url, types: ['user.*'] })
    const { id } = await app.server.webhookEndpoints.create({ url: receiver.url, types: ['wallet.*'] })
    await app.server.webhookEndpoints.update({ endpointId: id, enabled: false })
    await app.user('quiet', { coins: 5 })
    expect(await typesOf()).toEqual(['user.created'])
  })
})

describe('the events of coins that move without the host’s asking', () => {
  it('tell of what is taken back, expires and pays a debt, once each, and of a deleted person nothing', async () => {
    await app.server.webhookEndpoints.create({ url: receiver.url, types: ['wallet.reversed', 'wallet.expired', 'wallet.collected'] })
    for (const userId of ['m1', 'm2']) await app.server.users.put({ userId, displayName: userId })
    const expiresAt = new Date(platform.held.now() + 30_000).toISOString()
    const bonus = await app.server.wallets.credit({ userId: 'm1', coins: 5, bucket: 'bonus', reason: 'Welcome', expiresAt })
    const { transaction } = await app.server.wallets.credit({ userId: 'm1', coins: 8, reason: 'Pack' })
    await app.server.wallets.debit({ userId: 'm1', coins: 10, reason: 'Sticker' })
    const back = { transactionId: transaction.id, reason: 'Refunded' }
    await app.server.ledger.reverse(back, { idempotencyKey: 'back-1' })
    await app.server.ledger.reverse(back, { idempotencyKey: 'back-1' })
    await app.server.wallets.credit({ userId: 'm1', coins: 9, bucket: 'earned', reason: 'Work' })
    await app.server.wallets.credit({ userId: 'm2', coins: 4, bucket: 'bonus', reason: 'Welcome', expiresAt })
    await app.server.users.delete({ userId: 'm2' })
    await platform.advance(660, 60)
    expect(bonus.wallet.balance).toBe(5)
    const [reversed] = await receiver.of('wallet.reversed')
    expect(reversed?.event.data).toMatchObject({
      transaction: { type: 'reversal', coins: -3, reference: { type: 'transaction', id: transaction.id } },
      wallet: { userId: 'm1', balance: 0, withdrawable: 0 },
    })
    const [collected] = await receiver.of('wallet.collected')
    expect(collected?.event.data).toMatchObject({
      transaction: { type: 'collection', coins: -5, buckets: { earned: -5 } },
      wallet: { userId: 'm1', balance: 4, withdrawable: 4 },
    })
    expect(receiver.received.map(({ event }) => event.type).sort()).toEqual(['wallet.collected', 'wallet.reversed'])
    await app.server.wallets.credit({
      userId: 'm1',
      coins: 6,
      bucket: 'bonus',
      reason: 'Festival',
      expiresAt: new Date(platform.held.now() + 30_000).toISOString(),
    })
    await platform.advance(120, 60)
    const [expired] = await receiver.of('wallet.expired')
    expect(expired?.event.data).toMatchObject({ transaction: { type: 'expiry', coins: -6 }, wallet: { userId: 'm1', balance: 4 } })
    expect(receiver.received).toHaveLength(3)
  })
})

describe('the list of events', () => {
  it('is read by type and by object, page by page, with cursors that fit no other list', async () => {
    for (const userId of ['l1', 'l2', 'l3']) await app.server.users.put({ userId, displayName: userId })
    const { id } = await app.server.users.put({ userId: 'l2', displayName: 'L2' })
    expect(await typesOf({ objectId: id })).toEqual(['user.created', 'user.updated'])
    expect(await typesOf({ objectId: id, type: 'user.updated' })).toEqual(['user.updated'])
    expect(await typesOf({ type: 'user.created' })).toHaveLength(3)
    const first = await app.server.events.list({ limit: 3 })
    const second = await app.server.events.list({ limit: 3, cursor: first.nextCursor ?? '' })
    expect([first.data.length, second.data.length, second.nextCursor]).toEqual([3, 1, null])
    await expect(app.server.events.list({ limit: 3, type: 'user.created', cursor: first.nextCursor ?? '' })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    await expect(app.server.events.list({ type: 'nothing.such' as 'user.created' })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('goes back thirty days; deliveries and tries go with their events', async () => {
    const { id } = await app.server.webhookEndpoints.create({ url: receiver.url, types: ['*'] })
    const [old, young] = [
      await app.server.webhookEndpoints.test({ endpointId: id }),
      await app.server.webhookEndpoints.test({ endpointId: id }),
    ]
    await platform.quiet()
    const age = (eventId: string, days: number) =>
      database.query('update events set created_at = $2 where id = $1', [eventId, new Date(platform.held.now() - days * 86_400_000)])
    await age(old.id, 30)
    await age(young.id, 29)
    await platform.advance(3_660, 3_660)
    const left = (eventId: string) =>
      Promise.all(
        ['events', 'webhook_deliveries', 'webhook_attempts'].map(
          async (table) =>
            (await database.query(`select from ${table} where ${table === 'events' ? 'id' : 'event_id'} = $1`, [eventId])).rowCount,
        ),
      )
    expect([await left(old.id), await left(young.id)]).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ])
    await expect(app.server.events.get({ eventId: old.id })).rejects.toMatchObject({ code: 'not_found' })
  })
})
