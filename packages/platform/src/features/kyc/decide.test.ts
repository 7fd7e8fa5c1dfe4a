import { describe, expect, it } from 'vitest'
import { checkReasons, type CheckReason, type CheckResult } from '../../providers/kyc/port.ts'
import { ageOn, decide, isAdult, type Facts } from './decide.ts'

const claimed = { name: 'Asha Kulkarni', dateOfBirth: '1990-05-17' }
const facts: Facts = {
  claimed,
  verified: null,
  isLegacy: false,
  isUsedElsewhere: false,
  decidesByRule: true,
  today: new Date('2026-11-23T06:00:00Z'),
}
type Answer = Pick<CheckResult, 'state' | 'reason' | 'nameMatches' | 'dateOfBirthMatches' | 'extracted'>

const pass: Answer = {
  state: 'pass',
  reason: null,
  nameMatches: true,
  dateOfBirthMatches: true,
  extracted: { name: null, dateOfBirth: null, lastFour: null },
}
const found = (name: string | null, dateOfBirth: string | null) => ({ ...pass.extracted, name, dateOfBirth })
const unproven = { ...pass, nameMatches: null, dateOfBirthMatches: null }

describe('an answer', () => {
  it('that proves name and birth date verifies', () => {
    expect(decide(pass, facts).event).toBe('passed')
    expect(decide({ ...unproven, extracted: found('KULKARNI ASHA', '1990-05-17') }, facts).event).toBe('passed')
  })

  it.each([
    [{ ...pass, nameMatches: null }, ['unverified_facts']],
    [{ ...pass, dateOfBirthMatches: null }, ['unverified_facts']],
    [{ ...unproven, extracted: found('Ashok Kulkarni', '1990-05-17') }, ['name_unclear']],
    [{ ...unproven, extracted: found('Asha', '1990-05-17') }, ['name_unclear']],
  ])('that proves less goes to a reviewer', (answer, reviewReasons) =>
    expect(decide(answer, facts)).toEqual({ event: 'unclear', reasons: [], reviewReasons }),
  )

  it.each<[Answer, string]>([
    [{ ...pass, nameMatches: false }, 'name_mismatch'],
    [{ ...pass, state: 'fail', reason: 'name_mismatch', nameMatches: false, extracted: found('Usha Ghosh', null) }, 'name_mismatch'],
    [{ ...unproven, extracted: found('Usha Ghosh', '1990-05-17') }, 'name_mismatch'],
    [{ ...pass, extracted: found('Usha Ghosh', null) }, 'name_mismatch'],
    [{ ...pass, dateOfBirthMatches: false }, 'birth_date_mismatch'],
    [{ ...unproven, extracted: found('Asha Kulkarni', '1990-05-18') }, 'birth_date_mismatch'],
    [{ ...unproven, extracted: found('Asha Kulkarni', '2012-05-17') }, 'under_age'],
  ])('that speaks against the person rejects: %#', (answer, reason) => {
    expect(decide(answer, facts)).toMatchObject({ event: 'failed', reasons: [reason] })
    expect(decide(answer, { ...facts, decidesByRule: false }).event).toBe('unclear')
  })

  it('that refuses a name which our rules find alike goes to a reviewer', () => {
    const strict = { ...pass, state: 'fail', reason: 'name_mismatch', nameMatches: false } as const
    for (const name of ['KULKARNI ASHA', 'Asha S Kulkarni', 'Asha'])
      expect(decide({ ...strict, extracted: found(name, null) }, facts)).toMatchObject({
        event: 'unclear',
        reviewReasons: ['name_unclear'],
      })
    expect(decide({ ...strict, extracted: found('Usha Ghosh', '2012-01-01') }, facts).event).toBe('failed')
  })

  it.each([
    [{ isLegacy: true }, 'legacy_format'],
    [{ isUsedElsewhere: true }, 'used_elsewhere'],
    [{ decidesByRule: false }, 'by_rule'],
    [{ verified: { name: 'Asha Deshmukh', dateOfBirth: '1990-05-17' } }, 'differs_from_verified'],
    [{ verified: { ...claimed, dateOfBirth: '1990-05-16' } }, 'differs_from_verified'],
  ])('that passes is not enough where something else is odd: %#', (odd, reason) =>
    expect(decide(pass, { ...facts, ...odd })).toMatchObject({ event: 'unclear', reviewReasons: [reason] }),
  )

  it('of every reason there is leads to a rejection or a reviewer, never to a verification', () => {
    const all = Object.entries(checkReasons) as [CheckReason, readonly [CheckResult['state']]][]
    for (const [reason, [state]] of all) {
      const { event, reasons, reviewReasons } = decide({ ...pass, state, reason }, facts)
      expect(event, reason).toBe(state === 'fail' ? 'failed' : 'unclear')
      expect([...reasons, ...reviewReasons], reason).not.toEqual([])
    }
    expect(decide({ ...pass, state: 'fail', reason: null }, facts).event).toBe('unclear')
  })
})

describe('somebody under 18', () => {
  it('is rejected whatever the provider and the app say', () => {
    const young = { ...claimed, dateOfBirth: '2010-01-01' }
    expect(decide(pass, { ...facts, claimed: young, decidesByRule: false })).toMatchObject({ event: 'failed', reasons: ['under_age'] })
  })

  it.each([
    ['2008-11-23', '2026-11-23T00:00:00Z', 18],
    ['2008-11-24', '2026-11-23T12:00:00Z', 17],
    ['2008-02-29', '2026-02-28T12:00:00Z', 17],
    ['2008-02-29', '2026-03-01T00:00:00Z', 18],
  ])('born on %s is on %s %s years old', (born, at, age) => expect(ageOn(born, new Date(at))).toBe(age))

  it('becomes an adult at midnight in India', () => {
    expect(isAdult('2008-11-23', new Date('2026-11-22T18:29:59Z'))).toBe(false)
    expect(isAdult('2008-11-23', new Date('2026-11-22T18:30:00Z'))).toBe(true)
  })
})
