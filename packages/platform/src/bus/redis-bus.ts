import type { Logger } from '../base/logger.ts'
import { fail } from '../base/problem.ts'
import type { Bus, Message } from './bus.ts'
import { memoryBus } from './memory-bus.ts'
import { redisLimits } from './redis-limits.ts'
import { linkRedis, type RedisLink } from './redis-link.ts'
import { scriptMembers } from './redis-scripts.ts'
import { subscriptions, type Listener } from './redis-subscriptions.ts'

/** Everything of ours in a Redis that others may use too. */
const prefix = 'connect:'

const inBatches = <T>(items: readonly T[], size: number): (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))

/**
 * The bus of many processes. Without Redis it goes on as the bus of this one: messages reach those who listen here, the alive are those
 * known here, limits are local. Nothing that matters is lost with Redis, and what it held is there again within seconds of its return.
 */
export function redisBus(url: string, logger: Logger): Bus {
  const own = memoryBus(logger)
  const listening = subscriptions(url, logger)
  const limits = redisLimits(prefix, () => link)
  const link: RedisLink = linkRedis(url, 'commands', logger, () => void limits.join())
  void listening.add(limits.channel, () => void limits.count())

  return {
    take: (key, bucket, count = 1) => limits.take(key, bucket, count),
    async publish(topic, message) {
      const text = JSON.stringify(message)
      const channel = prefix + topic
      const outcome = await link.ask((client) => client.publish(channel, text))
      if (!outcome.ok && !outcome.sent) listening.deliver(text, channel)
    },
    async subscribe(topic, listener) {
      const wrapped: Listener = (message) => listener(message)
      const channel = prefix + topic
      await listening.add(channel, wrapped)
      return () => listening.remove(channel, wrapped)
    },
    async touch(set, members, ttlMs) {
      await own.touch(set, members, ttlMs)
      for (const some of inBatches(members, scriptMembers)) {
        await link.ask((client) => client.touchMembers(`${prefix}alive:${set}`, ttlMs, some))
      }
    },
    async drop(set, member) {
      await own.drop(set, member)
      await link.ask((client) => client.zRem(`${prefix}alive:${set}`, member))
    },
    async alive(set, members) {
      const found = new Set<string>()
      for (const some of inBatches(members, scriptMembers)) {
        const outcome = await link.ask((client) => client.aliveMembers(`${prefix}alive:${set}`, some))
        if (!outcome.ok) return own.alive(set, members)
        some.forEach((member, i) => outcome.value[i] === 1 && found.add(member))
      }
      return found
    },
    async put(key, value, ttlMs) {
      const text = JSON.stringify(value)
      const expiration = { type: 'PX', value: ttlMs } as const
      const outcome = await link.ask((client) => client.set(`${prefix}value:${key}`, text, { expiration }))
      if (outcome.ok) return
      // What Redis may have kept must not be kept here too: it could be taken twice.
      if (outcome.sent) fail('unavailable', { retryAfterSeconds: 2 })
      await own.put(key, value, ttlMs)
    },
    async takeValue(key) {
      const here = await own.takeValue(key)
      if (here !== undefined) return here
      const outcome = await link.ask((client) => client.getDel(`${prefix}value:${key}`))
      return outcome.ok && outcome.value !== null ? (JSON.parse(outcome.value) as Message) : undefined
    },
    async close() {
      await limits.leave()
      await Promise.all([link.close(), listening.close(), own.close()])
    },
  }
}
