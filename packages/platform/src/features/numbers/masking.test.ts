import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase } from '../../../test/server/fresh-database.ts'
import { newId } from '../../base/ids.ts'
import type { TenantRef } from '../../base/tenant.ts'
import { connect, type Db } from '../../db/connect.ts'
import { migrate } from '../../db/migrate.ts'
import { createApp } from '../tenants/index.ts'
import { callBackMs, coolDownMs } from './cool-down.ts'
import { insertNumber } from './number-store.ts'
import { forgetPairs, otherOf, takeNumber } from './pair-store.ts'
import { everyTenant } from '../../base/tenant.ts'

let db: Db
let close: () => Promise<void>
beforeAll(async () => {
  const database = await freshDatabase({ migrate })
  db = connect(database.connection)
  close = async () => {
    await db.close()
    await database.drop()
  }
})
afterAll(() => close())

const start = new Date('2030-01-01T00:00:00Z')
const hours = (count: number) => new Date(start.getTime() + count * 3_600_000)
const lastsHours = (callBackMs + coolDownMs) / 3_600_000
const parts = () => ({ db, clock: { now: () => start, sleep: async () => undefined }, masterKey: Buffer.alloc(32, 1) })

let made = 0
const phoneNumber = (area = '415') => `+1${area}555${String(++made).padStart(4, '0')}`

interface Pool {
  readonly tenant: TenantRef
  readonly users: readonly string[]
  readonly numbers: readonly string[]
}

/** An app with so many people and shared numbers. */
async function pool(people: number, wanted: number, kind: { country?: string; type?: 'local' | 'toll_free' } = {}): Promise<Pool> {
  const tenant = (await createApp(parts(), 'App')).modes.test.tenant
  const users = Array.from({ length: people }, () => newId('usr'))
  const numbers = Array.from({ length: wanted }, () => newId('num'))
  await db.transact(tenant.id, async (tx) => {
    for (const id of users)
      await tx.query(
        'insert into users (id, tenant_id, host_id, display_name, referral_code, created_at) values ($1, $2, $1, $1, $1, $3)',
        [id, tenant.id, start],
      )
    for (const id of numbers)
      await insertNumber(tx, tenant, {
        id,
        provider: 'twilio',
        phoneNumber: phoneNumber(),
        country: kind.country ?? 'US',
        type: kind.type ?? 'local',
        createdAt: start,
      })
  })
  return { tenant, users, numbers }
}

const take = (
  { tenant }: Pool,
  callerId: string,
  calleeId: string,
  now: Date,
  wish: { countries?: string[]; barredCountry?: string } = {},
) =>
  db.transact(tenant.id, async (tx) => {
    const callId = newId('call', now)
    await tx.query('insert into busy_users (tenant_id, user_id, call_id) values ($1, $2, $4), ($1, $3, $4)', [
      tenant.id,
      callerId,
      calleeId,
      callId,
    ])
    const number = await takeNumber(tx, tenant.id, {
      provider: 'twilio',
      callId,
      callerId,
      calleeId,
      countries: wish.countries ?? [],
      barredCountry: wish.barredCountry ?? null,
      now,
    })
    await tx.query('delete from busy_users where tenant_id = $1 and call_id = $2', [tenant.id, callId])
    return number
  })
const other = ({ tenant }: Pool, numberId: string | undefined, userId: string, now: Date) =>
  db.transact(tenant.id, (tx) => otherOf(tx, tenant.id, numberId ?? '', userId, now))

/** All ways back at once: whom each number stands for to each person. */
async function waysBack({ tenant }: Pool, now: Date): Promise<ReadonlyMap<string, string>> {
  const rows = await db.transact(tenant.id, (tx) =>
    tx.query<{ number_id: string; user_id: string; other_id: string }>(
      'select number_id, user_id, other_id from number_pairs where tenant_id = $1 and expires_at > $2',
      [tenant.id, now],
    ),
  )
  return new Map(rows.map((row) => [`${row.number_id} ${row.user_id}`, row.other_id]))
}

const user = ({ users }: Pool, at: number): string => users[at] ?? expect.unreachable('no such user')

describe('the number that a call shows', () => {
  it('stands for each of the two to the other, and is the same whoever calls', async () => {
    const one = await pool(2, 3)
    const [a, b] = [user(one, 0), user(one, 1)]
    const first = await take(one, a, b, start)
    expect(await take(one, a, b, hours(1))).toEqual(first)
    expect(await take(one, b, a, hours(2))).toEqual(first)
    expect(await other(one, first?.id, a, hours(2))).toBe(b)
    expect(await other(one, first?.id, b, hours(2))).toBe(a)
    // Long after, it is still theirs for a call, and no way back any more until there was one.
    expect(await other(one, first?.id, a, hours(2 + callBackMs / 3_600_000))).toBeUndefined()
    expect(await take(one, b, a, hours(2 + lastsHours))).toEqual(first)
    expect(await other(one, first?.id, a, hours(2 + lastsHours))).toBe(b)
  })

  it('is another for each partner of one person, while there are enough', async () => {
    const one = await pool(4, 3)
    const shown = []
    for (const at of [1, 2, 3]) shown.push(await take(one, user(one, 0), user(one, at), start))
    expect(new Set(shown.map((number) => number?.id)).size).toBe(3)
  })

  it('is given to somebody else only after the cool-down', async () => {
    const one = await pool(3, 1)
    const [a, b, c] = [user(one, 0), user(one, 1), user(one, 2)]
    const shown = await take(one, a, b, start)
    // One number for all: a call takes precedence over the oldest way back, of which both ends go.
    expect(await take(one, a, c, hours(1))).toEqual(shown)
    expect(await other(one, shown?.id, a, hours(1))).toBe(c)
    expect(await other(one, shown?.id, c, hours(1))).toBe(a)
    expect(await other(one, shown?.id, b, hours(1))).toBeUndefined()
  })

  it('gives up the pair that was used longest ago when all stand for somebody', async () => {
    const one = await pool(4, 2)
    const [a, b, c, d] = [user(one, 0), user(one, 1), user(one, 2), user(one, 3)]
    const withB = await take(one, a, b, start)
    const withC = await take(one, a, c, hours(1))
    await take(one, a, b, hours(2))
    expect((await take(one, d, a, hours(3)))?.id).toBe(withC?.id)
    expect(await other(one, withB?.id, a, hours(3))).toBe(b)
    expect(await other(one, withC?.id, c, hours(3))).toBeUndefined()
    expect(await other(one, withC?.id, a, hours(3))).toBe(d)
  })

  it('is none of another provider, country or app, and none where there is none', async () => {
    const [one, empty] = [await pool(2, 1, { country: 'IN' }), await pool(2, 0)]
    expect(await take(one, user(one, 0), user(one, 1), start, { barredCountry: 'IN' })).toBeUndefined()
    expect(await take(one, user(one, 0), user(one, 1), start)).toBeDefined()
    expect(await take(empty, user(empty, 0), user(empty, 1), start)).toBeUndefined()
  })

  it('is one of the callee’s country rather than of the caller’s or of none, and no toll-free one while there is another', async () => {
    const one = await pool(2, 0)
    const numbers = [
      { id: newId('num'), country: 'GB', type: 'toll_free' },
      { id: newId('num'), country: 'DE', type: 'local' },
      { id: newId('num'), country: 'US', type: 'local' },
      { id: newId('num'), country: 'GB', type: 'local' },
    ] as const
    await db.transact(one.tenant.id, async (tx) => {
      for (const number of numbers)
        await insertNumber(tx, one.tenant, { ...number, provider: 'twilio', phoneNumber: phoneNumber(), createdAt: start })
    })
    expect((await take(one, user(one, 0), user(one, 1), start, { countries: ['GB', 'US'] }))?.id).toBe(numbers[3].id)
  })

  it('is decided alike for calls at the same moment, without anybody waiting in a circle', async () => {
    const one = await pool(40, 4)
    const pairs = Array.from({ length: 20 }, (_, n) => [user(one, 2 * n), user(one, 2 * n + 1)] as const)
    const shown = await Promise.all(pairs.map(([a, b]) => take(one, a, b, start)))
    for (const [n, [a, b]] of pairs.entries()) expect(await other(one, shown[n]?.id, a, start)).toBe(b)
  })

  it('is forgotten a month after it may stand for others', async () => {
    const one = await pool(2, 2)
    const [a, b] = [user(one, 0), user(one, 1)]
    const rows = () => db.transact(one.tenant.id, (tx) => tx.query('select 1 from number_pairs where tenant_id = $1', [one.tenant.id]))
    await take(one, a, b, start)
    const forget = (now: Date) => db.transact(everyTenant, (tx) => forgetPairs(tx, now, 1_000))
    await forget(hours(lastsHours + 29 * 24))
    expect(await rows()).toHaveLength(2)
    await forget(hours(lastsHours + 31 * 24))
    expect(await rows()).toHaveLength(0)
  })
})

/** A day on which two people call each other, after so many hours without. */
const happenings = fc.array(fc.record({ a: fc.nat(7), b: fc.nat(7), after: fc.nat(40) }), { minLength: 20, maxLength: 40 })

describe.each([1, 2, 3])('with at most %i partners at once', (most) => {
  it(`${2 * most - 1} numbers are enough, and no two pairs of one person share one`, async () => {
    const one = await pool(8, 2 * most - 1)
    let now = 0
    const live = new Map<string, { people: readonly [string, string]; until: number; number: string }>()
    const partnersOf = (person: string) => [...live.values()].filter(({ people }) => people.includes(person))
    await fc.assert(
      fc.asyncProperty(happenings, async (calls) => {
        for (const { a, b, after } of calls) {
          now += after
          for (const [key, { until }] of live) if (until <= now) live.delete(key)
          const people = [user(one, Math.min(a, b)), user(one, Math.max(a, b))] as const
          const key = people.join()
          if (a === b || (!live.has(key) && people.some((person) => partnersOf(person).length >= most))) continue
          const shown = await take(one, user(one, a), user(one, b), hours(now))
          const known = live.get(key)
          if (known !== undefined) expect(shown?.id).toBe(known.number)
          live.set(key, { people, until: now + lastsHours, number: shown?.id ?? expect.unreachable('no number') })
          for (const person of one.users) {
            const numbers = partnersOf(person).map(({ number }) => number)
            expect(new Set(numbers).size).toBe(numbers.length)
          }
          const reached = await waysBack(one, hours(now))
          for (const { people: two, number, until } of live.values()) {
            if (until - coolDownMs / 3_600_000 <= now) continue
            expect([reached.get(`${number} ${two[0]}`), reached.get(`${number} ${two[1]}`)]).toEqual([two[1], two[0]])
          }
        }
      }),
      { numRuns: 5, seed: 20_300_101 + most },
    )
  })
})
