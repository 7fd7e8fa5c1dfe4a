import { expect, it } from 'vitest'
import { accountsOf, app, bucket, entry, move, spendable } from './ledger-entry.ts'

const head = { key: 'k', type: 'test', description: '' }

it('lists each account once, users’ before the app’s, in one order whatever the moves say', () => {
  const forth = entry(head, [move(bucket('usr_b', 'held'), bucket('usr_a', 'earned'), 1), move(bucket('usr_b', 'held'), app('revenue'), 1)])
  const back = entry(head, [move(app('revenue'), bucket('usr_b', 'held'), 1), move(bucket('usr_a', 'earned'), bucket('usr_b', 'held'), 1)])
  expect(accountsOf(forth)).toEqual([bucket('usr_a', 'earned'), bucket('usr_b', 'held'), app('revenue')])
  expect(accountsOf(back)).toEqual(accountsOf(forth))
})

it('drains bonus, then purchased, then earned', () => {
  expect(spendable('usr_a').map(({ name }) => name)).toEqual(['bonus', 'purchased', 'earned'])
})

it('leaves out moves of nothing, and refuses an entry in which nothing moves', () => {
  const nothing = move(app('issuance'), app('revenue'), 0)
  expect(nothing).toEqual([])
  expect(() => entry(head, [nothing])).toThrow('nothing moves')
})

it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses to move %s coins', (coins) => {
  expect(() => move(app('issuance'), app('revenue'), coins)).toThrow('not a number of coins')
})

it('refuses a move from an account to itself', () => {
  expect(() => move(spendable('usr_a'), bucket('usr_a', 'earned'), 1)).toThrow('two accounts')
})
