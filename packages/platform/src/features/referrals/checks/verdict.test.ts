import { referralPolicy, type ReferralPolicy } from '@impacthub/sdk/contract'
import { describe, expect, it } from 'vitest'
import type { Facts } from './facts.ts'
import { judge } from './verdict.ts'

const day = 86_400
const fresh = { given: true, others: 0 }

/** Somebody about whom there is nothing to say. */
const honest: Facts = {
  ownCode: false,
  secondRedemption: false,
  referrerBlocked: false,
  refereeBlocked: false,
  accountSeconds: 60,
  lastHour: 0,
  lastDay: 0,
  total: 0,
  appLastDay: 0,
  cycle: false,
  secondsSinceVisit: 90,
  email: fresh,
  emailCollapsed: fresh,
  device: fresh,
  phone: fresh,
  payee: { given: false, others: 0 },
  identity: { given: false, others: 0 },
  mail: { disposable: false, relay: false },
  address: { given: true, lastDay: 0, lastWeek: 0, rangeLastDay: 0, kin: 0 },
  pattern: { mailStem: 0, phoneBlock: 0 },
}
const taken = (others = 1) => ({ given: true, others })
const at = (address: Partial<Facts['address']>): Partial<Facts> => ({ address: { ...honest.address, ...address } })
const like = (pattern: Partial<Facts['pattern']>): Partial<Facts> => ({ pattern: { ...honest.pattern, ...pattern } })

const policyOf = (wish: Parameters<typeof referralPolicy.parse>[0] = {}): ReferralPolicy => referralPolicy.parse(wish)
const judged = (facts: Partial<Facts>, wish = {}) => judge(policyOf(wish), { ...honest, ...facts })

it('accepts somebody new without a word', () => {
  expect(judged({})).toEqual({ outcome: 'accept', score: 0, reasons: [] })
})

const off = Object.fromEntries(Object.keys(policyOf().checks).map((name) => [name, 'off']))

it.each<[string, Partial<Facts>, string | number | undefined]>([
  ['own_code', { ownCode: true }, undefined],
  ['second_redemption', { secondRedemption: true }, undefined],
  ['older_account', { accountSeconds: 7 * day + 1 }, undefined],
  ['blocked', { referrerBlocked: true }, 'referrer'],
  ['blocked', { refereeBlocked: true }, 'referee'],
  ['cap', { total: 100 }, 'total'],
])('refuses %s though every check is off', (check, facts, detail) => {
  const { outcome, reasons } = judged(facts, { checks: off })
  expect(outcome).toBe('refuse')
  expect(reasons).toEqual([{ check, effect: 'refuse', points: 100, ...(detail === undefined ? {} : { detail }) }])
})

it('holds the app’s own cap of a day where it has one', () => {
  expect(judged({ appLastDay: 1_000_000 }).outcome).toBe('accept')
  expect(judged({ appLastDay: 50 }, { caps: { perAppPerDay: 50 } }).reasons).toMatchObject([{ check: 'cap', detail: 'app_day' }])
})

/** What each check hits on, and what it does by the platform's own policy. */
const hits: readonly [keyof ReferralPolicy['checks'], Partial<Facts>, 'accept' | 'review' | 'refuse'][] = [
  ['email', { email: taken() }, 'refuse'],
  ['emailCollapsed', { emailCollapsed: taken() }, 'review'],
  ['disposableEmail', { mail: { disposable: true, relay: false } }, 'refuse'],
  ['relayEmail', { mail: { disposable: false, relay: true } }, 'review'],
  ['device', { device: taken(3) }, 'refuse'],
  ['phone', { phone: taken() }, 'refuse'],
  ['payee', { payee: taken() }, 'refuse'],
  ['identity', { identity: taken() }, 'refuse'],
  ['cycle', { cycle: true }, 'refuse'],
  ['velocity', { lastHour: 5 }, 'review'],
  ['velocity', { lastDay: 20 }, 'review'],
  ['pattern', like({ mailStem: 3 }), 'review'],
  ['pattern', like({ phoneBlock: 3 }), 'review'],
  ['quickSignup', { secondsSinceVisit: 2 }, 'accept'],
]

describe.each(hits)('the check %s', (check, facts, usual) => {
  it(`usually comes to ${usual}`, () => {
    expect(judged(facts).outcome).toBe(usual)
    expect(judged(facts).reasons).toContainEqual(expect.objectContaining({ check }))
  })

  it('does what the app says', () => {
    expect(judged(facts, { checks: { ...off, [check]: 'off' } })).toEqual({ outcome: 'accept', score: 0, reasons: [] })
    expect(judged(facts, { checks: { ...off, [check]: 'review' } }).outcome).toBe('review')
    expect(judged(facts, { checks: { ...off, [check]: 'refuse' } }).outcome).toBe('refuse')
    const scored = judged(facts, { checks: { ...off, [check]: 'score' }, reviewScore: 1_000 })
    expect(scored).toMatchObject({ outcome: 'accept', reasons: [{ check, effect: 'score' }] })
    expect(scored.score).toBeGreaterThan(0)
  })
})

describe('an address', () => {
  it.each([
    [0, 'accept'],
    [1, 'review'],
    [4, 'review'],
    [5, 'refuse'],
  ])('with %i rewards of the day: %s', (lastDay, outcome) => {
    expect(judged(at({ lastDay })).outcome).toBe(outcome)
  })

  it('goes no further than the app allows', () => {
    expect(judged(at({ lastDay: 500 }), { checks: { address: 'review' } }).outcome).toBe('review')
    expect(judged(at({ lastDay: 500 }), { checks: { address: 'score' } }).outcome).toBe('accept')
    expect(judged(at({ lastDay: 500, kin: 9 }), { checks: { address: 'off' } }).reasons).toEqual([])
  })

  it('alone decides nothing where carriers share them, however many come', () => {
    const crowd = judged(at({ lastDay: 100_000, lastWeek: 100_000, rangeLastDay: 100_000, kin: 19 }), {
      preset: 'carrier-tolerant',
    })
    expect(crowd.outcome).toBe('accept')
    expect(crowd.score).toBeGreaterThan(0)
  })

  it('tells most where those who belong together are by themselves', () => {
    const line = (kin: number, lastDay = kin) => judged(at({ lastDay, lastWeek: lastDay, kin }), { preset: 'carrier-tolerant' })
    expect([0, 1, 2, 3].map((kin) => line(kin).outcome)).toEqual(['accept', 'accept', 'review', 'review'])
    expect(line(2).reasons.at(-1)).toEqual({ check: 'score', effect: 'review', points: 0, detail: 60 })
    expect([2, 19, 20].map((kin) => line(kin, 200).outcome)).toEqual(['accept', 'accept', 'review'])
  })
})

it('names everything that it found, whatever the first was', () => {
  const { outcome, reasons } = judged({ ownCode: true, email: taken(), device: taken(), cycle: true, lastHour: 9, lastDay: 30 })
  expect(outcome).toBe('refuse')
  expect(reasons.map(({ check }) => check)).toEqual(['own_code', 'email', 'device', 'cycle', 'velocity', 'velocity'])
})
