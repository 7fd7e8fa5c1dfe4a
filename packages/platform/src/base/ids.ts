import { randomBytes } from 'node:crypto'

const digits = '0123456789abcdefghjkmnpqrstvwxyz'

export type IdPrefix = 'app' | 'usr' | 'call' | 'txn' | 'key' | 'num' | 'req' | 'evt' | 'ses'

/**
 * A prefixed id that sorts by time: 48 bits of milliseconds and 80 random bits in 26 digits of Crockford's base 32 (as in ULID).
 * Time-ordered ids keep new index entries side by side.
 */
export function newId(prefix: IdPrefix, now: Date = new Date()): string {
  const random = randomBytes(10)
  let text = ''
  let time = now.getTime()
  for (let i = 0; i < 10; i++) {
    text = digits.charAt(time % 32) + text
    time = Math.floor(time / 32)
  }
  let bits = 0
  let count = 0
  for (const byte of random) {
    bits = (bits << 8) | byte
    count += 8
    while (count >= 5) {
      count -= 5
      text += digits.charAt((bits >>> count) & 31)
    }
    bits &= 0xff
  }
  return `${prefix}_${text}`
}

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
