import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dueFromCallee, refundOf, returnedOf, spentOf, type ChargedCall } from './call-refund.ts'

const call: ChargedCall = {
  callId: 'call_1',
  callerId: 'usr_a',
  calleeId: 'usr_b',
  chargedCoins: 10,
  earnedCoins: 5,
  refundedCoins: 0,
}
const wish = { refundId: 'rfd_1', reason: 'Cut off', settlementId: 'txn_1' }

it('gives back first what was spent last', () => {
  const spent = spentOf({ bonus: 3, purchased: 4, earned: 10 }, 10)
  expect(spent).toEqual({ bonus: 3, purchased: 4, earned: 3 })
  expect(returnedOf(spent, 0, 2)).toEqual({ bonus: 0, purchased: 0, earned: 2 })
  expect(returnedOf(spent, 2, 4)).toEqual({ bonus: 0, purchased: 3, earned: 1 })
  expect(returnedOf(spent, 6, 4)).toEqual({ bonus: 3, purchased: 1, earned: 0 })
})

it('takes from the callee first, from the losses what they no longer have, and the rest from the revenue', () => {
  const { moves, key, metadata } = refundOf(call, { bonus: 8, purchased: 2, earned: 0 }, { ...wish, coins: 10 })
  const show = moves.map(({ from, to, coins }) => `${from.map(({ name }) => name).join('+')} → ${to.name}: ${coins}`)
  expect(show).toEqual(['earned+losses → purchased: 2', 'earned+losses → bonus: 3', 'revenue → bonus: 5'])
  expect([key, metadata?.['reverses']]).toEqual(['call-refund:rfd_1', 'txn_1'])
})

it('refuses more than was charged', () => {
  expect(() => returnedOf({ bonus: 1, purchased: 0, earned: 0 }, 1, 1)).toThrow(/more coins/)
})

const coins = fc.integer({ min: 0, max: 1_000_000_000 })

it('adds up: many refunds give back and take back what one would, bucket by bucket', () => {
  fc.assert(
    fc.property(
      fc.record({ bonus: coins, purchased: coins, earned: coins }),
      fc.integer({ min: 0, max: 100 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
      (spent, percent, cuts) => {
        const chargedCoins = spent.bonus + spent.purchased + spent.earned
        fc.pre(chargedCoins > 0)
        const earnedCoins = Math.floor((chargedCoins * percent) / 100)
        const marks = [...new Set([0, chargedCoins, ...cuts.map((cut) => Math.floor(cut * chargedCoins))])].sort((a, b) => a - b)
        const given = { bonus: 0, purchased: 0, earned: 0 }
        let due = 0
        for (const [n, mark] of marks.entries()) {
          const refundedCoins = marks[n - 1]
          if (refundedCoins === undefined) continue
          const part = { ...call, chargedCoins, earnedCoins, refundedCoins }
          const fromCallee = dueFromCallee(part, mark - refundedCoins)
          expect(fromCallee).toBeGreaterThanOrEqual(0)
          expect(fromCallee).toBeLessThanOrEqual(mark - refundedCoins)
          due += fromCallee
          const back = returnedOf(spent, refundedCoins, mark - refundedCoins)
          for (const name of ['bonus', 'purchased', 'earned'] as const) given[name] += back[name]
          const { moves } = refundOf(part, spent, { ...wish, coins: mark - refundedCoins })
          expect(moves.reduce((sum, move) => sum + move.coins, 0)).toBe(mark - refundedCoins)
        }
        expect(given).toEqual(spent)
        expect(due).toBe(earnedCoins)
      },
    ),
  )
})
