import { expect, it } from 'vitest'
import { isRude, makeReferralCode } from './referral-code.ts'

it('makes codes of seven letters and digits that nobody takes for others', () => {
  const codes = new Set(Array.from({ length: 2_000 }, () => makeReferralCode()))
  expect(codes.size).toBe(2_000)
  for (const code of codes) {
    expect(code).toMatch(/^[2-9A-HJKMNP-Z]{7}$/)
    expect(isRude(code)).toBe(false)
  }
})

it.each([
  'FUCK234',
  'XFVCKX2',
  'F4RTABC',
  '2CHUT34',
  'GAAND22',
  'G4ND234',
  'RUNA55X',
  'KU77EXY',
  'M4D4RCX',
  '5UAR234',
  'SEXYNNN',
  'WTF2345',
])('knows %s for rude, also with digits for letters', (code) => {
  expect(isRude(code)).toBe(true)
})

it.each(['HAPPY23', 'KRSHNA7', 'GANESH2', 'RAMCHAN', 'BHAKT22', 'PANDEY3', 'SHARMA2'])('lets %s be', (code) => {
  expect(isRude(code)).toBe(false)
})

it('throws rude ones away until one is not', () => {
  const made = ['FUCK234', 'ABCHUTA', 'ABCDEFG']
  expect(makeReferralCode(() => made.shift() ?? '')).toBe('ABCDEFG')
})
