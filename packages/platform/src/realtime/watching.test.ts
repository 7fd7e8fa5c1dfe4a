import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, startRealtime, type RealtimeUnderTest } from '../../test/realtime/start-realtime.ts'
import { TestClient, until } from '../../test/realtime/test-client.ts'
import { startRedis, type RedisServer } from '../../test/redis/start-redis.ts'
import { freshDatabase, type FreshDatabase } from '../../test/server/fresh-database.ts'
import { createLogger } from '../base/logger.ts'
import type { Bus } from '../bus/bus.ts'
import { createBus } from '../bus/create-bus.ts'
import { connect, type Db } from '../db/connect.ts'
import { migrate } from '../db/migrate.ts'
import { setAvailability } from '../features/presence/set-availability.ts'
import type { RealtimeSettings } from './index.ts'

let database: FreshDatabase
let db: Db
const running: { close(): Promise<void> }[] = []

beforeAll(async () => {
  database = await freshDatabase({ migrate })
  db = connect(database.connection)
})
afterAll(async () => {
  await db.close()
  await database.drop()
})
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close()
})

const later = <T extends { close(): Promise<void> }>(one: T): T => {
  running.push(one)
  return one
}
const logger = createLogger('silent')
// All the times of realtime, a twentieth as long.
const quick = { pingMs: 300, silenceMs: 600, tickMs: 50, touchMs: 200, aliveMs: 550, graceMs: 75, pollGraceMs: 400, sweepMs: 100 }

async function start(settings: Partial<RealtimeSettings> = {}, bus?: Bus): Promise<RealtimeUnderTest> {
  const tenant = await createTenant(db, ['ana', 'bo', 'cy'])
  return later(await startRealtime({ db, bus: bus ?? later(await createBus(undefined, logger)), tenant, settings }))
}

const hello = (rt: RealtimeUnderTest, user: string, more: Record<string, unknown> = {}) =>
  TestClient.hello(rt.url, { token: rt.token(user), ...more })

/** A watcher who has seen this state of ana first. */
async function watcherOf(rt: RealtimeUnderTest, status: string): Promise<TestClient> {
  const watcher = await hello(rt, 'bo', { watch: ['ana'] })
  const snapshot = await watcher.next()
  expect(snapshot).toMatchObject({ type: 'session.snapshot', data: { presence: [{ userId: 'ana', status }] } })
  return watcher
}

const becomes = async (watcher: TestClient, status: string) =>
  expect(await watcher.next()).toMatchObject({ type: 'presence.changed', data: { userId: 'ana', status } })

describe('a watched user', () => {
  it('is online while connected, busy while in a call, then offline', async () => {
    const rt = await start(quick)
    const watcher = await watcherOf(rt, 'offline')
    const ana = await rt.actor('ana')
    const client = await hello(rt, 'ana')
    await becomes(watcher, 'online')
    rt.busy.add(ana.userId)
    await rt.fanOut.presenceHint(ana.tenant.id, [ana.userId])
    await becomes(watcher, 'busy')
    rt.busy.clear()
    await rt.fanOut.presenceHint(ana.tenant.id, [ana.userId])
    await becomes(watcher, 'online')
    await client.close()
    await becomes(watcher, 'offline')
  })

  it('stays online while one of several connections is left', async () => {
    const rt = await start(quick)
    const watcher = await watcherOf(rt, 'offline')
    const one = await hello(rt, 'ana')
    const two = await hello(rt, 'ana')
    await Promise.all([one.next(), two.next()])
    await becomes(watcher, 'online')
    await one.close()
    await two.close()
    await becomes(watcher, 'offline')
    expect(watcher.frames.filter((frame) => frame.type === 'presence.changed')).toHaveLength(2)
  })

  it('does not flicker when their page is loaded anew', async () => {
    const rt = await start({ ...quick, graceMs: 1_500 })
    const watcher = await watcherOf(rt, 'offline')
    const before = await hello(rt, 'ana')
    await becomes(watcher, 'online')
    await before.close()
    const after = await hello(rt, 'ana')
    await after.next()
    const ana = await rt.actor('ana')
    rt.busy.add(ana.userId)
    await rt.fanOut.presenceHint(ana.tenant.id, [ana.userId])
    await becomes(watcher, 'busy')
  })

  it('turns offline when the client vanishes without a word', async () => {
    const rt = await start(quick)
    const watcher = await watcherOf(rt, 'offline')
    const client = await hello(rt, 'ana')
    await client.next()
    await becomes(watcher, 'online')
    client.vanish()
    await becomes(watcher, 'offline')
    expect(rt.realtime.sockets).toBe(1)
    client.socket.resume()
    expect(await client.closed).toBe(1006)
  })

  it('stays online as long as pongs come, though nothing else does', async () => {
    const rt = await start(quick)
    const watcher = await watcherOf(rt, 'offline')
    const client = await hello(rt, 'ana')
    await becomes(watcher, 'online')
    let pings = 0
    client.socket.on('ping', () => pings++)
    await until(() => pings >= 4)
    expect(watcher.frames).toHaveLength(2)
    expect(client.socket.readyState).toBe(client.socket.OPEN)
  })

  it('can be called with the app closed until the time they set', async () => {
    const rt = await start(quick)
    const watcher = await watcherOf(rt, 'offline')
    const ana = await rt.actor('ana')
    const until_ = new Date(rt.clock.now().getTime() + 600_000).toISOString()
    const answer = await setAvailability(rt.presence, ana, { availability: 'always', until: until_ })
    expect(answer).toEqual({ userId: 'ana', status: 'online', availability: 'always', until: until_ })
    await becomes(watcher, 'online')
    rt.clock.advance(600_000)
    await becomes(watcher, 'offline')
  })

  it('is told to those who begin to watch, and no more to those who stop', async () => {
    const rt = await start(quick)
    const watcher = await hello(rt, 'bo')
    const other = await hello(rt, 'cy', { watch: ['ana'] })
    await Promise.all([watcher.next(), other.next()])
    watcher.send({ type: 'watch', userIds: ['ana', 'cy', 'ana'] })
    expect(await watcher.next()).toMatchObject({
      type: 'presence.snapshot',
      data: {
        presence: [
          { userId: 'ana', status: 'offline' },
          { userId: 'cy', status: 'online' },
        ],
      },
    })
    watcher.send({ type: 'watch', userIds: ['cy', 'nobody'] })
    expect(await watcher.next()).toMatchObject({ type: 'presence.snapshot', data: { presence: [{ userId: 'nobody', status: 'offline' }] } })
    await hello(rt, 'ana')
    await becomes(other, 'online')
    expect(watcher.frames).toHaveLength(3)
  })

  it('who did not exist yet is told once they do', async () => {
    const rt = await start(quick)
    const watcher = await hello(rt, 'bo', { watch: ['newcomer'] })
    await watcher.next()
    await db.transact(rt.serverActor.tenant.id, (tx) =>
      tx.query(
        `insert into users (id, tenant_id, host_id, display_name, referral_code, availability, created_at) values ('usr_new', $1, 'newcomer', 'N', 'N', 'always', $2)`,
        [rt.serverActor.tenant.id, new Date()],
      ),
    )
    expect(await watcher.next()).toMatchObject({ type: 'presence.changed', data: { userId: 'newcomer', status: 'online' } })
  })

  it('is told correctly though the hint was lost', async () => {
    const rt = await start(quick)
    const watcher = await watcherOf(rt, 'offline')
    rt.busy.add((await rt.actor('ana')).userId)
    await becomes(watcher, 'busy')
  })

  it('is told before any change on resuming, and missed changes are made up', async () => {
    const rt = await start(quick)
    const watcher = await watcherOf(rt, 'offline')
    const { session } = watcher.frames[0]?.data ?? {}
    watcher.socket.terminate()
    await until(() => rt.realtime.sockets === 0)
    await hello(rt, 'ana')
    await until(
      async () => (await rt.presence.bus.alive(`${rt.serverActor.tenant.id}:connected`, [(await rt.actor('ana')).userId])).size > 0,
    )
    const back = await hello(rt, 'bo', { resume: { session, seq: 1 } })
    expect(await back.next()).toMatchObject({ type: 'session.resumed' })
    await becomes(back, 'online')
  })

  it('of a thousand is asked of the database together', async () => {
    const rt = await start()
    const ids = Array.from({ length: 1_000 }, (_, i) => `u${i}`)
    const watcher = await hello(rt, 'bo', { watch: ids })
    const snapshot = await watcher.next()
    expect(snapshot.data['presence']).toEqual(ids.map((userId) => ({ userId, status: 'offline' })))
  })
})

describe('two processes on one Redis', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  /** Two platforms of the same app, each with its own connections. */
  async function startTwo(): Promise<[RealtimeUnderTest, RealtimeUnderTest]> {
    const tenant = await createTenant(db, ['ana', 'bo', 'cy'])
    const one = async () => later(await startRealtime({ db, bus: later(await createBus(redis.url, logger)), tenant, settings: quick }))
    const both: [RealtimeUnderTest, RealtimeUnderTest] = [await one(), await one()]
    // Ready when both are joined to Redis: what one keeps the other finds.
    for (const [from, to] of [both, [...both].reverse() as typeof both] as const) {
      await until(async () => {
        await from.presence.bus.touch('probe', [from.url], 5_000)
        return (await to.presence.bus.alive('probe', [from.url])).size > 0
      })
    }
    return both
  }

  it('tell each other’s users of presence and events', async () => {
    const [here, there] = await startTwo()
    const watcher = await watcherOf(here, 'offline')
    const client = await hello(there, 'ana')
    await client.next()
    await becomes(watcher, 'online')
    const ana = await there.actor('ana')
    await here.fanOut.toUser(ana.tenant.id, ana.userId, 'session.resumed', { session: 'test' })
    expect(await client.next()).toMatchObject({ seq: 2, data: { session: 'test' } })
    await client.close()
    await becomes(watcher, 'offline')
  })

  it('take each other’s tickets, once', async () => {
    const [here, there] = await startTwo()
    const operation = here.realtime.operations.find((one) => one.name === 'realtime.createTicket')
    const { ticket } = (await operation?.handler({} as never, { actor: await here.actor('ana') } as never)) as { ticket: string }
    const client = await TestClient.hello(there.url, { ticket })
    expect((await client.next()).data).toMatchObject({ userId: 'ana' })
    expect(await (await TestClient.hello(here.url, { ticket })).closed).toBe(4401)
  })

  it('keep a user online who is connected to both, when one connection ends', async () => {
    const [here, there] = await startTwo()
    const watcher = await watcherOf(here, 'offline')
    const one = await hello(here, 'ana')
    const two = await hello(there, 'ana')
    await Promise.all([one.next(), two.next()])
    await becomes(watcher, 'online')
    await one.close()
    // Longer than a touch and than the time in which another process may object.
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(watcher.frames).toHaveLength(2)
    await two.close()
    await becomes(watcher, 'offline')
  })

  it('notice when the other one dies with its connections', async () => {
    const [here, there] = await startTwo()
    const watcher = await watcherOf(here, 'offline')
    const client = await hello(there, 'ana')
    await client.next()
    await becomes(watcher, 'online')
    // Closed without a word to anybody, as far as the other one can see.
    await there.realtime.close()
    await becomes(watcher, 'offline')
  })

  it('know everything again after Redis was lost', async () => {
    const [here, there] = await startTwo()
    const watcher = await watcherOf(here, 'offline')
    const client = await hello(there, 'ana')
    await client.next()
    await becomes(watcher, 'online')
    await redis.kill()
    await becomes(watcher, 'offline')
    await redis.restart()
    await becomes(watcher, 'online')
    const ana = await there.actor('ana')
    await until(async () => {
      await here.fanOut.toUser(ana.tenant.id, ana.userId, 'session.resumed', { session: 'test' })
      return client.frames.some((frame) => frame.data['session'] === 'test')
    })
  })
})
