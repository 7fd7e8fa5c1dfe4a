import { createClient, type ConnectClient } from '@impacthub/sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform, type TestUser } from '../start-platform.ts'
import { startRedis, type RedisServer } from '../redis/start-redis.ts'
import { until } from './test-client.ts'

let redis: RedisServer
let one: TestPlatform
let two: TestPlatform
let app: TestApp
const clients: ConnectClient[] = []

beforeEach(async () => {
  redis = await startRedis()
  one = await startPlatform({ redisUrl: redis.url })
  two = await startPlatform({ beside: one, redisUrl: redis.url })
  app = await one.app()
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.realtime.close()
  await two.stop()
  await one.stop()
  await redis.stop()
})

/** The user's own app, as it reaches this process. */
function clientOf(user: TestUser, platform: TestPlatform, WebSocket?: null): ConnectClient {
  const client = createClient({
    baseUrl: platform.url,
    publishableKey: app.publishableKey,
    getToken: () => user.token(),
    ...(WebSocket === null ? { WebSocket } : {}),
  })
  clients.push(client)
  return client
}

/** The statuses of one user as a watcher hears them, without repeats. */
function watch(client: ConnectClient, userId: string): string[] {
  const heard: string[] = []
  const hear = (presence: readonly { userId: string; status: string }[]) => {
    for (const each of presence) if (each.userId === userId && heard.at(-1) !== each.status) heard.push(each.status)
  }
  client.realtime.on('session.snapshot', ({ presence }) => hear(presence))
  client.realtime.on('presence.snapshot', ({ presence }) => hear(presence))
  client.realtime.on('presence.changed', (presence) => hear([presence]))
  client.realtime.watch([userId])
  return heard
}

describe.each([
  ['WebSocket', undefined],
  ['long polling', null],
] as const)('two platform processes, a client by %s', (_name, transport) => {
  it('hears of users, coins and calls of the other process', async () => {
    const ana = await app.user('ana', { coins: 50 })
    const bo = await app.user('bo')
    const watcher = clientOf(ana, one, transport)
    const balances: number[] = []
    const calls: string[] = []
    watcher.realtime.on('wallet.updated', ({ balance }) => balances.push(balance))
    watcher.realtime.on('call.updated', ({ status }) => calls.push(status))
    const heard = watch(watcher, 'bo')
    await until(() => heard.at(-1) === 'offline')

    const receiver = clientOf(bo, two, transport)
    receiver.realtime.connect()
    await until(() => heard.at(-1) === 'online')
    expect((await app.server.presence.get({ userIds: 'bo' })).data).toEqual([{ userId: 'bo', status: 'online', rate: null }])

    await app.server.wallets.credit({ userId: 'ana', coins: 25, reason: 'Gift' })
    await until(() => balances.includes(75))

    const call = await clientOf(ana, two).calls.create({ calleeId: 'bo' })
    await until(() => heard.at(-1) === 'busy' && calls.length > 0)
    await clientOf(bo, two).calls.end({ callId: call.id })
    await until(() => heard.at(-1) === 'online')

    receiver.realtime.close()
    await until(() => heard.at(-1) === 'offline')
    expect(heard).toEqual(['offline', 'online', 'busy', 'online', 'offline'])
  })
})

it('takes the longest list of watched users that a client sends', async () => {
  const ids = Array.from({ length: 1_000 }, (_, n) => `${n}-`.padEnd(128, 'é'))
  const { realtime } = clientOf(await app.user('ana'), one)
  const states: string[] = []
  let snapshot: string[] = []
  realtime.onState((state) => states.push(state))
  realtime.on('session.snapshot', ({ presence }) => (snapshot = presence.map(({ userId }) => userId)))
  realtime.watch(ids)
  await until(() => snapshot.length > 0)
  expect(snapshot).toEqual(ids.slice(0, snapshot.length))
  expect(snapshot.length).toBeGreaterThan(60)
  expect(states).toEqual(['connecting', 'open'])
})

it('ends a call, a request without a body, however often it is asked', async () => {
  const ana = await app.user('ana', { coins: 50 })
  const bo = await app.user('bo')
  const { calls } = clientOf(ana, one)
  clientOf(bo, two).realtime.connect()
  await until(async () => (await app.server.presence.get({ userIds: 'bo' })).data[0]?.status === 'online')
  const { id: callId } = await calls.create({ calleeId: 'bo' })
  const options = { idempotencyKey: 'end-once' }
  const ended = await calls.end({ callId }, options)
  expect(ended).toMatchObject({ id: callId })
  // The same key again is the same answer, from the other process too; so is another key's.
  expect(await clientOf(ana, two).calls.end({ callId }, options)).toEqual(ended)
  expect(await calls.end({ callId })).toMatchObject({ id: callId })
  await until(async () => (await calls.get({ callId })).endedAt !== null)
})

it('moves coins and reads presence while Redis is away, and tells everybody again when it is back', async () => {
  const ana = await app.user('ana', { coins: 50 })
  const bo = await app.user('bo')
  const watcher = clientOf(ana, one)
  const heard = watch(watcher, 'bo')
  clientOf(bo, two).realtime.connect()
  await until(() => heard.at(-1) === 'online')

  await redis.kill()
  await app.server.wallets.credit({ userId: 'ana', coins: 1, reason: 'Gift' })
  expect((await app.server.wallets.get({ userId: 'ana' })).balance).toBe(51)
  await until(() => heard.at(-1) === 'offline')

  await redis.restart()
  await until(() => heard.at(-1) === 'online')
})
