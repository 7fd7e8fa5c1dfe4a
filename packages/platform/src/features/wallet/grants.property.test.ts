import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { after, systemClock } from '../../base/clock.ts'
import { createLogger } from '../../base/logger.ts'
import { codeOf, noon, openBooks, type Books, type Person } from './books.fixture.ts'
import { expireGrants, holdForCall, owedCoins, post, reverse, settleCall, verifyLedger } from './index.ts'
import { app, bucket, entry, move, spendable, spendingOrder, type Spendable } from './ledger-entry.ts'

let books: Books
beforeAll(async () => {
  books = await openBooks()
})
afterAll(() => books.close())

type Operation =
  | { readonly kind: 'give'; readonly bucket: Spendable; readonly coins: number; readonly life: number | null }
  | { readonly kind: 'spend'; readonly coins: number }
  | { readonly kind: 'hold'; readonly coins: number }
  | { readonly kind: 'settle'; readonly due: number }
  | { readonly kind: 'takeBack'; readonly which: number }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'wait'; readonly minutes: number }

const coins = fc.integer({ min: 1, max: 30 })
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant('give' as const),
    bucket: fc.constantFrom(...spendingOrder),
    coins,
    life: fc.option(fc.integer({ min: 1, max: 20 })),
  }),
  fc.record({ kind: fc.constant('spend' as const), coins }),
  fc.record({ kind: fc.constant('hold' as const), coins }),
  fc.record({ kind: fc.constant('settle' as const), due: fc.nat(40) }),
  fc.record({ kind: fc.constant('takeBack' as const), which: fc.nat(10) }),
  fc.constant({ kind: 'sweep' as const }),
  fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 10 }) }),
)

interface Grant {
  readonly id: string
  readonly bucket: Spendable
  readonly order: number
  readonly until: number
  readonly gave: number
  left: number
  revoked: boolean
}
type Taken = readonly { readonly grant: Grant; readonly coins: number }[]

/** One wallet as a list of grants: nothing of the real one is in it. */
function createModel() {
  const grants: Grant[] = []
  let [now, owed] = [0, 0]
  const inOrder = () =>
    [...grants].sort((a, b) => spendingOrder.indexOf(a.bucket) - spendingOrder.indexOf(b.bucket) || a.until - b.until || a.order - b.order)
  const live = () => inOrder().filter((grant) => grant.left > 0 && grant.until > now && !grant.revoked)
  const take = (from: readonly Grant[], amount: number): Taken => {
    let rest = amount
    return from.flatMap((grant) => {
      const part = Math.min(rest, grant.left)
      grant.left -= part
      rest -= part
      return part > 0 ? [{ grant, coins: part }] : []
    })
  }
  return {
    give: (id: string, name: Spendable, gave: number, life: number | null) =>
      void grants.push({
        id,
        bucket: name,
        order: grants.length,
        until: life === null ? Infinity : now + life,
        gave,
        left: gave,
        revoked: false,
      }),
    available: () => live().reduce((sum, { left }) => sum + left, 0),
    spend: (amount: number): Taken => take(live(), amount),
    settle(taken: Taken, due: number): void {
      let spent = due
      for (const { grant, coins: had } of taken) {
        const part = Math.min(spent, had)
        spent -= part
        grant.left += had - part
      }
    },
    takeBack(grant: Grant): void {
      const others = live().filter((other) => other !== grant && other.bucket === grant.bucket)
      const got = take([grant, ...others], grant.gave).reduce((sum, one) => sum + one.coins, 0)
      owed += grant.gave - got
      if (got < grant.gave) grant.revoked = true
    },
    sweep(): void {
      for (const name of spendingOrder) {
        // In the order in which the accounts were opened; within one, what is the owner's again is seen first.
        const mine = grants.filter((grant) => grant.bucket === name)
        if (!mine.some((grant) => grant.left > 0 && (grant.revoked || grant.until <= now))) continue
        if (owed === 0) for (const grant of mine) if (grant.left > 0) grant.revoked = false
        for (const grant of mine) if (!grant.revoked && grant.until <= now) grant.left = 0
        const back = inOrder().filter((grant) => grant.bucket === name && grant.revoked)
        const paid = Math.min(
          owed,
          back.reduce((sum, { left }) => sum + left, 0),
        )
        // By age: what was taken back has no expiry any more.
        take(
          [...back].sort((a, b) => a.order - b.order),
          paid,
        )
        owed -= paid
      }
    },
    wait: (minutes: number) => void (now += minutes),
    now: () => after(noon, now * 60_000),
    grant: (which: number) => grants[which % Math.max(1, grants.length)],
    owed: () => owed,
    left: () => Object.fromEntries(grants.filter(({ left }) => left > 0).map(({ id, left }) => [id, left])),
  }
}

async function left(person: Person): Promise<Record<string, number>> {
  const { rows } = await books.admin.query<{ id: string; remaining: string }>(
    `select g.transaction_id as id, g.remaining from ledger_grants g join ledger_accounts a on a.id = g.account_id
     where a.user_id = $1 and g.remaining > 0`,
    [person.id],
  )
  return Object.fromEntries(rows.map(({ id, remaining }) => [id, Number(remaining)]))
}

let runs = 0

it('every coin is where a plain list of grants says, whatever is given, spent, held, taken back and swept', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 25 }), async (operations) => {
      const run = runs++
      const [person, callee] = [await books.makeUser(`run-${run}`), await books.makeUser(`callee-${run}`)]
      const model = createModel()
      const takenBack = new Set<string>()
      let hold: { callId: string; taken: Taken } | undefined
      for (const [index, op] of operations.entries()) {
        const now = model.now()
        const head = { key: `${run}-${index}`, type: 'test', description: 'Test' }
        if (op.kind === 'give') {
          const from = app(op.bucket === 'bonus' ? 'promotions' : 'issuance')
          const life = op.bucket === 'bonus' ? op.life : null
          const expires = life === null ? {} : { expiresAt: after(now, life * 60_000) }
          const wish = entry({ ...head, ...expires }, [move(from, bucket(person.id, op.bucket), op.coins)])
          const { transactionId } = await books.in((tx) => post(tx, books.tenant, wish, now))
          model.give(transactionId, op.bucket, op.coins, life)
        }
        if (op.kind === 'spend') {
          const enough = model.available() >= op.coins
          const wish = entry(head, [move(spendable(person.id), app('revenue'), op.coins)])
          const answer = await codeOf(books.in((tx) => post(tx, books.tenant, wish, now)))
          expect(answer === 'insufficient_balance').toBe(!enough)
          if (enough) model.spend(op.coins)
        }
        if (op.kind === 'hold' && hold === undefined) {
          const call = { callId: `call_${run}_${index}`, callerId: person.id, rateCoins: 1, maxIntervals: op.coins, now }
          const amount = Math.min(op.coins, model.available())
          const answer = await codeOf(books.in((tx) => holdForCall(tx, books.tenant, call)))
          expect(answer).toEqual(amount === 0 ? 'insufficient_balance' : { heldCoins: amount })
          if (amount > 0) hold = { callId: call.callId, taken: model.spend(amount) }
        }
        if (op.kind === 'settle' && hold !== undefined) {
          const { callId, taken } = hold
          const end = { callId, callerId: person.id, calleeId: callee.id, dueCoins: op.due, sharePercent: 50, now }
          await books.in((tx) => settleCall(tx, books.tenant, end))
          model.settle(taken, op.due)
          hold = undefined
        }
        const grant = op.kind === 'takeBack' ? model.grant(op.which) : undefined
        if (grant !== undefined && !takenBack.has(grant.id)) {
          takenBack.add(grant.id)
          const wish = { transactionId: grant.id, key: head.key, reason: 'x', by: 'test' }
          await books.in((tx) => reverse(tx, books.tenant, wish, now))
          model.takeBack(grant)
        }
        if (op.kind === 'sweep') {
          const clock = { ...systemClock, now: () => now }
          await expireGrants({ db: books.db, clock, logger: createLogger('silent'), changed: async () => undefined })
          model.sweep()
        }
        if (op.kind === 'wait') model.wait(op.minutes)
        expect(await left(person)).toEqual(model.left())
        expect(await books.in((tx) => owedCoins(tx, books.tenant, person.id))).toBe(model.owed())
      }
    }),
    { numRuns: 40 },
  )
  expect(await books.sum()).toBe(0)
  expect((await verifyLedger(books.db)).faults).toEqual([])
}, 240_000)
