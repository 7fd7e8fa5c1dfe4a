import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { seal, unseal } from './seal.ts'

const key = randomBytes(32)

it('gives back what was sealed, and never the same bytes twice', () => {
  const [one, two] = [seal(key, 'place', 'word'), seal(key, 'place', 'word')]
  expect(unseal(key, 'place', one)).toBe('word')
  expect(one.equals(two)).toBe(false)
  expect(one.includes('word')).toBe(false)
})

it('opens for the right key, place and bytes only', () => {
  const sealed = seal(key, 'place', 'word')
  expect(() => unseal(randomBytes(32), 'place', sealed)).toThrow()
  expect(() => unseal(key, 'other', sealed)).toThrow()
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(() => unseal(key, 'place', changed)).toThrow()
  }
})
