import { describe, expect, it } from 'vitest'
import { checkNumber, maskNumber } from './id-numbers.ts'

const years = { bornIn: 1990, thisYear: 2026 }
const finding = (kind: 'aadhaar' | 'pan' | 'driving_license', typed: string) => checkNumber(kind, typed, years)

describe('an Aadhaar number', () => {
  it.each(['234567890124', '2345 6789 0124', '2345-6789-0124', '२३४५ ६७८९ ०१२४'])('may be written %s', (typed) =>
    expect(finding('aadhaar', typed)).toEqual({ isRight: true, number: '234567890124', isLegacy: false }),
  )
  it.each(['234567890123', '123412341234', '23456789012', '2345678901244', '2345678901240000', 'ABCD67890124', '', '034567890124'])(
    'is not %s',
    (typed) => expect(finding('aadhaar', typed).isRight).toBe(false),
  )
})

describe('a PAN', () => {
  it.each(['AAAPZ1234C', 'aaapz1234c', 'AAAPZ 1234 C', 'AAAPZ0001C'])('may be written %s', (typed) =>
    expect(finding('pan', typed)).toMatchObject({ isRight: true, isLegacy: false }),
  )
  it.each([
    ['ABCDE1234F', 'fourth letter'],
    ['AAACZ1234C', 'a company'],
    ['AAAHZ1234C', 'a Hindu undivided family'],
    ['AAAFZ1234C', 'a firm'],
    ['AAATZ1234C', 'a trust'],
    ['AAAPZ0000C', 'must be a PAN'],
    ['AAAPZ123C', 'must be a PAN'],
    ['AAAPZ12345', 'must be a PAN'],
    ['', 'must be a PAN'],
  ])('is not %s: %s', (typed, why) =>
    expect(finding('pan', typed)).toEqual({ isRight: false, detail: expect.stringContaining(why) as string }),
  )
})

describe('a driving licence', () => {
  it.each(['DL-0420110149646', 'HR06 20120034761', 'KA0120100000001', 'TG0920110000002'])('may be written %s', (typed) =>
    expect(finding('driving_license', typed)).toMatchObject({ isRight: true, isLegacy: false }),
  )
  it.each(['GJ-2420180', 'MH-02-95-123456', 'UP78 20110149', 'TN/01/AB/1999/001'])(
    'of an older form is for a person to look at: %s',
    (typed) => expect(finding('driving_license', typed)).toMatchObject({ isRight: true, isLegacy: true }),
  )
  it.each(['XX0420110149646', 'DL04', 'DL0420110149646123', '1234567890', 'DL-04२x!'])('is not %s', (typed) =>
    expect(finding('driving_license', typed).isRight).toBe(false),
  )
  it('is of a year that its holder could have had it in', () => {
    expect(finding('driving_license', 'MH2720270034761').isRight).toBe(false)
    expect(finding('driving_license', 'MH2720050034761').isRight).toBe(false)
    expect(finding('driving_license', 'MH2720060034761').isRight).toBe(true)
  })
  it('has a four-digit year, or is of an older form', () => {
    expect(finding('driving_license', 'MH27 30120034761')).toMatchObject({ isRight: true, isLegacy: true })
  })
})

it('is shown with its last four characters only', () => {
  expect(maskNumber('234567890124')).toBe('XXXXXXXX0124')
  expect(maskNumber('AAAPZ1234C')).toBe('XXXXXX234C')
})
