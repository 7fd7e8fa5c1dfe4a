import { describe, expect, it } from 'vitest'
import { matchNames } from './match-names.ts'
import { differentPeople, samePeople } from './name-pairs.fixture.ts'

/** Measured on made-up pairs, as on one's own test set: a baseline, not a proof. */
describe('names of one person', () => {
  it.each(samePeople)('are not refused: %s, %s', (one, other) => {
    expect(matchNames(one, other)).not.toBe('mismatch')
    expect(matchNames(other, one)).toBe(matchNames(one, other))
  })

  it('pass without a reviewer nine times of ten', () => {
    const passed = samePeople.filter(([one, other]) => matchNames(one, other) === 'match')
    expect(passed.length / samePeople.length).toBeGreaterThanOrEqual(0.85)
  })
})

describe('names of two people', () => {
  it.each(differentPeople)('never pass: %s, %s', (one, other) => {
    expect(matchNames(one, other)).not.toBe('match')
    expect(matchNames(other, one)).toBe(matchNames(one, other))
  })

  it('are refused outright where hardly a word is shared', () => {
    const refused = differentPeople.filter(([one, other]) => matchNames(one, other) === 'mismatch')
    expect(refused.length / differentPeople.length).toBeGreaterThanOrEqual(0.4)
  })
})

describe('a name that says little', () => {
  it.each([
    ['Asha', 'Asha'],
    ['', 'Asha Rao'],
    ['Kumar Singh', 'Singh Kumar'],
    ['A K', 'Asha Kulkarni'],
    ['आशा राव', 'Asha Rao'],
  ])('is for a reviewer, or refused: %s, %s', (one, other) => expect(matchNames(one, other)).not.toBe('match'))
})

it('takes names of any length', () => {
  const long = 'Lakshmi '.repeat(500)
  expect(matchNames(long, long)).toBe('match')
})
