import { ConnectError } from '@impacthub/sdk'
import { createServer } from '@impacthub/sdk/server'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { callOf, legsTo, pair, phone, presenceOf, purses, settled, until, type Pair } from './scene.ts'

let here: TestPlatform
let app: TestApp
beforeAll(async () => {
  here = await startPlatform()
  app = await here.app()
})
afterAll(() => here.stop())

const refused = (code: string, status: number): unknown => expect.objectContaining({ code, status })

const codeOf = (reason: unknown): unknown => (reason instanceof ConnectError ? reason.code : reason)

/** A refusal leaves no call, no hold and nobody busy, and no phone has rung. */
async function untouched({ caller, callee, callerPhone, calleePhone }: Pair, coins = 10): Promise<void> {
  await here.quiet()
  expect(await caller.client.wallet.get()).toMatchObject({ balance: coins, buckets: { held: 0 } })
  expect((await caller.client.calls.list()).data).toEqual([])
  expect(
    (await app.server.presence.get({ userIds: `${caller.userId},${callee.userId}` })).data.some(({ status }) => status === 'busy'),
  ).toBe(false)
  expect([...legsTo(here, callerPhone), ...legsTo(here, calleePhone)]).toEqual([])
  expect(await here.trialBalance()).toBe(0)
}

it('refuses a call to oneself', async () => {
  const two = await pair(app)
  await expect(two.caller.client.calls.create({ calleeId: two.caller.userId })).rejects.toEqual(refused('cannot_call_self', 400))
  await untouched(two)
})

it('lets a user call as nobody else, and makes a server say who calls', async () => {
  const two = await pair(app)
  const wish = { callerId: two.callee.userId, calleeId: two.callee.userId }
  await expect(two.caller.client.calls.create(wish)).rejects.toEqual(refused('forbidden', 403))
  await expect(app.server.calls.create({ calleeId: two.callee.userId })).rejects.toMatchObject({
    code: 'invalid_request',
    errors: [{ pointer: '/callerId' }],
  })
  await untouched(two)
})

it('does not know a callee who does not exist, was deleted, or is another app’s', async () => {
  const two = await pair(app)
  const elsewhere = await here.app('Elsewhere')
  await elsewhere.user('theirs', { phone: phone(), availability: 'always' })
  await app.server.users.delete({ userId: two.callee.userId })
  for (const calleeId of ['nobody', 'theirs', two.callee.userId])
    await expect(two.caller.client.calls.create({ calleeId })).rejects.toEqual(refused('not_found', 404))
  await expect(app.server.calls.create({ callerId: 'nobody', calleeId: two.caller.userId })).rejects.toEqual(refused('not_found', 404))
  await untouched(two)
})

it('refuses between two of whom one blocks the other, and to a blocked callee', async () => {
  const [one, other, third] = [await pair(app), await pair(app), await pair(app)]
  await one.caller.client.me.block({ userId: one.callee.userId })
  await other.callee.client.me.block({ userId: other.caller.userId })
  await app.server.users.setBlocked({ userId: third.callee.userId, blocked: true })
  for (const two of [one, other, third]) await expect(callOf(two)).rejects.toEqual(refused('callee_blocked', 409))
  for (const two of [one, other]) await untouched(two)
  await one.caller.client.me.unblock({ userId: one.callee.userId })
  expect(await callOf(one)).toMatchObject({ status: 'initiated' })
})

it('refuses to call for a blocked caller', async () => {
  const two = await pair(app)
  await app.server.users.setBlocked({ userId: two.caller.userId, blocked: true })
  const wish = { callerId: two.caller.userId, calleeId: two.callee.userId }
  await expect(app.server.calls.create(wish)).rejects.toEqual(refused('forbidden', 403))
})

it('refuses a callee who is not connected, or wants no calls', async () => {
  const [one, other] = [await pair(app), await pair(app)]
  await app.server.presence.set({ userId: one.callee.userId, availability: 'auto' })
  await app.server.presence.set({ userId: other.callee.userId, availability: 'never' })
  for (const two of [one, other]) {
    await expect(callOf(two)).rejects.toEqual(refused('callee_offline', 409))
    await untouched(two)
  }
})

it('refuses when either is in a call', async () => {
  const [busy, free] = [await pair(app), await pair(app)]
  await callOf(busy)
  expect(await presenceOf(app, busy)).toEqual(['busy', 'busy'])
  await expect(free.caller.client.calls.create({ calleeId: busy.callee.userId })).rejects.toEqual(refused('callee_busy', 409))
  await expect(free.caller.client.calls.create({ calleeId: busy.caller.userId })).rejects.toEqual(refused('callee_offline', 409))
  await expect(busy.caller.client.calls.create({ calleeId: free.callee.userId })).rejects.toEqual(refused('caller_busy', 409))
  await untouched(free)
  await expect(app.server.users.delete({ userId: busy.callee.userId })).rejects.toEqual(refused('user_in_call', 409))
})

it('refuses without a phone on either side, and without a virtual number', async () => {
  const [one, other] = [await pair(app), await pair(app)]
  await app.server.users.put({ userId: one.callee.userId, displayName: 'x', phone: null })
  await app.server.users.put({ userId: other.caller.userId, displayName: 'x', phone: null })
  for (const two of [one, other]) {
    await expect(callOf(two)).rejects.toEqual(refused('phone_missing', 409))
    await untouched(two)
  }
  const { modes } = await here.platform.createApp('Bare')
  const bare = createServer({ baseUrl: here.url, secretKey: modes.test.secretKey })
  for (const userId of ['a', 'b']) await bare.users.put({ userId, displayName: userId, phone: phone() })
  await bare.wallets.credit({ userId: 'a', coins: 5, reason: 'Start' })
  await bare.presence.set({ userId: 'b', availability: 'always' })
  await expect(bare.calls.create({ callerId: 'a', calleeId: 'b' })).rejects.toEqual(refused('no_caller_id', 409))
})

it('refuses while the mode has no telephone provider', async () => {
  const live = await here.app('Live', 'live')
  const [a, b] = [await live.user('a', { coins: 5 }), await live.user('b', { availability: 'always' })]
  await expect(a.client.calls.create({ calleeId: b.userId })).rejects.toEqual(refused('provider_unavailable', 503))
})

it('refuses who cannot pay the first interval', async () => {
  const two = await pair(app, { coins: 4, rate: { coins: 5, seconds: 60 } })
  await expect(callOf(two)).rejects.toEqual(refused('insufficient_balance', 402))
  await untouched(two, 4)
})

it('holds whole intervals only, and tells what the call may last', async () => {
  const two = await pair(app, { coins: 14, rate: { coins: 5, seconds: 30 } })
  const call = await callOf(two)
  expect(call).toMatchObject({ heldCoins: 10, limitSeconds: 60, rate: { coins: 5, seconds: 30 }, settled: false, estimated: true })
  expect(await purses(two)).toEqual({ left: 4, held: 10, earned: 0 })
})

it('keeps the rate of the start, whatever the callee asks later', async () => {
  const two = await pair(app, { coins: 10, rate: { coins: 2, seconds: 60 }, calleeDoes: '1061' })
  const call = await callOf(two)
  await app.server.users.put({ userId: two.callee.userId, displayName: 'x', rate: { coins: 9, seconds: 1 } })
  expect(await until(here, app, call.id, settled)).toMatchObject({ chargedCoins: 4, rate: { coins: 2, seconds: 60 } })
})

it('lets one of many through who call the same person at one instant', async () => {
  const star = await pair(app)
  const callers = await Promise.all(Array.from({ length: 12 }, () => pair(app)))
  const answers = await Promise.allSettled(callers.map(({ caller }) => caller.client.calls.create({ calleeId: star.callee.userId })))
  const codes = answers.map((answer) => (answer.status === 'fulfilled' ? 'called' : codeOf(answer.reason)))
  expect(codes.filter((code) => code === 'called')).toHaveLength(1)
  expect(codes.filter((code) => code === 'callee_busy')).toHaveLength(11)
  await here.quiet()
  const held = await Promise.all(callers.map(async ({ caller }) => (await caller.client.wallet.get()).buckets.held))
  expect(held.filter((coins) => coins > 0)).toHaveLength(1)
  expect(await here.trialBalance()).toBe(0)
})

it('lets one of two through who call each other at one instant', async () => {
  for (let round = 0; round < 5; round++) {
    const two = await pair(app)
    await app.server.wallets.credit({ userId: two.callee.userId, coins: 10, reason: 'Start' })
    await app.server.presence.set({ userId: two.caller.userId, availability: 'always' })
    const answers = await Promise.allSettled([callOf(two), two.callee.client.calls.create({ calleeId: two.caller.userId })])
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  }
})

it('rings once for the same request sent twice, also at the same time', async () => {
  const two = await pair(app)
  const again = () => two.caller.client.calls.create({ calleeId: two.callee.userId }, { idempotencyKey: `one-${two.caller.userId}` })
  const [first, second] = await Promise.all([again(), again()])
  const third = await again()
  expect([second.id, third.id]).toEqual([first.id, first.id])
  await here.advance(3)
  expect(legsTo(here, two.callerPhone)).toHaveLength(1)
  expect(await purses(two)).toMatchObject({ left: 0, held: 10 })
})

it('lets one through of two requests that are not the same, as of two tabs, and rings once', async () => {
  const two = await pair(app)
  const answers = await Promise.allSettled(Array.from({ length: 5 }, () => callOf(two)))
  const codes = answers.map((answer) => (answer.status === 'fulfilled' ? 'called' : codeOf(answer.reason)))
  expect(codes.toSorted()).toEqual(['called', 'caller_busy', 'caller_busy', 'caller_busy', 'caller_busy'])
  await here.advance(3)
  expect(legsTo(here, two.callerPhone)).toHaveLength(1)
  expect((await two.caller.client.calls.list()).data).toHaveLength(1)
})

it('goes by what is so when the call is in, not by what was so when it was asked for', async () => {
  const { connection } = here.database
  for (const [change, answer] of [
    ['rate_coins = 5, rate_seconds = 30', { rate: { coins: 5, seconds: 30 }, heldCoins: 10 }],
    ['blocked = true', 'callee_blocked'],
    ['deleted_at = now()', 'not_found'],
  ] as const) {
    const two = await pair(app)
    const held = new pg.Client(connection)
    await held.connect()
    await held.query('begin')
    await held.query(`update users set ${change} where host_id = $1`, [two.callee.userId])
    const asked = callOf(two).catch(codeOf)
    // Whoever waits for this transaction: the admission, which has seen what was before.
    const waiting = () => held.query('select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))')
    while ((await waiting()).rowCount === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    await held.query('commit')
    await held.end()
    if (typeof answer === 'string') expect(await asked).toBe(answer)
    else expect(await asked).toMatchObject(answer)
  }
})

it('shows a call to its two people and the app’s server, to nobody else, and no phone number to anyone', async () => {
  const [two, others, elsewhere] = [await pair(app), await pair(app), await here.app('Elsewhere')]
  const call = await callOf(two)
  for (const who of [two.caller.client, two.callee.client]) {
    expect(await who.calls.get({ callId: call.id })).toMatchObject({ id: call.id, providerIds: null })
    expect((await who.calls.list({ active: 'true' })).data.map(({ id }) => id)).toEqual([call.id])
  }
  for (const who of [others.caller.client, others.callee.client, elsewhere.server]) {
    await expect(who.calls.get({ callId: call.id })).rejects.toEqual(refused('not_found', 404))
    await expect(who.calls.end({ callId: call.id })).rejects.toEqual(refused('not_found', 404))
    expect((await who.calls.list()).data).toEqual([])
  }
  await here.advance(4)
  const seen = await app.server.calls.get({ callId: call.id })
  expect(seen.providerIds).toEqual({ caller: expect.stringMatching(/^CA/), callee: expect.stringMatching(/^CA/) })
  for (const number of [two.callerPhone, two.calleePhone]) expect(JSON.stringify(seen)).not.toContain(number.slice(3))
})

it('lists calls page by page, by user and by status', async () => {
  const own = await here.app('History')
  const two = await pair(own, { coins: 50, calleeDoes: '0001' })
  const ids: string[] = []
  for (let n = 0; n < 5; n++) {
    const { id } = await callOf(two)
    ids.unshift(id)
    await until(here, own, id, settled)
  }
  const other = await pair(own)
  const open = await callOf(other)
  const first = await own.server.calls.list({ userId: two.callee.userId, limit: 2 })
  expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 2))
  const second = await own.server.calls.list({ userId: two.callee.userId, limit: 2, cursor: first.nextCursor ?? '' })
  const third = await own.server.calls.list({ userId: two.callee.userId, limit: 2, cursor: second.nextCursor ?? '' })
  expect([...second.data, ...third.data].map(({ id }) => id)).toEqual(ids.slice(2))
  expect(third.nextCursor).toBeNull()
  expect((await own.server.calls.list({ status: 'busy' })).data).toHaveLength(5)
  expect((await own.server.calls.list({ active: 'true' })).data.map(({ id }) => id)).toEqual([open.id])
  expect((await own.server.calls.list({ userId: 'nobody' })).data).toEqual([])
  await expect(two.caller.client.calls.list({ userId: two.callee.userId })).rejects.toEqual(refused('forbidden', 403))
  await expect(own.server.calls.list({ userId: two.caller.userId, cursor: first.nextCursor ?? '' })).rejects.toEqual(
    refused('invalid_request', 400),
  )
})
