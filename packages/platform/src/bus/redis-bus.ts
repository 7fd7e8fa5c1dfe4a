import { randomUUID } from 'node:crypto'
import type { Logger } from '../base/logger.ts'
import { fail } from '../base/problem.ts'
import type { Bus, Bucket, Message } from './bus.ts'
import { ExpiringMap } from './expiring-map.ts'
import { memoryBus } from './memory-bus.ts'
import { linkRedis, type RedisClient } from './redis-link.ts'
import { scriptMembers } from './redis-scripts.ts'
import { refillMs, takeFrom, type Level } from './token-bucket.ts'

/** Everything of ours in a Redis that others may use too. */
const prefix = 'connect:'
const processes = `${prefix}processes`
const census = { everyMs: 4_000, ttlMs: 12_000 }

type Listener = (message: Message) => void

const inBatches = <T>(items: readonly T[], size: number): (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))

/**
 * Remembers what Redis last said of each bucket, and goes on from there without it. Each process then has its share of the rate only, so
 * that all of them together allow no more than Redis would.
 */
function localBuckets(now: () => number) {
  const levels = new ExpiringMap<Level>(200_000, now)
  return {
    note(key: string, bucket: Bucket, remaining: number) {
      levels.set(key, { tokens: remaining, at: now() }, refillMs(bucket))
    },
    take(key: string, bucket: Bucket, count: number, sharers: number) {
      const share = { perSecond: bucket.perSecond / sharers, burst: Math.max(1, Math.floor(bucket.burst / sharers)) }
      const { level, state } = takeFrom(levels.get(key), share, count, now())
      levels.set(key, level, refillMs(share))
      return state
    },
  }
}

/** One Redis subscription a topic, however many listen here; made again whenever Redis comes back. */
function subscriptions(url: string, logger: Logger) {
  const topics = new Map<string, Set<Listener>>()
  const deliver = (text: string, channel: string) => {
    for (const listener of topics.get(channel) ?? []) {
      try {
        listener(JSON.parse(text) as Message)
      } catch (error) {
        logger.error('a listener of the bus failed', { error })
      }
    }
  }
  const again = (client: RedisClient) => {
    if (topics.size > 0) void client.subscribe([...topics.keys()], deliver).catch(() => undefined)
  }
  const link = linkRedis(url, 'subscriptions', logger, again)
  return {
    deliver,
    close: link.close,
    async add(channel: string, listener: Listener) {
      const listeners = topics.get(channel) ?? new Set()
      topics.set(channel, listeners.add(listener))
      // Also when others listen already: their subscription may still be on its way.
      await link.ask((client) => client.subscribe(channel, deliver))
    },
    async remove(channel: string, listener: Listener) {
      const listeners = topics.get(channel)
      listeners?.delete(listener)
      if (listeners?.size !== 0) return
      topics.delete(channel)
      await link.ask((client) => client.unsubscribe(channel, deliver))
    },
  }
}

/**
 * The bus of many processes. Without Redis it goes on as the bus of this one: messages reach those who listen here, the alive are those
 * known here, limits are local. Nothing that matters is lost with Redis, and what it held is there again within seconds of its return.
 */
export function redisBus(url: string, logger: Logger): Bus {
  const now = () => performance.now()
  const own = memoryBus(logger, now)
  const buckets = localBuckets(now)
  const listening = subscriptions(url, logger)
  const self = randomUUID()
  let sharers = 1
  const count = async () => {
    const outcome = await commands.ask((client) => client.touchMembers(processes, census.ttlMs, [self]))
    if (outcome.ok) sharers = Math.max(1, outcome.value)
  }
  const join = async () => {
    await count()
    await commands.ask((client) => client.publish(processes, '1'))
  }
  const commands = linkRedis(url, 'commands', logger, () => void join())
  const counting = setInterval(() => void count(), census.everyMs).unref()
  void listening.add(processes, () => void count())

  return {
    async publish(topic, message) {
      const text = JSON.stringify(message)
      const channel = prefix + topic
      const outcome = await commands.ask((client) => client.publish(channel, text))
      if (!outcome.ok && !outcome.sent) listening.deliver(text, channel)
    },
    async subscribe(topic, listener) {
      const wrapped: Listener = (message) => listener(message)
      const channel = prefix + topic
      await listening.add(channel, wrapped)
      return () => listening.remove(channel, wrapped)
    },
    async take(key, bucket, count = 1) {
      const outcome = await commands.ask((client) => client.takeTokens(`${prefix}bucket:${key}`, bucket, count))
      if (!outcome.ok) return buckets.take(key, bucket, count, sharers)
      buckets.note(key, bucket, outcome.value.remaining)
      return outcome.value
    },
    async touch(set, members, ttlMs) {
      await own.touch(set, members, ttlMs)
      for (const some of inBatches(members, scriptMembers)) {
        await commands.ask((client) => client.touchMembers(`${prefix}alive:${set}`, ttlMs, some))
      }
    },
    async drop(set, member) {
      await own.drop(set, member)
      await commands.ask((client) => client.zRem(`${prefix}alive:${set}`, member))
    },
    async alive(set, members) {
      const found = new Set<string>()
      for (const some of inBatches(members, scriptMembers)) {
        const outcome = await commands.ask((client) => client.aliveMembers(`${prefix}alive:${set}`, some))
        if (!outcome.ok) return own.alive(set, members)
        some.forEach((member, i) => outcome.value[i] === 1 && found.add(member))
      }
      return found
    },
    async put(key, value, ttlMs) {
      const text = JSON.stringify(value)
      const outcome = await commands.ask((client) =>
        client.set(`${prefix}value:${key}`, text, { expiration: { type: 'PX', value: ttlMs } }),
      )
      if (outcome.ok) return
      // What Redis may have kept must not be kept here too: it could be taken twice.
      if (outcome.sent) fail('unavailable', { retryAfterSeconds: 2 })
      await own.put(key, value, ttlMs)
    },
    async takeValue(key) {
      const here = await own.takeValue(key)
      if (here !== undefined) return here
      const outcome = await commands.ask((client) => client.getDel(`${prefix}value:${key}`))
      return outcome.ok && outcome.value !== null ? (JSON.parse(outcome.value) as Message) : undefined
    },
    async close() {
      clearInterval(counting)
      await commands.ask((client) => client.zRem(processes, self))
      await Promise.all([commands.close(), listening.close(), own.close()])
    },
  }
}
