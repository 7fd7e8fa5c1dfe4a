import { expect, it } from 'vitest'
import { nextTransactionId, successorOf, timeOfId } from './transaction-id.ts'

it('grows within a millisecond, and when the clock steps back', () => {
  const noon = Date.parse('2026-03-01T12:00:00Z')
  const ids = [0, 0, 0, -5, 1, -1].flatMap((ms) => Array.from({ length: 50 }, () => nextTransactionId(new Date(noon + ms))))
  expect(ids).toEqual([...new Set(ids)].sort())
  for (const id of ids) expect(id).toMatch(/^txn_[0-9a-hjkmnp-tv-z]{26}$/)
})

it.each([
  ['txn_00', 'txn_01'],
  ['txn_0z', 'txn_10'],
  ['txn_0hzz', 'txn_0j00'],
])('%s is followed by %s', (id, next) => expect(successorOf(id)).toBe(next))

it('never runs into the prefix', () => expect(() => successorOf('txn_zz')).toThrow('used up'))

it('tells when it was made', () => {
  expect(timeOfId(nextTransactionId(new Date('2026-03-01T12:00:00.123Z')))).toEqual(new Date('2026-03-01T12:00:00.123Z'))
  for (const text of ['~', '', 'txn_', 'call_01m83gf97f', 'txn_il00000000']) expect(timeOfId(text)).toBeUndefined()
})
