import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { codeOf, noon, openBooks, persist, type Books, type Person } from './books.fixture.ts'
import { shareOf } from '../../base/coins.ts'
import { holdForCall, settleCall, verifyLedger } from './index.ts'
import { spendingOrder, type Spendable } from './ledger-entry.ts'

let books: Books
beforeAll(async () => {
  books = await openBooks({ poolSize: 24 })
})
afterAll(() => books.close())

interface Wallet {
  bonus: number
  purchased: number
  earned: number
  held: number
}

/** What can happen to the coins of three people. Calls are numbered, so that holds and settlements meet, repeat and miss each other. */
type Operation =
  | { readonly kind: 'credit'; readonly who: number; readonly bucket: Spendable; readonly coins: number }
  | { readonly kind: 'debit'; readonly who: number; readonly bucket: Spendable | null; readonly coins: number }
  | { readonly kind: 'hold'; readonly call: number; readonly who: number; readonly rate: number; readonly intervals: number }
  | { readonly kind: 'settle'; readonly call: number; readonly due: number; readonly share: number }
  | { readonly kind: 'again'; readonly which: number }

type Movement = Exclude<Operation, { kind: 'again' }>

const people = 3
const who = fc.integer({ min: 0, max: people - 1 })
const coins = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1_000_000 }))
const call = fc.integer({ min: 0, max: 4 })
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('credit' as const), who, bucket: fc.constantFrom(...spendingOrder), coins }),
  fc.record({ kind: fc.constant('debit' as const), who, bucket: fc.constantFrom(null, ...spendingOrder), coins }),
  fc.record({
    kind: fc.constant('hold' as const),
    call,
    who,
    rate: fc.integer({ min: 1, max: 20 }),
    intervals: fc.integer({ min: 1, max: 10 }),
  }),
  fc.record({
    kind: fc.constant('settle' as const),
    call,
    due: fc.integer({ min: 0, max: 250 }),
    share: fc.constantFrom(0, 33, 50, 100),
  }),
  fc.record({ kind: fc.constant('again' as const), which: fc.nat(20) }),
)

/** The ledger as arithmetic: nothing of the real one is in it. */
function createModel() {
  const wallets: Wallet[] = Array.from({ length: people }, () => ({ bonus: 0, purchased: 0, earned: 0, held: 0 }))
  const wallet = (n: number): Wallet => wallets[n] ?? { bonus: 0, purchased: 0, earned: 0, held: 0 }
  const holds = new Map<number, { who: number; taken: Record<Spendable, number>; settled: boolean }>()
  const drain = (n: number, from: readonly Spendable[], amount: number) => {
    const taken = { bonus: 0, purchased: 0, earned: 0 }
    let rest = amount
    for (const name of from) {
      taken[name] = Math.min(rest, wallet(n)[name])
      wallet(n)[name] -= taken[name]
      rest -= taken[name]
    }
    return taken
  }
  return {
    wallets,
    apply(op: Movement): void {
      if (op.kind === 'credit') wallet(op.who)[op.bucket] += op.coins
      if (op.kind === 'debit') {
        const from: readonly Spendable[] = op.bucket === null ? spendingOrder : [op.bucket]
        if (from.reduce((sum, name) => sum + wallet(op.who)[name], 0) >= op.coins) drain(op.who, from, op.coins)
      }
      if (op.kind === 'hold' && !holds.has(op.call)) {
        const owned = spendingOrder.reduce((sum, name) => sum + wallet(op.who)[name], 0)
        const intervals = Math.min(op.intervals, Math.floor(owned / op.rate))
        if (intervals === 0) return
        holds.set(op.call, { who: op.who, taken: drain(op.who, spendingOrder, intervals * op.rate), settled: false })
        wallet(op.who).held += intervals * op.rate
      }
      if (op.kind === 'settle') {
        const hold = holds.get(op.call)
        if (hold === undefined || hold.settled) return
        hold.settled = true
        const total = hold.taken.bonus + hold.taken.purchased + hold.taken.earned
        const charged = Math.min(op.due, total)
        wallet(hold.who).held -= total
        let spent = charged
        for (const name of spendingOrder) {
          const kept = Math.max(0, hold.taken[name] - spent)
          spent -= hold.taken[name] - kept
          wallet(hold.who)[name] += kept
        }
        wallet((hold.who + 1) % people).earned += shareOf(charged, op.share)
      }
    },
    holderOf: (n: number) => holds.get(n)?.who,
  }
}

let runs = 0

/** Does an operation to the real ledger. `run` keeps the keys of one sequence apart from those of the others. */
async function perform(run: number, index: number, op: Movement, persons: readonly Person[], caller?: number) {
  const person = (n: number): Person => persons[n % people] ?? { id: '', hostId: '' }
  if (op.kind === 'credit' || op.kind === 'debit') {
    const { coins, kind: type, bucket } = op
    return books.move({ type, hostUserId: person(op.who).hostId, bucket, coins, key: `${run}-${index}` })
  }
  const callId = `call_${run}_${op.call}`
  if (op.kind === 'hold') {
    const wish = { callId, callerId: person(op.who).id, rateCoins: op.rate, maxIntervals: op.intervals, now: noon }
    return codeOf(books.in((tx) => holdForCall(tx, books.tenant, wish)))
  }
  // A call that was never held is never settled: it was refused.
  if (caller === undefined) return undefined
  const end = { callId, callerId: person(caller).id, calleeId: person(caller + 1).id, dueCoins: op.due, sharePercent: op.share, now: noon }
  return books.in((tx) => settleCall(tx, books.tenant, end))
}

const newcomers = async (run: number) => Promise.all(Array.from({ length: people }, (_, n) => books.makeUser(`run-${run}-${n}`)))

it('agrees with plain arithmetic after every operation, whatever is repeated', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 30 }), async (operations) => {
      const run = runs++
      const persons = await newcomers(run)
      const model = createModel()
      const done: { index: number; op: Movement }[] = []
      for (const [index, op] of operations.entries()) {
        if (op.kind === 'again') {
          const earlier = done[op.which % Math.max(1, done.length)]
          // The very request again: it answers and moves nothing. A hold that was refused may succeed by now, so it is no repetition.
          if (earlier === undefined || (earlier.op.kind === 'hold' && model.holderOf(earlier.op.call) === undefined)) continue
          if (earlier.op.kind === 'hold' && model.holderOf(earlier.op.call) !== earlier.op.who) continue
          if (earlier.op.kind === 'settle') continue
          await perform(run, earlier.index, earlier.op, persons)
        } else {
          await perform(run, index, op, persons, op.kind === 'settle' ? model.holderOf(op.call) : undefined)
          model.apply(op)
          done.push({ index, op })
        }
        expect(await Promise.all(persons.map((person) => books.buckets(person)))).toEqual(model.wallets)
        expect(await books.sum()).toBe(0)
      }
    }),
    { numRuns: 40 },
  )
  expect((await verifyLedger(books.db)).faults).toEqual([])
})

it('sums to zero at every read while everything happens at once, and no balance is ever negative', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 20, maxLength: 80 }), async (operations) => {
      const run = runs++
      const persons = await newcomers(run)
      let running = true
      const watch = async () => {
        const seen: unknown[] = []
        while (running) {
          const { rows } = await books.admin.query<{ sum: string; lowest: string | null }>(
            'select sum(balance)::text as sum, min(balance) filter (where user_id is not null)::text as lowest from ledger_accounts',
          )
          if (Number(rows[0]?.sum) !== 0 || Number(rows[0]?.lowest) < 0) seen.push(rows[0])
        }
        return seen
      }
      const watching = watch()
      const twice = (index: number, op: Movement, caller?: number) =>
        Promise.all([1, 2].map(() => persist(() => perform(run, index, op, persons, caller))))
      // Each call is held by one person here, so that its settlement knows whom it settles.
      const held = new Map<number, Promise<unknown>[]>()
      const at = (index: number, op: Operation): Promise<unknown> | undefined => {
        if (op.kind !== 'hold') return op.kind === 'again' || op.kind === 'settle' ? undefined : twice(index, op)
        const attempt = twice(index, { ...op, who: op.call % people })
        held.set(op.call, [...(held.get(op.call) ?? []), attempt])
        return attempt
      }
      const moving = operations.map((op, index) => at(index, op))
      const settling = operations.map(async (op, index) => {
        if (op.kind !== 'settle') return
        // A call exists only when its hold has been taken; its end comes while everything else goes on.
        const attempts = (await Promise.all(held.get(op.call) ?? [])).flat()
        if (attempts.some((answer) => typeof answer === 'object')) await twice(index, op, op.call % people)
      })
      await Promise.all([...moving, ...settling])
      running = false
      expect(await watching).toEqual([])
    }),
    { numRuns: 10 },
  )
  expect((await verifyLedger(books.db)).faults).toEqual([])
})
