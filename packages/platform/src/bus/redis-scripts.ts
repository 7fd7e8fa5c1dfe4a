import { defineScript } from 'redis'
import * as z from 'zod'
import type { Bucket, BucketState } from './bus.ts'

const text = String

/** The bucket of token-bucket.ts in one step at the server, by its clock. Level and time are kept as text: they are fractions. */
export const takeTokens = defineScript({
  SCRIPT: `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local rate, burst, count = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = burst
if kept[1] and kept[2] then tokens = math.min(burst, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) / 1000 * rate) end
local allowed, wait = 0, 0
if tokens >= count then
  allowed = 1
  tokens = tokens - count
else
  wait = math.ceil((count - tokens) / rate * 1000)
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.17g', tokens), 'at', string.format('%.17g', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return {allowed, math.floor(tokens), wait}`,
  NUMBER_OF_KEYS: 1,
  parseCommand(parser, key: string, bucket: Bucket, count: number) {
    parser.pushKey(key)
    parser.push(text(bucket.perSecond), text(bucket.burst), text(count))
  },
  transformReply: (reply: unknown): BucketState => {
    const [allowed, remaining, retryAfterMs] = z.tuple([z.number(), z.number(), z.number()]).parse(reply)
    return { allowed: allowed === 1, remaining, retryAfterMs }
  },
})

/** Each member stands with the end of its life by the server's clock; whoever writes sweeps out the dead. Answers how many are alive. */
export const touchMembers = defineScript({
  SCRIPT: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i]) end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return redis.call('ZCARD', KEYS[1])`,
  NUMBER_OF_KEYS: 1,
  parseCommand(parser, key: string, ttlMs: number, members: readonly string[]) {
    parser.pushKey(key)
    parser.push(text(Math.ceil(ttlMs)), ...members)
  },
  transformReply: (reply: unknown): number => z.number().parse(reply),
})

export const aliveMembers = defineScript({
  SCRIPT: `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local answer = {}
for i, score in ipairs(redis.call('ZMSCORE', KEYS[1], unpack(ARGV))) do
  if score and tonumber(score) > now then answer[i] = 1 else answer[i] = 0 end
end
return answer`,
  NUMBER_OF_KEYS: 1,
  parseCommand(parser, key: string, members: readonly string[]) {
    parser.pushKey(key)
    parser.push(...members)
  },
  transformReply: (reply: unknown): number[] => z.array(z.number()).parse(reply),
})

/** Lua's unpack has room for some thousands of arguments. */
export const scriptMembers = 1_000
