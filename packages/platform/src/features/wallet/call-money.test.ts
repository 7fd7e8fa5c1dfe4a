import { expect, it } from 'vitest'
import { settlementOf, type HeldBuckets } from './call-money.ts'

const settle = (dueCoins: number, sharePercent: number, held: HeldBuckets) =>
  settlementOf({ callId: 'call_1', callerId: 'usr_caller', calleeId: 'usr_callee', dueCoins, sharePercent }, held)

const held = (bonus: number, purchased: number, earned: number): HeldBuckets => ({ bonus, purchased, earned })

/** What a settlement does, as `from → to: coins`. */
const movesOf = (...wish: Parameters<typeof settle>): string[] =>
  (settle(...wish).entry?.moves ?? []).map(({ from, to, coins }) => {
    const say = ({ userId, name }: { userId: string | null; name: string }) => `${userId?.slice(4) ?? 'app'}.${name}`
    return `${from.map(say).join(',')} → ${say(to)}: ${coins}`
  })

// Due is what the tariff makes of the seconds: 0 s → 0, 1 s and 60 s → 1, 61 s → 2 intervals; here of 5 coins each.
it.each([
  { due: 0, share: 50, charged: 0, earned: 0 },
  { due: 5, share: 0, charged: 5, earned: 0 },
  { due: 5, share: 33, charged: 5, earned: 2 },
  { due: 5, share: 50, charged: 5, earned: 3 },
  { due: 5, share: 100, charged: 5, earned: 5 },
  { due: 10, share: 0, charged: 10, earned: 0 },
  { due: 10, share: 33, charged: 10, earned: 3 },
  { due: 10, share: 50, charged: 10, earned: 5 },
  { due: 10, share: 100, charged: 10, earned: 10 },
])('$due due at $share%: $charged charged, $earned earned', ({ due, share, charged, earned }) => {
  const { entry, ...result } = settle(due, share, held(0, 20, 0))
  expect(result).toEqual({ chargedCoins: charged, earnedCoins: earned, overrunCoins: 0 })
  const leaving = entry?.moves.filter(({ from }) => from[0]?.name === 'held').reduce((sum, { coins }) => sum + coins, 0)
  expect(leaving).toBe(20)
})

it('spends first what was drained first and gives the rest back to where it came from', () => {
  expect(movesOf(15, 50, held(10, 10, 10))).toEqual([
    'caller.held → callee.earned: 8',
    'caller.held → app.revenue: 7',
    'caller.held → caller.purchased: 5',
    'caller.held → caller.earned: 10',
  ])
})

it('gives everything back when nothing is due', () => {
  expect(movesOf(0, 50, held(1, 2, 3))).toEqual([
    'caller.held → caller.bonus: 1',
    'caller.held → caller.purchased: 2',
    'caller.held → caller.earned: 3',
  ])
})

it('charges at most what was held; the rest is the app’s loss', () => {
  expect(settle(30, 50, held(0, 20, 0))).toMatchObject({ chargedCoins: 20, earnedCoins: 10, overrunCoins: 10 })
  expect(movesOf(30, 50, held(0, 20, 0))).toEqual([
    'caller.held → callee.earned: 10',
    'caller.held → app.revenue: 10',
    'app.losses → app.revenue: 10',
  ])
})

it('has nothing to post when nothing was held and nothing is due', () => {
  expect(settle(0, 50, held(0, 0, 0))).toEqual({ chargedCoins: 0, earnedCoins: 0, overrunCoins: 0, entry: undefined })
})

it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses %s coins', (due) => expect(() => settle(due, 50, held(0, 20, 0))).toThrow())
