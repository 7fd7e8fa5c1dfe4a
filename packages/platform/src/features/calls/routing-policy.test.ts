import { describe, expect, it } from 'vitest'
import { barredCountry, canCarry, countryOf, journeyOf, passedBefore, policyFor, rank, type Option } from './routing-policy.ts'

const india = '+919800000001'
const india2 = '+919800000002'
const america = '+14155550100'

it.each([
  [india, 'IN'],
  ['+918047110000', 'IN'],
  [america, 'US'],
  ['+442071838750', 'GB'],
  ['+97145550100', 'AE'],
  ['+80012345678', null],
  ['+9999999999', null],
])('knows the country of %s: %s', (phone, country) => expect(countryOf(phone)).toBe(country))

describe('the platform’s own order', () => {
  it.each([
    [india, india2, ['exotel', 'twilio'], 'domestic_india'],
    [india, america, ['twilio', 'exotel'], 'default'],
    [america, india, ['twilio', 'exotel'], 'default'],
    [america, america, ['twilio', 'exotel'], 'default'],
    ['+9999999999', india, ['twilio', 'exotel'], 'default'],
  ])('from %s to %s is %j', (caller, callee, order, reason) => {
    expect(policyFor(journeyOf(caller, callee), null)).toEqual({ order, reason })
  })

  it('gives way to the app’s', () => {
    expect(policyFor(journeyOf(india, india2), ['twilio'])).toEqual({ order: ['twilio'], reason: 'app_order' })
  })
})

it('lets Exotel carry calls within India only', () => {
  expect(canCarry('exotel', journeyOf(india, india2))).toBe(true)
  for (const [a, b] of [
    [india, america],
    [america, india],
    [america, america],
  ] as const)
    expect(canCarry('exotel', journeyOf(a, b))).toBe(false)
  expect(canCarry('twilio', journeyOf(india, india2))).toBe(true)
})

it('never lets Twilio show an Indian number where a phone is in India', () => {
  expect(barredCountry('twilio', journeyOf(india, india2))).toBe('IN')
  expect(barredCountry('twilio', journeyOf(america, india))).toBe('IN')
  expect(barredCountry('twilio', journeyOf(america, america))).toBeNull()
  expect(barredCountry('exotel', journeyOf(india, india2))).toBeNull()
})

describe('the order of trying', () => {
  const exotel: Option = { provider: 'exotel', unfit: undefined, resting: false }
  const twilio: Option = { provider: 'twilio', unfit: undefined, resting: false }

  it('is that of the policy, with those that rest behind, and without the unfit', () => {
    expect(rank([exotel, twilio])).toEqual([exotel, twilio])
    const tired = { ...exotel, resting: true }
    expect(rank([tired, twilio])).toEqual([twilio, tired])
    expect(rank([tired, { ...twilio, resting: true }]).map(({ provider }) => provider)).toEqual(['exotel', 'twilio'])
    expect(rank([{ ...exotel, unfit: 'not_configured' }, twilio])).toEqual([twilio])
    expect(rank([{ ...exotel, unfit: 'refused' }])).toEqual([])
  })

  it('tells why those before the chosen one were passed over', () => {
    expect(passedBefore([{ ...exotel, unfit: 'not_configured' }, twilio], twilio)).toEqual([
      { provider: 'exotel', reason: 'not_configured' },
    ])
    expect(passedBefore([{ ...exotel, resting: true }, twilio], twilio)).toEqual([{ provider: 'exotel', reason: 'resting' }])
    expect(passedBefore([exotel, twilio], exotel)).toEqual([])
  })
})
