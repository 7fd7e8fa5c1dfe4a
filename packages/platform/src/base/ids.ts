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

/** Two digits for ten bits. */
const pairs = Array.from({ length: 1_024 }, (_, value) => digits.charAt(value / 32) + digits.charAt(value % 32))

/** The lowest 20 bits of a number. Of one beyond 32 bits, shifting and masking take no others. */
const fourDigits = (value: number): string => `${pairs[(value >>> 10) & 1_023]}${pairs[value & 1_023]}`
/** Below 2^40. */
const eightDigits = (value: number): string => fourDigits(value / 2 ** 20) + fourDigits(value)

const stamp = { time: -1, digits: '' }
/** The 48 bits of a time, written once for all ids of a millisecond. */
function timeDigits(time: number): string {
  if (time !== stamp.time) {
    stamp.digits = `${pairs[Math.floor(time / half)]}${eightDigits(time)}`
    stamp.time = time
  }
  return stamp.digits
}

/**
 * A prefixed id that sorts by time: 48 bits of milliseconds and 80 further bits in 26 digits of Crockford's base 32 (a monotonic ULID).
 * Time-ordered ids keep new index entries side by side.
 */
export function newId(prefix: IdPrefix, now: Date = new Date()): string {
  const time = now.getTime()
  const [high, low] = tail(prefix, time)
  return `${prefix}_${timeDigits(time)}${eightDigits(high)}${eightDigits(low)}`
}

/** Sorts before every id that is made at this time or later, and after all that were made before. Nothing was made before 1970. */
export const firstIdAt = (prefix: IdPrefix, time: Date): string => `${prefix}_${timeDigits(Math.max(0, time.getTime()))}`

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
