import { expect, it } from 'vitest'
import { mostCoins, shareOf, toCoins, toCoinsWithin } from './coins.ts'

it('reads what the database counts, exactly', () => {
  expect(toCoins('0')).toBe(0)
  expect(toCoins('-0')).toBe(0)
  expect(toCoins('9007199254740991')).toBe(mostCoins)
  expect(toCoins('-9007199254740991')).toBe(-mostCoins)
})

it.each(['9007199254740992', '-9007199254740992', '1.5', '1e3', '', ' 1', 'NaN', '0x10', '99999999999999999999'])(
  'refuses %j rather than round it',
  (text) => expect(() => toCoins(text)).toThrow(),
)

it('shows a total beyond 2^53 − 1 as the bound', () => {
  expect(toCoinsWithin('9007199254740990')).toBe(mostCoins - 1)
  expect(toCoinsWithin('90071992547409910')).toBe(mostCoins)
  expect(toCoinsWithin('-90071992547409910')).toBe(-mostCoins)
})

it.each([
  [0, 50, 0],
  [1, 50, 1],
  [1, 49, 0],
  [3, 50, 2],
  [10, 33, 3],
  [50, 33, 17],
  [7, 0, 0],
  [7, 100, 7],
  [mostCoins, 100, mostCoins],
  [mostCoins, 50, 4_503_599_627_370_496],
])('%i coins at %i%% are %i, half up', (coins, percent, share) => expect(shareOf(coins, percent)).toBe(share))

it.each([-1, 101, 0.5, Number.NaN])('refuses a share of %s percent', (percent) => expect(() => shareOf(10, percent)).toThrow())
