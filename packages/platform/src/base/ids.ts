import { randomBytes, randomFillSync } from 'node:crypto'

const digits = '0123456789abcdefghjkmnpqrstvwxyz'

export type IdPrefix =
  | 'app'
  | 'usr'
  | 'call'
  | 'txn'
  | 'key'
  | 'num'
  | 'req'
  | 'evt'
  | 'ses'
  | 'wait'
  | 'dsp'
  | 'rfd'
  | 'whe'
  | 'top'
  | 'trf'
  | 'kyc'
  | 'doc'
  | 'upl'
  | 'kcn'
  | 'kch'
  | 'kev'
  | 'wdr'
  | 'pay'
  | 'ref'

// Random bytes come in blocks: asking for ten at a time costs more than all the rest of an id.
const pool = { bytes: randomBytes(4_096), used: 0 }

/** A random number below 2^(8 × count); count is at most 5. */
function random(count: number): number {
  if (pool.used + count > pool.bytes.length) {
    randomFillSync(pool.bytes)
    pool.used = 0
  }
  const value = pool.bytes.readUIntBE(pool.used, count)
  pool.used += count
  return value
}

const half = 2 ** 40
/** The latest id of each kind: kinds may be made by different clocks, and only ids of one kind are compared. */
const latestOf = new Map<IdPrefix, { time: number; high: number; low: number }>()

/** The 80 bits after the time: random, and within one millisecond growing by random steps, so that a process's ids of one kind sort as they were made. */
function tail(prefix: IdPrefix, time: number): [high: number, low: number] {
  const latest = latestOf.get(prefix) ?? { time: -1, high: 0, low: 0 }
  latestOf.set(prefix, latest)
  if (time === latest.time) {
    latest.low += 1 + random(4)
    if (latest.low >= half) {
      latest.low -= half
      latest.high += 1
    }
  } else {
    latest.time = time
    // The topmost bit stays free for the growth.
    latest.high = random(5) % (half / 2)
    latest.low = random(5)
  }
  return [latest.high, latest.low]
}

const square = 32 ** 2
/** Digits two by two: half the steps. */
const pairs = Array.from({ length: square }, (_, value) => digits.charAt(value / 32) + digits.charAt(value % 32))

/** `length` is even. */
function base32(value: number, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest = Math.floor(rest / square)) text = (pairs[rest % square] ?? '') + text
  return text
}

/**
 * A prefixed id that sorts by time: 48 bits of milliseconds and 80 further bits in 26 digits of Crockford's base 32 (a monotonic ULID).
 * Time-ordered ids keep new index entries side by side.
 */
export function newId(prefix: IdPrefix, now: Date = new Date()): string {
  const time = now.getTime()
  const [high, low] = tail(prefix, time)
  return `${prefix}_${base32(time, 10)}${base32(high, 8)}${base32(low, 8)}`
}

/** Sorts before every id that is made at this time or later, and after all that were made before. Nothing was made before 1970. */
export const firstIdAt = (prefix: IdPrefix, time: Date): string => `${prefix}_${base32(Math.max(0, time.getTime()), 10)}`

const readable = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'

/** A code that a person can read out: no look-alikes (0 O, 1 I L). */
export function readableCode(length: number): string {
  let code = ''
  while (code.length < length) {
    for (const byte of randomBytes(length)) {
      // 248 = 8 × 31: beyond it some letters would be likelier than others.
      if (byte < 248 && code.length < length) code += readable.charAt(byte % readable.length)
    }
  }
  return code
}
