import { expect, it } from 'vitest'
import { isVerhoeff, verhoeffDigit } from './verhoeff.ts'

it.each([
  ['236', '3'],
  ['12345', '1'],
  ['142857', '0'],
])('gives %s the digit %s', (digits, check) => {
  expect(verhoeffDigit(digits)).toBe(check)
  expect(isVerhoeff(digits + check)).toBe(true)
})

it.each(['234567890124', '987654321096', '555555555551'])('takes %s', (number) => expect(isVerhoeff(number)).toBe(true))
it.each(['234567890123', '987654321069'])('refuses %s', (number) => expect(isVerhoeff(number)).toBe(false))

it('finds every single wrong digit and every swap of neighbours', () => {
  const right = '987654321096'
  for (let at = 0; at < right.length; at++) {
    for (let digit = 0; digit < 10; digit++) {
      const other = right.slice(0, at) + String(digit) + right.slice(at + 1)
      expect(isVerhoeff(other)).toBe(other === right)
    }
    const swapped = right.slice(0, at) + (right[at + 1] ?? '') + (right[at] ?? '') + right.slice(at + 2)
    if (at + 1 < right.length && swapped !== right) expect(isVerhoeff(swapped)).toBe(false)
  }
})
