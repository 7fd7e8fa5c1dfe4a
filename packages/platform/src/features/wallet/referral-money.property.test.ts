import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { after, systemClock } from '../../base/clock.ts'
import { createLogger } from '../../base/logger.ts'
import { codeOf, noon, openBooks, type Books, type Person } from './books.fixture.ts'
import { expireGrants, owedCoins, post, rewardBoth, takeBackReward, verifyLedger, type TakenLeg } from './index.ts'
import { app, bucket, entry, move, spendable } from './ledger-entry.ts'

let books: Books
beforeAll(async () => {
  books = await openBooks()
})
afterAll(() => books.close())

const who = fc.nat(3)
const coins = fc.integer({ min: 1, max: 60 })
const operation = fc.oneof(
  fc.record({ kind: fc.constant('reward' as const), who, coins, other: coins, life: fc.option(fc.integer({ min: 1, max: 20 })) }),
  fc.record({ kind: fc.constant('gift' as const), who, coins }),
  fc.record({ kind: fc.constant('spend' as const), who, coins }),
  fc.record({
    kind: fc.constant('takeBack' as const),
    which: fc.nat(10),
    sides: fc.constantFrom(['referrer'] as const, ['referee'] as const, ['referee', 'referrer'] as const),
  }),
  fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 10 }) }),
)

interface Rewarded {
  readonly referralId: string
  readonly transactionId: string
  readonly given: Readonly<Record<'referrer' | 'referee', number>>
}

let made = 0

/** What is left of all grants but one transaction's. */
async function othersThan(transactionId: string): Promise<unknown> {
  const sql = `select account_id, transaction_id, remaining from ledger_grants where transaction_id <> $1 and tenant_id = $2 order by 1, 2, 3`
  return (await books.admin.query<object>(sql, [transactionId, books.tenant])).rows
}

async function run(operations: readonly (typeof operation extends fc.Arbitrary<infer One> ? One : never)[]): Promise<void> {
  const people: Person[] = []
  for (let n = 0; n < 4; n++) people.push(await books.makeUser(`someone-${++made}`))
  const person = (n: number): string => people[n % people.length]?.id ?? ''
  const rewards: Rewarded[] = []
  const taken = new Map<string, TakenLeg>()
  let now = noon
  for (const one of operations) {
    if (one.kind === 'wait') {
      now = after(now, one.minutes * 60_000)
      const clock = { ...systemClock, now: () => now }
      await expireGrants({ db: books.db, clock, logger: createLogger('silent'), changed: () => Promise.resolve() })
    } else if (one.kind === 'reward') {
      const referralId = `ref_${++made}`
      const expiresAt = one.life === null ? null : after(now, one.life * 60_000)
      const [referrer, referee] = [
        { userId: person(one.who), coins: one.coins },
        { userId: person(one.who + 1), coins: one.other },
      ]
      const { transactionId } = await books.in((tx) => rewardBoth(tx, books.tenant, { referralId, referrer, referee, expiresAt }, now))
      rewards.push({ referralId, transactionId, given: { referrer: one.coins, referee: one.other } })
    } else if (one.kind === 'gift' || one.kind === 'spend') {
      const head = { key: `${one.kind}:${++made}`, type: 'credit', description: 'x' }
      const userId = person(one.who)
      const moves =
        one.kind === 'gift'
          ? move(app('promotions'), bucket(userId, 'bonus'), one.coins)
          : move(spendable(userId), app('revenue'), one.coins)
      await codeOf(books.in((tx) => post(tx, books.tenant, entry(head, [moves]), now)))
    } else {
      const reward = rewards[one.which % Math.max(1, rewards.length)]
      if (reward === undefined) continue
      const before = await othersThan(reward.transactionId)
      const legs = await books.in((tx) =>
        takeBackReward(tx, books.tenant, { referralId: reward.referralId, sides: one.sides, by: 'test' }, now),
      )
      // Other coins are others'.
      expect(await othersThan(reward.transactionId)).toEqual(before)
      for (const leg of legs) {
        expect(leg.takenCoins + leg.owedCoins + leg.expiredCoins).toBe(reward.given[leg.side])
        const key = `${reward.referralId} ${leg.side}`
        if (leg.transactionId !== null) expect(leg).toEqual(taken.get(key) ?? leg)
        taken.set(key, leg)
      }
    }
  }
  const owed = new Map<string, number>()
  for (const { userId, owedCoins: due } of taken.values()) owed.set(userId, (owed.get(userId) ?? 0) + due)
  for (const { id } of people) expect(await books.in((tx) => owedCoins(tx, books.tenant, id))).toBe(owed.get(id) ?? 0)
  expect(await books.sum()).toBe(0)
}

it('takes back what each side has left of its own reward, once, and owes the rest, whatever happens in between', async () => {
  await fc.assert(fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 25 }), run), { numRuns: 40 })
  // There are no rows of referrals here, which the books are compared with as well.
  const { faults } = await verifyLedger(books.db)
  expect(faults.filter(({ rule }) => !rule.includes('referral'))).toEqual([])
}, 60_000)
