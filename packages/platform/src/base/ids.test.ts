import { describe, expect, it } from 'vitest'
import { firstIdAt, newId, readableCode } from './ids.ts'

describe('an id', () => {
  it('says what it is of, and when it was made', () => {
    expect(newId('call', new Date(0))).toMatch(/^call_0{10}[0-9a-hjkmnp-tv-z]{16}$/)
    expect(newId('usr', new Date('2026-01-05T09:00:00Z')) < newId('usr', new Date('2026-01-05T09:00:00.001Z'))).toBe(true)
  })

  it('holds its time to the millisecond', () => {
    const digits = '0123456789abcdefghjkmnpqrstvwxyz'
    for (const ms of [0, 1, 2 ** 20, 2 ** 31 + 1, 2 ** 32 - 1, 2 ** 40 - 1, 2 ** 40 + 1_025, 8_640_000_000_000_000 % 2 ** 48]) {
      const told = firstIdAt('txn', new Date(ms)).slice('txn_'.length)
      expect(Array.from(told).reduce((sum, digit) => sum * 32 + digits.indexOf(digit), 0)).toBe(ms)
      expect(newId('txn', new Date(ms)).slice('txn_'.length, -16)).toBe(told)
    }
  })

  it('sorts as it was made, within one millisecond too, and never comes twice', () => {
    const now = new Date('2026-01-05T09:00:00Z')
    const ids = Array.from({ length: 20_000 }, () => {
      // Ids of another kind, by another clock, come in between.
      newId('req')
      return newId('txn', now)
    })
    expect(ids).toEqual([...ids].sort())
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('cannot be told from the one before in another millisecond', () => {
    const ends = Array.from({ length: 1_000 }, (_, ms) => newId('txn', new Date(ms)).slice(-16))
    expect(new Set(ends).size).toBe(ends.length)
    expect(ends).not.toEqual([...ends].sort())
  })
})

it('makes codes that a person can read out', () => {
  for (let i = 0; i < 500; i++) expect(readableCode(7)).toMatch(/^[2-9A-HJKMNP-Z]{7}$/)
})
