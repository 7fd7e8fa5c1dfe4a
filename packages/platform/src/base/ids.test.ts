import { expect, it } from 'vitest'
import { newId, readableCode } from './ids.ts'

it('makes ids that sort by time and are one of a kind', () => {
  const at = (ms: number) => newId('call', new Date(ms))
  const times = [0, 1, 31, 32, 1_700_000_000_000, 1_700_000_000_001, 281_474_976_710_655]
  const ids = times.map(at)
  expect([...ids].sort()).toEqual(ids)
  for (const id of ids) expect(id).toMatch(/^call_[0-9a-hjkmnp-tv-z]{26}$/)
  expect(new Set(Array.from({ length: 10_000 }, () => at(5))).size).toBe(10_000)
})

it('makes codes that can be read out', () => {
  const codes = Array.from({ length: 500 }, () => readableCode(7))
  for (const code of codes) expect(code).toMatch(/^[2-9A-HJKMNP-Z]{7}$/)
  expect(new Set(codes).size).toBe(500)
})
