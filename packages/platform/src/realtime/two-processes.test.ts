import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type RealtimeUnderTest } from '../../test/realtime/start-realtime.ts'
import { TestClient, until } from '../../test/realtime/test-client.ts'
import { hello, useRealtime } from '../../test/realtime/use-realtime.ts'
import { becomes, quick, watcherOf } from '../../test/realtime/watchers.ts'
import { startRedis, type RedisServer } from '../../test/redis/start-redis.ts'
import { createLogger } from '../base/logger.ts'
import { createBus } from '../bus/create-bus.ts'

const realtime = useRealtime()

describe('two processes on one Redis', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  /** Two platforms of the same app, each with its own connections. */
  async function startTwo(): Promise<[RealtimeUnderTest, RealtimeUnderTest]> {
    const tenant = await createTenant(realtime.db, ['ana', 'bo', 'cy'])
    const one = async () =>
      realtime.startBeside({ bus: realtime.later(await createBus(redis.url, createLogger('silent'))), tenant, settings: quick })
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
    await new Promise((resolve) => setTimeout(resolve, 2_400))
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
