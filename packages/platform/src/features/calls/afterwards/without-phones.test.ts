import { expect, it } from 'vitest'
import { withoutPhones } from './without-phones.ts'

it.each(['+919812345678', '09812345678', '9812345678', '+1 415 555 2671', '(415) 555-2671', 'sip from +919812345678 to 09812340000'])(
  'makes %s unreadable',
  (text) => {
    expect(withoutPhones({ notes: [text] }).notes[0]).not.toMatch(/[0-9]{4}/)
  },
)

it.each([
  'call_01hz3k5q2v8w9x0y1z2a3b4c5d',
  'CA0123456789abcdef0123456789abcdef',
  '2026-03-06T12:34:56.000+00:00',
  '2026-03-06',
  'completed',
  '1061',
  '',
])('leaves %s as it is', (text) => {
  expect(withoutPhones(text)).toBe(text)
})

it('keeps numbers, times and the shape of all else', () => {
  const value = { at: 1_767_268_800_000, list: [1, null, true, { deep: 'x' }] }
  expect(withoutPhones(value)).toEqual(value)
})
