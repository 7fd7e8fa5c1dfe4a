import type { Bucket, BucketState } from './bus.ts'

/** What a bucket held at a time, in milliseconds of a clock that never jumps. */
export interface Level {
  readonly tokens: number
  readonly at: number
}

/** Takes `count` from a bucket that has refilled since `level`; one never seen is full. A refused take takes nothing. */
export function takeFrom(level: Level | undefined, bucket: Bucket, count: number, now: number): { level: Level; state: BucketState } {
  const refilled = level === undefined ? bucket.burst : level.tokens + (Math.max(0, now - level.at) / 1_000) * bucket.perSecond
  const tokens = Math.min(bucket.burst, refilled)
  const allowed = tokens >= count
  const left = allowed ? tokens - count : tokens
  return {
    level: { tokens: left, at: now },
    state: {
      allowed,
      remaining: Math.floor(left),
      retryAfterMs: allowed ? 0 : Math.ceil(((count - tokens) / bucket.perSecond) * 1_000),
    },
  }
}

/** When the bucket is full again and need not be remembered. */
export const refillMs = (bucket: Bucket): number => Math.ceil((bucket.burst / bucket.perSecond) * 1_000)
