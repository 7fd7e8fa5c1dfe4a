import { afterAll, beforeAll, expect, it } from 'vitest'
import { after, systemClock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { createLogger } from '../../base/logger.ts'
import { noon, openBooks, type Books, type Person } from './books.fixture.ts'
import { readHolds } from './holds-store.ts'
import { holdForCall, releaseForgottenHolds, settleCall, verifyLedger } from './index.ts'

let books: Books
beforeAll(async () => {
  books = await openBooks()
})
afterAll(() => books.close())

const page = { limit: 10, before: undefined }
const holdsOf = (person: Person) => books.in((tx) => readHolds(tx, books.tenant, person.id, page))
const hours = (count: number) => after(noon, count * 3_600_000)
const look = (now: Date) =>
  releaseForgottenHolds({ db: books.db, clock: { ...systemClock, now: () => now }, logger: createLogger('silent') })

async function held(person: Person, callId: string) {
  const wish = { callId, callerId: person.id, rateCoins: 2, maxIntervals: 5, now: noon }
  return books.in((tx) => holdForCall(tx, books.tenant, wish))
}

const callRow = (callId: string, caller: Person, callee: Person) =>
  books.admin.query(
    `insert into calls (id, tenant_id, caller_id, callee_id, provider, callback_token, number, rate_coins, rate_seconds, share_percent, ring_seconds,
       limit_seconds, limit_reason, held_coins, created_at)
     values ($1, $2, $3, $4, 'twilio', $1, '+1', 2, 60, 50, 30, 300, 'balance_exhausted', 10, $5)`,
    [callId, books.tenant, caller.id, callee.id, noon],
  )

it('a hold tells what it is for, what it took and until when, until its call is settled', async () => {
  const [asha, bela] = [await books.makeUser('asha'), await books.makeUser('bela')]
  await books.credit(asha, 'bonus', 4)
  await books.credit(asha, 'purchased', 20)
  const callId = newId('call', noon)
  expect(await held(asha, callId)).toEqual({ heldCoins: 10 })
  expect(await held(asha, callId)).toEqual({ heldCoins: 10 })
  expect(await holdsOf(asha)).toMatchObject([
    {
      coins: 10,
      buckets: { bonus: 4, purchased: 6, earned: 0 },
      reference: { type: 'call', id: callId },
      createdAt: noon,
      expiresAt: hours(6),
    },
  ])
  expect(await holdsOf(bela)).toEqual([])
  await books.in((tx) =>
    settleCall(tx, books.tenant, { callId, callerId: asha.id, calleeId: bela.id, dueCoins: 3, sharePercent: 50, now: noon }),
  )
  expect(await holdsOf(asha)).toEqual([])
  const { rows } = await books.admin.query('select state from ledger_holds where reference_id = $1', [callId])
  expect(rows).toEqual([{ state: 'settled' }])
})

it('a forgotten one is given back once, to the grants it came from, and not before its time', async () => {
  const chand = await books.makeUser('chand')
  await books.credit(chand, 'purchased', 12)
  await held(chand, newId('call', noon))
  await look(hours(5))
  expect(await books.buckets(chand)).toMatchObject({ purchased: 2, held: 10 })
  await Promise.all([1, 2, 3].map(() => look(hours(6))))
  await look(hours(7))
  expect(await books.buckets(chand)).toEqual({ bonus: 0, purchased: 12, earned: 0, held: 0 })
  expect(await holdsOf(chand)).toEqual([])
  expect((await verifyLedger(books.db)).faults).toEqual([])
})

it('one whose call is not settled stays, however late it is', async () => {
  const [devi, esha] = [await books.makeUser('devi'), await books.makeUser('esha')]
  await books.credit(devi, 'purchased', 12)
  const callId = newId('call', noon)
  await callRow(callId, devi, esha)
  await held(devi, callId)
  await look(hours(48))
  expect(await books.buckets(devi)).toMatchObject({ purchased: 2, held: 10 })
  expect(await holdsOf(devi)).toHaveLength(1)
  // Settled by an older release, which keeps no such records: only the record is closed, and no coin moves.
  await books.admin.query(
    "update calls set settled = true, status = 'completed', end_reason = 'caller_hangup', ended_at = created_at where id = $1",
    [callId],
  )
  await look(hours(49))
  expect(await holdsOf(devi)).toEqual([])
  expect(await books.buckets(devi)).toMatchObject({ purchased: 2, held: 10 })
})
