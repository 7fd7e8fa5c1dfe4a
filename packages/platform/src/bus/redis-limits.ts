import { randomUUID } from 'node:crypto'
import type { Bucket, BucketState } from './bus.ts'
import { ExpiringMap } from './expiring-map.ts'
import type { RedisLink } from './redis-link.ts'
import { refillMs, takeFrom, type Level } from './token-bucket.ts'

const census = { everyMs: 4_000, ttlMs: 12_000 }
const maxBuckets = 200_000

/**
 * Limits kept by Redis. What it last said of each bucket is remembered, and without it each process goes on from there with its share of the
 * rate, so that all of them together allow no more than Redis would. For that the processes count each other.
 */
export function redisLimits(prefix: string, link: () => RedisLink) {
  const now = () => performance.now()
  const levels = new ExpiringMap<Level>(maxBuckets, now)
  const self = randomUUID()
  const channel = `${prefix}processes`
  let sharers = 1

  async function count(): Promise<void> {
    const outcome = await link().ask((client) => client.touchMembers(channel, census.ttlMs, [self]))
    if (outcome.ok) sharers = Math.max(1, outcome.value)
  }
  const counting = setInterval(() => void count(), census.everyMs).unref()

  function takeHere(key: string, bucket: Bucket, tokens: number): BucketState {
    const share = { perSecond: bucket.perSecond / sharers, burst: Math.max(1, Math.floor(bucket.burst / sharers)) }
    const { level, state } = takeFrom(levels.get(key), share, tokens, now())
    levels.set(key, level, refillMs(share))
    return state
  }

  return {
    /** Where a process that joins says so. */
    channel,
    count,
    async join(): Promise<void> {
      await count()
      await link().ask((client) => client.publish(channel, '1'))
    },
    async take(key: string, bucket: Bucket, tokens: number): Promise<BucketState> {
      const outcome = await link().ask((client) => client.takeTokens(`${prefix}bucket:${key}`, bucket, tokens))
      if (!outcome.ok) return takeHere(key, bucket, tokens)
      levels.set(key, { tokens: outcome.value.remaining, at: now() }, refillMs(bucket))
      return outcome.value
    },
    async leave(): Promise<void> {
      clearInterval(counting)
      await link().ask((client) => client.zRem(channel, self))
    },
  }
}
