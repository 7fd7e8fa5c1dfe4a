import type { RealtimeEvents } from '@impacthub/sdk'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { everyTenant } from '../../src/base/tenant.ts'
import { startPlatform, type TestApp, type TestPlatform, type TestUser } from '../start-platform.ts'
import { startRedis } from '../redis/start-redis.ts'
import { callOf, inProgress, pair, settled, until, type Pair } from './scene.ts'

let here: TestPlatform
let app: TestApp
beforeAll(async () => {
  here = await startPlatform()
  app = await here.app()
})
afterAll(() => here.stop())

const refused = (code: string, status: number): unknown => expect.objectContaining({ code, status })

type News = RealtimeEvents['callee.free']
interface Ear {
  readonly heard: News[]
  readonly close: () => void
}

/** Listens to the turns of a user, over a real connection. */
async function ear(user: Pick<TestUser, 'client'>): Promise<Ear> {
  const heard: News[] = []
  user.client.realtime.on('callee.free', (news) => void heard.push(news))
  await vi.waitFor(() => expect(user.client.realtime.state).toBe('open'), 30_000)
  return { heard, close: () => user.client.realtime.close() }
}

/** So many people with coins and a phone, who hear when it is their turn. */
async function callers(count: number, names: string, of = app): Promise<(TestUser & Ear)[]> {
  const users: (TestUser & Ear)[] = []
  for (let n = 0; n < count; n++) {
    const user = await of.user(`${names}-${n}`, { coins: 10 })
    users.push({ ...user, ...(await ear(user)) })
  }
  return users
}

const wait = (user: TestUser, { callee }: Pick<Pair, 'callee'>) => user.client.waiting.join({ userId: callee.userId })
const soon = (check: () => void | Promise<void>) => vi.waitFor(check, 30_000)
const secondsFromNow = (seconds: number): string => new Date(here.held.now() + seconds * 1_000).toISOString()

/** A callee in a call. */
async function busyCallee(): Promise<Pair & { readonly callId: string }> {
  const two = await pair(app, { coins: 100 })
  const { id } = await callOf(two)
  await until(here, app, id, inProgress)
  return { ...two, callId: id }
}

async function hangUp(two: Pair & { readonly callId: string }): Promise<void> {
  await two.caller.client.calls.end({ callId: two.callId })
  await until(here, app, two.callId, settled)
  await here.quiet()
}

it('tells those who wait one after the other, in their order, when the call is over', async () => {
  const two = await busyCallee()
  const [first, second, third] = (await callers(3, 'order')) as [TestUser & Ear, TestUser & Ear, TestUser & Ear]
  for (const [n, user] of [first, second, third].entries())
    expect(await wait(user, two)).toMatchObject({ position: n + 1, turnUntil: null })
  // Again: the place stays.
  expect(await wait(first, two)).toMatchObject({ position: 1, calleeId: two.callee.userId })
  await hangUp(two)
  const turnUntil = (await first.client.waiting.list()).data[0]?.turnUntil
  await soon(() =>
    expect(first.heard).toEqual([{ calleeId: two.callee.userId, waiterId: first.userId, position: 1, expiresAt: turnUntil }]),
  )
  await here.advance(29)
  expect([second.heard, third.heard]).toEqual([[], []])
  await here.advance(2)
  await soon(() => expect(second.heard).toHaveLength(1))
  expect((await first.client.waiting.list()).data).toEqual([])
  // The second calls: their wait is over, and the third waits on while they talk.
  const call = await second.client.calls.create({ calleeId: two.callee.userId })
  expect((await second.client.waiting.list()).data).toEqual([])
  await here.advance(60)
  expect(third.heard).toEqual([])
  expect((await third.client.waiting.list()).data).toMatchObject([{ position: 1, turnUntil: null }])
  await second.client.calls.end({ callId: call.id })
  await until(here, app, call.id, settled)
  await here.quiet()
  await soon(() => expect(third.heard).toHaveLength(1))
  expect([first.heard.length, second.heard.length]).toEqual([1, 1])
  for (const user of [first, second, third]) user.close()
})

it('takes a turn back when somebody else calls first, and gives it anew', async () => {
  const two = await busyCallee()
  const [waiter, other] = (await callers(2, 'paused')) as [TestUser & Ear, TestUser & Ear]
  await wait(waiter, two)
  await hangUp(two)
  await soon(() => expect(waiter.heard).toHaveLength(1))
  const call = await other.client.calls.create({ calleeId: two.callee.userId })
  await here.advance(40)
  expect((await waiter.client.waiting.list()).data).toMatchObject([{ position: 1, turnUntil: null }])
  await other.client.calls.end({ callId: call.id })
  await until(here, app, call.id, settled)
  await here.quiet()
  await soon(() => expect(waiter.heard).toHaveLength(2))
  waiter.close()
  other.close()
})

it('tells when the callee comes online, when their quiet hours end, and at once when they are free already', async () => {
  const two = await pair(app)
  const [waiter] = (await callers(1, 'back')) as [TestUser & Ear]
  await app.server.presence.set({ userId: two.callee.userId, availability: 'never' })
  await wait(waiter, two)
  await here.advance(20)
  expect(waiter.heard).toEqual([])
  await app.server.presence.set({ userId: two.callee.userId, availability: 'always' })
  await here.advance(6)
  await soon(() => expect(waiter.heard).toHaveLength(1))
  await waiter.client.waiting.leave({ userId: two.callee.userId })
  const minute = (n: number) => secondsFromNow(n * 60).slice(11, 16)
  await two.callee.client.me.update({ quietHours: { timeZone: 'UTC', from: minute(0), to: minute(2) } })
  await wait(waiter, two)
  await here.quiet()
  expect(waiter.heard).toHaveLength(1)
  await here.advance(126, 6)
  await soon(() => expect(waiter.heard).toHaveLength(2))
  await waiter.client.waiting.leave({ userId: two.callee.userId })
  await wait(waiter, two)
  await here.quiet()
  await soon(() => expect(waiter.heard).toHaveLength(3))
  waiter.close()
})

it('passes over one who is in a call themself, and comes back to them', async () => {
  const two = await busyCallee()
  const [first, second] = (await callers(2, 'talking')) as [TestUser & Ear, TestUser & Ear]
  await wait(first, two)
  await wait(second, two)
  const friend = await pair(app)
  const talk = await first.client.calls.create({ calleeId: friend.callee.userId })
  await hangUp(two)
  await soon(() => expect(second.heard).toHaveLength(1))
  expect(first.heard).toEqual([])
  await second.client.waiting.leave({ userId: two.callee.userId })
  await first.client.calls.end({ callId: talk.id })
  await until(here, app, talk.id, settled)
  await here.quiet()
  await soon(() => expect(first.heard).toHaveLength(1))
  first.close()
  second.close()
})

it('ends a wait after two hours, at a block, and with the user', async () => {
  const two = await busyCallee()
  const [late, blocked, gone] = (await callers(3, 'ends')) as [TestUser & Ear, TestUser & Ear, TestUser & Ear]
  for (const user of [blocked, gone]) await wait(user, two)
  await two.callee.client.me.block({ userId: blocked.userId })
  expect((await blocked.client.waiting.list()).data).toEqual([])
  await expect(wait(blocked, two)).rejects.toEqual(refused('callee_blocked', 409))
  await app.server.users.delete({ userId: gone.userId })
  expect(await wait(late, two)).toMatchObject({ position: 1, expiresAt: secondsFromNow(7_200) })
  await hangUp(two)
  await soon(() => expect(late.heard).toHaveLength(1))
  expect(gone.heard).toEqual([])
  const away = await pair(app)
  await app.server.presence.set({ userId: away.callee.userId, availability: 'never' })
  await wait(late, away)
  await here.advance(7_201, 1_000)
  expect((await late.client.waiting.list()).data).toEqual([])
  await app.server.presence.set({ userId: away.callee.userId, availability: 'always' })
  await here.advance(6)
  expect(late.heard).toHaveLength(1)
  for (const user of [late, blocked, gone]) user.close()
})

it('refuses to wait for oneself, for nobody, for another app’s user, and for too many', async () => {
  const me = await app.user('many')
  await expect(me.client.waiting.join({ userId: 'many' })).rejects.toEqual(refused('cannot_call_self', 400))
  const elsewhere = await here.app('Elsewhere')
  await elsewhere.user('theirs')
  for (const userId of ['nobody', 'theirs']) {
    await expect(me.client.waiting.join({ userId })).rejects.toEqual(refused('not_found', 404))
    await expect(me.client.waiting.leave({ userId })).rejects.toEqual(refused('not_found', 404))
  }
  const names = Array.from({ length: 24 }, (_, n) => `awaited-${n}`)
  for (const userId of names) await app.server.users.put({ userId, displayName: userId })
  const answers = await Promise.allSettled(names.map((userId) => me.client.waiting.join({ userId })))
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(20)
  for (const answer of answers) if (answer.status === 'rejected') expect(answer.reason).toEqual(refused('conflict', 409))
  const first = await me.client.waiting.list({ limit: 15 })
  const second = await me.client.waiting.list({ limit: 15, cursor: first.nextCursor ?? '' })
  expect(new Set([...first.data, ...second.data].map(({ calleeId }) => calleeId)).size).toBe(20)
  for (let twice = 0; twice < 2; twice++) await me.client.waiting.leave({ userId: first.data[0]?.calleeId ?? '' })
  expect((await me.client.waiting.list({ limit: 100 })).data).toHaveLength(19)
})

it('lets two hundred wait for one, and no more', async () => {
  const away = await pair(app)
  await app.server.presence.set({ userId: away.callee.userId, availability: 'never' })
  await here.platform.db.transact(everyTenant, (tx) =>
    tx.query(
      `with crowd as (
         insert into users (id, tenant_id, host_id, display_name, referral_code, created_at)
         select 'usr_crowd' || n, c.tenant_id, 'crowd-' || n, 'Crowd', 'CROWD' || n, $2 from users c, generate_series(1, 199) n
         where c.host_id = $1 returning id, tenant_id)
       insert into waiters (id, tenant_id, callee_id, waiter_id, joined_at, expires_at)
       select 'wait_' || crowd.id, crowd.tenant_id, c.id, crowd.id, $2, $2::timestamptz + interval '2 hours'
       from crowd, users c where c.host_id = $1`,
      [away.callee.userId, new Date(here.held.now())],
    ),
  )
  const late = await Promise.all(['late-1', 'late-2', 'late-3'].map((userId) => app.user(userId)))
  const answers = await Promise.allSettled(late.map((user) => wait(user, away)))
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const answer of answers) if (answer.status === 'rejected') expect(answer.reason).toEqual(refused('conflict', 409))
})

it('gives one place to the same wish made ten times at once', async () => {
  const [me, away] = [await app.user('ten'), await pair(app)]
  await app.server.presence.set({ userId: away.callee.userId, availability: 'never' })
  const places = await Promise.all(Array.from({ length: 10 }, () => wait(me, away)))
  expect(new Set(places.map(({ position }) => position))).toEqual(new Set([1]))
  expect((await me.client.waiting.list()).data).toHaveLength(1)
})

it('tells each once, in order, while two processes work and one of them dies', async () => {
  const redis = await startRedis()
  const one = await startPlatform({ redisUrl: redis.url })
  const two = await startPlatform({ beside: one, redisUrl: redis.url })
  try {
    const own = await one.app()
    const star = await pair(own)
    await own.server.presence.set({ userId: star.callee.userId, availability: 'never' })
    const told: string[] = []
    own.server.realtime.on('callee.free', ({ waiterId }) => void told.push(waiterId))
    await vi.waitFor(() => expect(own.server.realtime.state).toBe('open'), 30_000)
    const names = ['first', 'second', 'third', 'fourth']
    for (const name of names) await (await own.user(name)).client.waiting.join({ userId: star.callee.userId })
    await own.server.presence.set({ userId: star.callee.userId, availability: 'always' })
    const pass = async (seconds: number) => {
      await one.advance(seconds)
      await two.quiet()
    }
    await pass(40)
    await soon(() => expect(told).toEqual(names.slice(0, 2)))
    await two.crash()
    // What the dead one had taken comes back when its lease has run out.
    await one.advance(100)
    await soon(() => expect(told).toEqual(names))
    own.server.realtime.close()
  } finally {
    await one.stop()
    await redis.stop()
  }
})
