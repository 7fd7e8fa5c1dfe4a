import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRedis, type RedisServer } from '../../test/redis/start-redis.ts'
import { createLogger } from '../base/logger.ts'
import type { Bus, Message } from './bus.ts'
import { createBus } from './create-bus.ts'

const logger = createLogger('silent')

const until = async (holds: () => boolean | Promise<boolean>) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** What every bus promises, whatever carries it. `two` gives two ends of the same bus. */
function promises(two: () => readonly [Bus, Bus]) {
  it('carries each message once to every listener, in order, as JSON', async () => {
    const [here, there] = two()
    const heard: Message[] = []
    const heardToo: Message[] = []
    await here.subscribe('7:order', (message) => heard.push(message))
    await there.subscribe('7:order', (message) => heardToo.push(message))
    const date = { at: new Date(0), none: undefined } as unknown as Message
    await there.publish('7:order', 1)
    await there.publish('7:order', { two: ['नमस्ते', null, true] })
    await there.publish('7:order', date)
    await until(() => heard.length >= 3 && heardToo.length >= 3)
    const expected = [1, { two: ['नमस्ते', null, true] }, { at: '1970-01-01T00:00:00.000Z' }]
    expect(heard).toEqual(expected)
    expect(heardToo).toEqual(expected)
  })

  it('does not let one listener change what another hears', async () => {
    const [bus] = two()
    const heard: Message[] = []
    await bus.subscribe('7:own', (message) => Object.assign(message as object, { spoiled: true }))
    await bus.subscribe('7:own', (message) => heard.push(message))
    await bus.publish('7:own', { clean: true })
    await until(() => heard.length === 1)
    expect(heard).toEqual([{ clean: true }])
  })

  it('goes on when a listener throws', async () => {
    const [bus] = two()
    const heard: Message[] = []
    await bus.subscribe('7:throws', () => {
      throw new Error('on purpose')
    })
    await bus.subscribe('7:throws', (message) => heard.push(message))
    await bus.publish('7:throws', 1)
    await until(() => heard.length === 1)
  })

  it('tells nothing to other topics, nor after the end of a subscription', async () => {
    const [bus] = two()
    const heard: Message[] = []
    const kept: Message[] = []
    const end = await bus.subscribe('7:a', (message) => heard.push(message))
    await bus.subscribe('7:a', (message) => kept.push(message))
    await bus.publish('8:a', 'foreign')
    await end()
    await bus.publish('7:a', 'late')
    await until(() => kept.length === 1)
    expect(heard).toEqual([])
    expect(kept).toEqual(['late'])
  })

  it('hears a topic again that was left and subscribed anew', async () => {
    const [bus] = two()
    const heard: Message[] = []
    const end = await bus.subscribe('7:again', () => undefined)
    const [, resubscribed] = [end(), bus.subscribe('7:again', (message) => heard.push(message))]
    await resubscribed
    await bus.publish('7:again', 1)
    await until(() => heard.length === 1)
  })

  it('allows a burst, then refuses and says when to come again', async () => {
    const [here, there] = two()
    const bucket = { perSecond: 0.5, burst: 3 }
    const states = [await here.take('7:b', bucket), await there.take('7:b', bucket), await here.take('7:b', bucket)]
    expect(states.map((state) => state.allowed)).toEqual([true, true, true])
    expect(states.map((state) => state.remaining)).toEqual([2, 1, 0])
    const refused = await there.take('7:b', bucket)
    expect(refused).toMatchObject({ allowed: false, remaining: 0 })
    expect(refused.retryAfterMs).toBeGreaterThan(0)
    expect(refused.retryAfterMs).toBeLessThanOrEqual(2_000)
    expect(await here.take('8:b', bucket)).toMatchObject({ allowed: true, remaining: 2 })
  })

  it('refills a bucket, and a refused take takes nothing', async () => {
    const [bus] = two()
    const bucket = { perSecond: 50, burst: 5 }
    expect(await bus.take('7:refill', bucket, 5)).toMatchObject({ allowed: true, remaining: 0 })
    await until(async () => (await bus.take('7:refill', bucket, 4)).allowed)
  })

  it('of many takes at once allows exactly the burst', async () => {
    const [here, there] = two()
    const bucket = { perSecond: 0.001, burst: 10 }
    const states = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? here : there).take('7:race', bucket)))
    expect(states.filter((state) => state.allowed)).toHaveLength(10)
  })

  it('knows who is alive, until the time ends or they are dropped', async () => {
    const [here, there] = two()
    await here.touch('7:set', ['ana', 'bo', 'cy'], 60_000)
    await here.touch('7:set', ['di'], 40)
    expect(await there.alive('7:set', ['ana', 'bo', 'nobody'])).toEqual(new Set(['ana', 'bo']))
    expect(await there.alive('8:set', ['ana'])).toEqual(new Set())
    expect(await there.alive('7:set', [])).toEqual(new Set())
    await there.drop('7:set', 'bo')
    await until(async () => !(await here.alive('7:set', ['di'])).has('di'))
    expect(await here.alive('7:set', ['ana', 'bo', 'cy', 'di'])).toEqual(new Set(['ana', 'cy']))
  })

  it('keeps the many alive that one process touches at once', async () => {
    const [here, there] = two()
    const many = Array.from({ length: 12_345 }, (_, i) => `usr_${i}`)
    await here.touch('7:many', many, 60_000)
    expect((await there.alive('7:many', many)).size).toBe(many.length)
    await here.touch('7:many', [], 60_000)
  })

  it('gives a value to one of many who ask for it', async () => {
    const [here, there] = two()
    await here.put('7:ticket', { user: 'ana' }, 60_000)
    const given = await Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 ? here : there).takeValue('7:ticket')))
    expect(given.filter((value) => value !== undefined)).toEqual([{ user: 'ana' }])
    expect(await here.takeValue('8:ticket')).toBeUndefined()
  })

  it('forgets a value when its time is over', async () => {
    const [bus] = two()
    await bus.put('7:short', 1, 20)
    await bus.put('7:long', 2, 60_000)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(await bus.takeValue('7:short')).toBeUndefined()
    expect(await bus.takeValue('7:long')).toBe(2)
  })
}

describe('the bus in memory', () => {
  let bus: Bus
  beforeAll(async () => {
    bus = await createBus(undefined, logger)
  })
  afterAll(() => bus.close())
  promises(() => [bus, bus])
})

describe('the bus on Redis', () => {
  let server: RedisServer
  let here: Bus
  let there: Bus

  beforeAll(async () => {
    server = await startRedis()
    here = await createBus(server.url, logger)
    there = await createBus(server.url, logger)
    await reachEachOther()
  })
  afterAll(async () => {
    await Promise.all([here.close(), there.close()])
    await server.stop()
  })

  /** Ready: what one says the other hears, both ways. */
  const reachEachOther = async () => {
    for (const [from, to] of [
      [here, there],
      [there, here],
    ] as const) {
      let heard = 0
      const end = await to.subscribe('probe', () => heard++)
      await until(async () => {
        await from.publish('probe', 1)
        return heard > 0
      })
      await end()
    }
  }

  promises(() => [here, there])

  it('goes on alone without Redis, never more generous, and together again when it is back', async () => {
    const bucket = { perSecond: 0.001, burst: 10 }
    const used = await here.take('7:outage', bucket, 8)
    expect(used).toMatchObject({ allowed: true, remaining: 2 })
    const heard: Message[] = []
    await here.subscribe('7:kept', (message) => heard.push(message))
    await here.touch('7:outage', ['ana'], 60_000)

    await server.kill()
    // Fewer than before the outage, and the unseen buckets of both processes together no more than one.
    const after = await Promise.all(Array.from({ length: 10 }, () => here.take('7:outage', bucket)))
    expect(after.filter((state) => state.allowed).length).toBeLessThanOrEqual(2)
    const fresh = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? here : there).take('7:unseen', bucket)))
    const allowed = fresh.filter((state) => state.allowed).length
    expect(allowed).toBeGreaterThan(0)
    expect(allowed).toBeLessThanOrEqual(10)
    await here.publish('7:kept', 'local')
    await until(() => heard.includes('local'))
    expect(await here.alive('7:outage', ['ana', 'bo'])).toEqual(new Set(['ana']))
    await here.put('7:lonely', 'kept', 60_000)
    expect(await here.takeValue('7:lonely')).toBe('kept')
    expect(await here.takeValue('7:lonely')).toBeUndefined()
    const left: Message[] = []
    await there.subscribe('7:during', (message) => left.push(message))

    await server.restart()
    await reachEachOther()
    await until(async () => {
      await there.publish('7:kept', 'again')
      return heard.includes('again')
    })
    await until(async () => {
      await here.publish('7:during', 'again')
      return left.includes('again')
    })
    await here.touch('7:outage', ['ana'], 60_000)
    expect(await there.alive('7:outage', ['ana'])).toEqual(new Set(['ana']))
  })

  it('waits for no more than a second for a Redis that hangs', async () => {
    server.freeze()
    try {
      const bucket = { perSecond: 1, burst: 10 }
      const began = performance.now()
      for (let i = 0; i < 50; i++) await here.take('7:hang', bucket)
      // Fifty answers wait for one time limit, not for fifty.
      expect(performance.now() - began).toBeLessThan(25_000)
      await expect(here.alive('7:hang', ['ana'])).resolves.toEqual(new Set())
    } finally {
      server.thaw()
    }
    await reachEachOther()
  })

  it('starts without Redis and finds it later', async () => {
    const late = await startRedis()
    await late.kill()
    const bus = await createBus(late.url, logger)
    expect(await bus.take('7:late', { perSecond: 1, burst: 5 })).toMatchObject({ allowed: true })
    await late.restart()
    const other = await createBus(late.url, logger)
    const heard: Message[] = []
    await bus.subscribe('7:late', (message) => heard.push(message))
    await until(async () => {
      await other.publish('7:late', 1)
      return heard.length > 0
    })
    await Promise.all([bus.close(), other.close()])
    await late.stop()
  })
})
