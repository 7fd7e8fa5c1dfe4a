import fc from 'fast-check'
import { expect, it } from 'vitest'
import { chargedRate, isWithin, withinBounds } from './own-rate.ts'

const bounds = { minCoins: 2, maxCoins: 10, seconds: 60 }

it.each([
  [{ coins: 2, seconds: 60 }, true],
  [{ coins: 1, seconds: 30 }, true],
  [{ coins: 1, seconds: 31 }, false],
  [{ coins: 10, seconds: 60 }, true],
  [{ coins: 11, seconds: 60 }, false],
  [{ coins: 5, seconds: 30 }, true],
  [{ coins: 5, seconds: 29 }, false],
  [{ coins: 600, seconds: 3_600 }, true],
  [{ coins: 601, seconds: 3_600 }, false],
])('compares %j with the bounds by the second: %s', (rate, within) => {
  expect(isWithin(rate, bounds)).toBe(within)
})

const coins = fc.integer({ min: 1, max: 10_000 })
const seconds = fc.integer({ min: 1, max: 3_600 })

it('always charges a rate within the bounds, and leaves one that is alone', () => {
  fc.assert(
    fc.property(fc.record({ coins, seconds }), fc.record({ a: coins, b: coins, seconds }), (rate, { a, b, seconds: each }) => {
      const some = { minCoins: Math.min(a, b), maxCoins: Math.max(a, b), seconds: each }
      const charged = withinBounds(rate, some)
      expect(isWithin(charged, some)).toBe(true)
      expect(charged === rate).toBe(
        BigInt(rate.coins) * BigInt(each) >= BigInt(some.minCoins) * BigInt(rate.seconds) &&
          BigInt(rate.coins) * BigInt(each) <= BigInt(some.maxCoins) * BigInt(rate.seconds),
      )
    }),
  )
})

it('lets the receiver’s rate count only where the app lets them choose, and binds the host by nothing', () => {
  const [own, given] = [
    { coins: 20, seconds: 60 },
    { coins: 500, seconds: 60 },
  ]
  expect(chargedRate({ own, given, bounds })).toEqual({ coins: 10, seconds: 60 })
  expect(chargedRate({ own, given, bounds: null })).toEqual(given)
  expect(chargedRate({ own: null, given, bounds })).toEqual(given)
  expect(chargedRate({ own: null, given: null, bounds })).toBeNull()
})
