import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Presence } from '@impacthub/sdk'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { callOf, pair, settled, until } from './scene.ts'

let here: TestPlatform
let app: TestApp
beforeAll(async () => {
  here = await startPlatform()
  app = await here.app()
})
afterAll(() => here.stop())

const refused = (code: string, status: number): unknown => expect.objectContaining({ code, status })
const statusOf = async (userId: string) => (await app.server.presence.get({ userIds: userId })).data[0]

/** The time of the wall's clock in UTC, so many minutes from now. */
const timeIn = (minutes: number): string => new Date(here.held.now() + minutes * 60_000).toISOString().slice(11, 16)

it('lets receivers choose their price only where the app has set bounds, and within them', async () => {
  const own = await here.app('Bounded')
  const star = await own.user('star')
  await expect(star.client.me.update({ rate: { coins: 5, seconds: 60 } })).rejects.toEqual(refused('forbidden', 403))
  expect((await star.client.app.get()).rateBounds).toBeNull()
  await expect(own.server.app.update({ rateBounds: { minCoins: 9, maxCoins: 2 } })).rejects.toEqual(refused('invalid_request', 400))
  const bounds = { minCoins: 2, maxCoins: 10, seconds: 60 }
  expect((await own.server.app.update({ rateBounds: { minCoins: 2, maxCoins: 10 } })).rateBounds).toEqual(bounds)
  expect((await star.client.app.get()).rateBounds).toEqual(bounds)
  for (const rate of [
    { coins: 1, seconds: 60 },
    { coins: 11, seconds: 60 },
    { coins: 1, seconds: 5 },
  ])
    await expect(star.client.me.update({ rate })).rejects.toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/rate' }] })
  for (let twice = 0; twice < 2; twice++)
    expect((await star.client.me.update({ rate: { coins: 4, seconds: 30 } })).rate).toEqual({ coins: 4, seconds: 30 })
  expect((await own.server.presence.get({ userIds: 'star' })).data).toMatchObject([{ rate: { coins: 4, seconds: 30 } }])
  expect((await own.server.users.get({ userId: 'star' })).rate).toEqual({ coins: 4, seconds: 30 })
})

it('charges what the bounds allow when the call begins, and keeps that for the call', async () => {
  const own = await here.app('Clamped')
  const two = await pair(own, { coins: 100, calleeDoes: '1061' })
  await own.server.app.update({ rateBounds: { minCoins: 1, maxCoins: 20 } })
  await two.callee.client.me.update({ rate: { coins: 20, seconds: 60 } })
  await own.server.app.update({ rateBounds: { minCoins: 1, maxCoins: 10, seconds: 30 } })
  expect((await two.callee.client.me.get()).rate).toEqual({ coins: 20, seconds: 60 })
  await own.server.app.update({ rateBounds: { minCoins: 1, maxCoins: 3, seconds: 30 } })
  expect((await two.callee.client.me.get()).rate).toEqual({ coins: 3, seconds: 30 })
  const call = await callOf(two)
  expect(call.rate).toEqual({ coins: 3, seconds: 30 })
  await own.server.app.update({ rateBounds: null })
  expect(await until(here, own, call.id, settled)).toMatchObject({ chargedCoins: 9, rate: { coins: 3, seconds: 30 } })
  // What was chosen counts no more; the app's own rate does.
  expect((await two.callee.client.me.get()).rate).toBeNull()
  expect((await callOf(two)).rate).toEqual({ coins: 1, seconds: 60 })
})

it('lets the host set any price, in the place of the one chosen', async () => {
  const own = await here.app('Host sets')
  const star = await own.user('star')
  await own.server.app.update({ rateBounds: { minCoins: 2, maxCoins: 10 } })
  await star.client.me.update({ rate: { coins: 5, seconds: 60 } })
  expect((await own.server.users.put({ userId: 'star', displayName: 'Star' })).rate).toEqual({ coins: 5, seconds: 60 })
  expect((await own.server.users.put({ userId: 'star', displayName: 'Star', rate: { coins: 500, seconds: 60 } })).rate).toEqual({
    coins: 500,
    seconds: 60,
  })
  await star.client.me.update({ rate: { coins: 5, seconds: 60 } })
  expect((await star.client.me.update({ rate: null })).rate).toEqual({ coins: 500, seconds: 60 })
})

it('shows a receiver’s own settings to themself and the server, and takes them from both', async () => {
  const star = await app.user('own-settings')
  const quietHours = { timeZone: 'Asia/Kolkata', from: '22:00', to: '07:30', days: [0, 6] }
  const set = { quietHours, timeZone: 'Asia/Kolkata', maxCallSeconds: 600, maxSecondsPerDay: 7_200 }
  expect(await star.client.me.update(set)).toMatchObject(set)
  expect(await app.server.users.get({ userId: star.userId })).toMatchObject(set)
  const none = { quietHours: null, timeZone: null, maxCallSeconds: null, maxSecondsPerDay: null }
  expect(await app.server.users.put({ userId: star.userId, displayName: 'x', ...none })).toMatchObject(none)
  expect(await star.client.me.get()).toMatchObject({ ...none, availability: 'auto', until: null })
  const soon = new Date(here.held.now() + 60_000).toISOString()
  await star.client.presence.set({ availability: 'always', until: soon })
  expect(await star.client.me.get()).toMatchObject({ availability: 'always', until: soon })
  await here.advance(61, 61)
  expect(await star.client.me.get()).toMatchObject({ availability: 'auto', until: null })
})

it.each([
  ['a zone that does not exist', { quietHours: { timeZone: 'Mars/Olympus', from: '22:00', to: '07:00' } }],
  ['an offset as a zone', { timeZone: '+05:30' }],
  ['a time that does not exist', { quietHours: { timeZone: 'UTC', from: '24:00', to: '07:00' } }],
  ['no time between', { quietHours: { timeZone: 'UTC', from: '07:00', to: '07:00' } }],
  ['no day', { quietHours: { timeZone: 'UTC', from: '07:00', to: '08:00', days: [] } }],
  ['a day twice', { quietHours: { timeZone: 'UTC', from: '07:00', to: '08:00', days: [1, 1] } }],
  ['an eighth day', { quietHours: { timeZone: 'UTC', from: '07:00', to: '08:00', days: [7] } }],
  ['a longest call beyond the app’s', { maxCallSeconds: 3_601 }],
  ['a longest call of nothing', { maxCallSeconds: 0 }],
  ['a day that is longer than a day', { maxSecondsPerDay: 86_401 }],
])('refuses %s', async (_, change) => {
  const star = await app.user('refuses')
  await expect(star.client.me.update(change)).rejects.toEqual(refused('invalid_request', 400))
})

it('is offline in quiet hours, refuses calls, and tells those who watch when they begin and end', async () => {
  const two = await pair(app)
  const seen: string[] = []
  const stop = two.caller.client.realtime.on('presence.changed', (presence: Presence) => void seen.push(presence.status))
  const unwatch = two.caller.client.realtime.watch([two.callee.userId])
  await vi.waitFor(() => expect(two.caller.client.realtime.state).toBe('open'), 30_000)
  await two.callee.client.me.update({ quietHours: { timeZone: 'UTC', from: timeIn(2), to: timeIn(4) } })
  expect(await statusOf(two.callee.userId)).toMatchObject({ status: 'online' })
  await here.advance(121, 30)
  expect(await statusOf(two.callee.userId)).toMatchObject({ status: 'offline' })
  await vi.waitFor(() => expect(seen).toEqual(['offline']), 30_000)
  await expect(callOf(two)).rejects.toEqual(refused('callee_offline', 409))
  await here.advance(121, 30)
  await vi.waitFor(() => expect(seen).toEqual(['offline', 'online']), 30_000)
  expect(await callOf(two)).toMatchObject({ status: 'initiated' })
  unwatch()
  stop()
  two.caller.client.realtime.close()
})

it('tells those who watch of a price that the host sets, without waiting for the next look at everybody', async () => {
  const two = await pair(app)
  const seen: Presence[] = []
  two.caller.client.realtime.on('presence.changed', (presence: Presence) => void seen.push(presence))
  two.caller.client.realtime.watch([two.callee.userId])
  await vi.waitFor(() => expect(two.caller.client.realtime.state).toBe('open'), 30_000)
  for (const coins of [7, 8, 9]) {
    await app.server.users.put({ userId: two.callee.userId, displayName: 'Star', rate: { coins, seconds: 60 } })
    await vi.waitFor(() => expect(seen.at(-1)).toMatchObject({ userId: two.callee.userId, rate: { coins, seconds: 60 } }), 4_000)
  }
  two.caller.client.realtime.close()
})

it('ends a call at the receiver’s own longest call, and holds no more than that costs', async () => {
  const two = await pair(app, { coins: 100 })
  await two.callee.client.me.update({ maxCallSeconds: 90 })
  const call = await callOf(two)
  expect(call).toMatchObject({ limitSeconds: 90, heldCoins: 2 })
  expect(await until(here, app, call.id, settled)).toMatchObject({ endReason: 'max_duration', durationSeconds: 90, chargedCoins: 2 })
})

it('takes calls for as long as the receiver talks in a day, and again when theirs is over', async () => {
  const two = await pair(app, { coins: 100, calleeDoes: '1061' })
  await two.callee.client.me.update({ maxSecondsPerDay: 180, timeZone: 'Asia/Kolkata' })
  const first = await callOf(two)
  expect(first.limitSeconds).toBe(180)
  await until(here, app, first.id, settled)
  const second = await callOf(two)
  expect(second.limitSeconds).toBe(119)
  await until(here, app, second.id, settled)
  await here.quiet()
  // 58 seconds are left: nobody pays for a call that short, and nobody learns why.
  expect(await statusOf(two.callee.userId)).toMatchObject({ status: 'offline' })
  const refusal: unknown = await callOf(two).catch((error: unknown) => error)
  expect(refusal).toEqual(refused('callee_offline', 409))
  expect((refusal as Error).message).not.toMatch(/day|talk|limit/)
  const longer = await two.callee.client.me.update({ maxSecondsPerDay: 600 })
  expect(longer.presence).toBe('online')
  await two.callee.client.me.update({ maxSecondsPerDay: 60 })
  expect(await statusOf(two.callee.userId)).toMatchObject({ status: 'offline' })
  // Midnight in Kolkata is at most a day away.
  await here.advance(24 * 3_600, 6 * 3_600)
  expect((await callOf(two)).limitSeconds).toBe(60)
  expect(await here.trialBalance()).toBe(0)
})

it('lists blocks newest first, page by page, whoever signed up first', async () => {
  const own = await here.app('Blocks')
  const me = await own.user('me')
  for (const userId of ['a', 'b', 'c', 'd']) await own.user(userId)
  for (const userId of ['c', 'a', 'd', 'b']) {
    await me.client.me.block({ userId })
    await here.advance(1)
  }
  // Blocked again: it stays where it was.
  await me.client.me.block({ userId: 'c' })
  const first = await me.client.me.listBlocks({ limit: 3 })
  expect(first.data.map(({ userId }) => userId)).toEqual(['b', 'd', 'a'])
  const second = await me.client.me.listBlocks({ limit: 3, cursor: first.nextCursor ?? '' })
  expect([second.data.map(({ userId }) => userId), second.nextCursor]).toEqual([['c'], null])
  const other = await own.user('a')
  await expect(other.client.me.listBlocks({ cursor: first.nextCursor ?? '' })).rejects.toEqual(refused('invalid_request', 400))
  expect((await other.client.me.listBlocks()).data).toEqual([])
  await me.client.me.unblock({ userId: 'd' })
  await me.client.me.unblock({ userId: 'd' })
  expect((await me.client.me.listBlocks()).data.map(({ userId }) => userId)).toEqual(['b', 'a', 'c'])
})

it('refuses calls both ways between two of whom one blocks the other, until the block is lifted', async () => {
  const two = await pair(app)
  await app.server.presence.set({ userId: two.caller.userId, availability: 'always' })
  await app.server.wallets.credit({ userId: two.callee.userId, coins: 10, reason: 'Start' })
  await two.callee.client.me.block({ userId: two.caller.userId })
  await expect(callOf(two)).rejects.toEqual(refused('callee_blocked', 409))
  await expect(two.callee.client.calls.create({ calleeId: two.caller.userId })).rejects.toEqual(refused('callee_blocked', 409))
  // The one who is blocked cannot lift it.
  await two.caller.client.me.unblock({ userId: two.callee.userId })
  await expect(callOf(two)).rejects.toEqual(refused('callee_blocked', 409))
  await two.callee.client.me.unblock({ userId: two.caller.userId })
  expect(await callOf(two)).toMatchObject({ status: 'initiated' })
})

it('knows nothing of another app’s users', async () => {
  const elsewhere = await here.app('Elsewhere')
  const stranger = await elsewhere.user('stranger')
  await app.user('known-here')
  await expect(stranger.client.me.block({ userId: 'known-here' })).rejects.toEqual(refused('not_found', 404))
  await expect(elsewhere.server.users.get({ userId: 'known-here' })).rejects.toEqual(refused('not_found', 404))
})
