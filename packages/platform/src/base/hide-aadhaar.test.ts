import { expect, it } from 'vitest'
import { hideAadhaar } from './hide-aadhaar.ts'

it.each([
  ['234567890124', 'XXXXXXXX0124'],
  ['My number is 2345 6789 0124.', 'My number is XXXX XXXX 0124.'],
  ['2345-6789-0124', 'XXXX-XXXX-0124'],
  ['2345.6789/0124', 'XXXX.XXXX/0124'],
  ['2345 - 6789 - 0124', 'XXXX - XXXX - 0124'],
  ['2\u00a03\u20094567890124', 'X\u00a0X\u2009XXXXXX0124'],
  ['{"aadhaarNo":"234567890124","otp":1}', '{"aadhaarNo":"XXXXXXXX0124","otp":1}'],
  // Within more digits.
  ['91234567890124', '91XXXXXXXX0124'],
  // In other scripts.
  ['२३४५ ६७८९ ०१२४', 'XXXX XXXX ०१२४'],
  ['２３４５６７８９０１２４', 'XXXXXXXX０１２４'],
  // Two of them, and one that they seem to make together.
  ['234567890124, 987654321096', 'XXXXXXXXXXXX, XXXXXXXX1096'],
])('hides the number in %s', (text, shown) => expect(hideAadhaar(text)).toBe(shown))

it.each([
  '234567890123',
  '134567890124',
  'call_01j8zq2345f6789k0124xyz',
  '2345 and then 6789 and then 0124',
  'XXXXXXXX0124',
  '23456789012',
  '',
  'No digits at all',
])('leaves %s', (text) => expect(hideAadhaar(text)).toBe(text))

it('is done with a long text of digits at once', () => {
  expect(hideAadhaar('1'.repeat(4_096))).toBe('1'.repeat(4_096))
  expect(hideAadhaar(`${'2 '.repeat(2_000)}x`)).toHaveLength(4_001)
})
