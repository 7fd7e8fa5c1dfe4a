import type { Logger } from '../base/logger.ts'
import type { Bus, Message } from './bus.ts'
import { ExpiringMap } from './expiring-map.ts'
import { refillMs, takeFrom, type Level } from './token-bucket.ts'

type Listener = (message: Message) => void

/** How much one process remembers at most; the oldest is forgotten first. */
const limits = { buckets: 200_000, members: 1_000_000, values: 100_000 }

// Neither part can hold a line break: sets, keys and members are made of ids.
const entry = (set: string, member: string) => `${set}\n${member}`

/**
 * The bus of a process that is alone. Messages make the round trip through JSON, so nothing works here that would not work with Redis.
 * `now` is a clock that never jumps, in milliseconds: how long things last does not depend on the time of day.
 */
export function memoryBus(logger: Logger, now: () => number = () => performance.now()): Bus {
  const topics = new Map<string, Set<Listener>>()
  const buckets = new ExpiringMap<Level>(limits.buckets, now)
  const members = new ExpiringMap<true>(limits.members, now)
  const values = new ExpiringMap<string>(limits.values, now)

  const deliver = (topic: string, text: string) => {
    for (const listener of topics.get(topic) ?? []) {
      try {
        listener(JSON.parse(text) as Message)
      } catch (error) {
        logger.error('a listener of the bus failed', { error })
      }
    }
  }

  return {
    async publish(topic, message) {
      if (!topics.has(topic)) return
      const text = JSON.stringify(message)
      queueMicrotask(() => deliver(topic, text))
    },
    async subscribe(topic, listener) {
      // Wrapped, so that the same function subscribed twice is told twice.
      const own: Listener = (message) => listener(message)
      const listeners = topics.get(topic) ?? new Set()
      topics.set(topic, listeners.add(own))
      return async () => {
        listeners.delete(own)
        if (listeners.size === 0 && topics.get(topic) === listeners) topics.delete(topic)
      }
    },
    async take(key, bucket, count = 1) {
      const { level, state } = takeFrom(buckets.get(key), bucket, count, now())
      buckets.set(key, level, refillMs(bucket))
      return state
    },
    async touch(set, touched, ttlMs) {
      for (const member of touched) members.set(entry(set, member), true, ttlMs)
    },
    async drop(set, member) {
      members.delete(entry(set, member))
    },
    async alive(set, asked) {
      return new Set(asked.filter((member) => members.get(entry(set, member)) === true))
    },
    async put(key, value, ttlMs) {
      values.set(key, JSON.stringify(value), ttlMs)
    },
    async takeValue(key) {
      const text = values.get(key)
      values.delete(key)
      return text === undefined ? undefined : (JSON.parse(text) as Message)
    },
    async close() {
      topics.clear()
      buckets.clear()
      members.clear()
      values.clear()
    },
  }
}
