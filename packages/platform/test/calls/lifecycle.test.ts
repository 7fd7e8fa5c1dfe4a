import type { CallMeter } from '@impacthub/sdk/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { everyTenant } from '../../src/base/tenant.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { callOf, inProgress, legsTo, pair, presenceOf, purses, ringing, settled, until, type PairWish } from './scene.ts'

let here: TestPlatform
let app: TestApp
beforeAll(async () => {
  here = await startPlatform()
  app = await here.app()
})
afterAll(async () => {
  expect(await here.trialBalance()).toBe(0)
  await here.stop()
})

it.each([
  [1, 1],
  [59, 1],
  [60, 1],
  [61, 2],
  [120, 2],
  [121, 3],
])('charges a talk of %i s with %i coins, and gives the rest of the hold back', async (seconds, coins) => {
  const two = await pair(app, { coins: 10, calleeDoes: String(1_000 + seconds) })
  const { id } = await callOf(two)
  expect(await until(here, app, id, settled)).toMatchObject({
    status: 'completed',
    endReason: 'callee_hangup',
    durationSeconds: seconds,
    chargedCoins: coins,
    earnedCoins: Math.floor((coins + 1) / 2),
    estimated: false,
    hangupCauses: { caller: 'completed', callee: 'completed' },
  })
  expect(await purses(two)).toEqual({ left: 10 - coins, held: 0, earned: Math.floor((coins + 1) / 2) })
  expect(await presenceOf(app, two)).toEqual(['offline', 'online'])
  // Nor does a timer wait that would only look and see.
  expect(await here.platform.db.read(everyTenant, 'select kind from tasks where subject = $1', [id])).toEqual([])
})

it.each<[string, PairWish, string, string]>([
  ['the callee is busy', { calleeDoes: '0001' }, 'busy', 'busy'],
  ['the callee does not pick up', { calleeDoes: '0002' }, 'no_answer', 'no_answer'],
  ['the network fails on the callee', { calleeDoes: '0003' }, 'failed', 'provider_error'],
  ['the callee’s number is refused', { calleeDoes: '0004' }, 'failed', 'provider_error'],
  ['the caller’s phone is busy', { callerDoes: '0001' }, 'busy', 'busy'],
  ['the caller does not pick up', { callerDoes: '0002' }, 'no_answer', 'no_answer'],
  ['the network fails on the caller', { callerDoes: '0003' }, 'failed', 'provider_error'],
  ['the caller’s number is refused', { callerDoes: '0004' }, 'failed', 'provider_error'],
  ['the callee hangs up at once', { calleeDoes: '1000' }, 'completed', 'callee_hangup'],
])('charges nothing and frees both when %s', async (_, wish, status, endReason) => {
  const two = await pair(app, wish)
  const { id } = await callOf(two)
  expect(await until(here, app, id, settled, 90)).toMatchObject({ status, endReason, durationSeconds: 0, chargedCoins: 0, earnedCoins: 0 })
  expect(await purses(two)).toEqual({ left: 10, held: 0, earned: 0 })
  expect(await presenceOf(app, two)).toEqual(['offline', 'online'])
})

it('shows what happens while it happens', async () => {
  const two = await pair(app)
  const { id } = await callOf(two)
  const seen: string[] = []
  for (let second = 0; second < 5; second++) {
    const { status } = await two.caller.client.calls.get({ callId: id })
    if (seen.at(-1) !== status) seen.push(status)
    await here.advance(1)
  }
  expect(seen).toEqual(['initiated', 'ringing', 'in_progress'])
  await here.advance(60)
  const running = await two.callee.client.calls.get({ callId: id })
  expect(running).toMatchObject({ status: 'in_progress', estimated: true, settled: false, chargedCoins: 2, endReason: null, endedAt: null })
  await two.caller.client.calls.end({ callId: id })
  const over = await until(here, app, id, settled)
  expect(over.answeredAt).toBe(running.answeredAt)
  expect(Date.parse(over.endedAt ?? '') - Date.parse(over.answeredAt ?? '')).toBe(over.durationSeconds * 1_000)
})

it('ends the call where the coins end', async () => {
  const two = await pair(app, { coins: 2 })
  const { id, limitSeconds } = await callOf(two)
  expect(limitSeconds).toBe(120)
  expect(await until(here, app, id, settled)).toMatchObject({
    status: 'completed',
    endReason: 'balance_exhausted',
    durationSeconds: 120,
    chargedCoins: 2,
  })
  expect(await purses(two)).toEqual({ left: 0, held: 0, earned: 1 })
})

it('ends the call at the app’s longest call, and holds no more than that', async () => {
  const short = await here.app('Short')
  await short.server.app.update({ maxCallSeconds: 90, sharePercent: 33 })
  const two = await pair(short, { coins: 50 })
  const call = await callOf(two)
  expect(call).toMatchObject({ limitSeconds: 90, heldCoins: 2 })
  expect(await until(here, short, call.id, settled)).toMatchObject({
    endReason: 'max_duration',
    durationSeconds: 90,
    chargedCoins: 2,
    earnedCoins: 1,
  })
})

it('tells both sides the meter every 5 seconds and warns 60 and 15 seconds before the end', async () => {
  const two = await pair(app, { coins: 2 })
  const heard: Record<string, CallMeter[]> = { caller: [], callee: [], warnings: [] }
  const wallets: number[] = []
  const statuses: string[] = []
  two.caller.client.realtime.on('call.meter', (meter) => heard['caller']?.push(meter))
  two.caller.client.realtime.on('call.warning', (meter) => heard['warnings']?.push(meter))
  two.caller.client.realtime.on('call.updated', ({ status }) => statuses.push(status))
  two.caller.client.realtime.on('wallet.updated', ({ buckets }) => wallets.push(buckets.held))
  two.callee.client.realtime.on('call.meter', (meter) => heard['callee']?.push(meter))
  await expect.poll(() => [two.caller.client.realtime.state, two.callee.client.realtime.state]).toEqual(['open', 'open'])
  const { id } = await callOf(two)
  await until(here, app, id, settled)
  await expect.poll(() => statuses.at(-1)).toBe('completed')
  expect(heard['caller']?.map(({ elapsedSeconds }) => elapsedSeconds)).toEqual(
    Array.from({ length: 25 }, (_, n) => n * 5).slice(0, heard['caller']?.length),
  )
  expect(heard['caller']?.length).toBeGreaterThanOrEqual(24)
  expect(heard['callee']).toEqual(heard['caller'])
  expect(heard['caller']?.find(({ elapsedSeconds }) => elapsedSeconds === 65)).toEqual({
    callId: id,
    elapsedSeconds: 65,
    chargedCoins: 2,
    secondsLeft: 55,
  })
  expect(heard['warnings']?.map(({ secondsLeft }) => secondsLeft)).toEqual([60, 15])
  expect([...new Set(statuses)]).toEqual(['initiated', 'ringing', 'in_progress', 'completed'])
  expect([wallets[0], wallets.at(-1)]).toEqual([2, 0])
  two.caller.client.realtime.close()
  two.callee.client.realtime.close()
})

it.each<[string, 'caller' | 'callee' | 'server', string, string]>([
  ['the caller', 'caller', 'canceled', 'canceled'],
  ['the callee', 'callee', 'declined', 'declined'],
  ['the host’s server', 'server', 'canceled', 'platform'],
])('cancels a ringing call for %s', async (_, who, status, endReason) => {
  here.twilio.control.answerAfter(5_000)
  const two = await pair(app)
  const { id } = await callOf(two)
  await until(here, app, id, ringing)
  const by = who === 'server' ? app.server : two[who].client
  await by.calls.end({ callId: id })
  here.twilio.control.answerAfter(1_000)
  expect(await until(here, app, id, settled, 20)).toMatchObject({ status, endReason, durationSeconds: 0, chargedCoins: 0 })
  expect(await purses(two)).toEqual({ left: 10, held: 0, earned: 0 })
  expect(here.twilio.control.calls().filter(({ to }) => [two.callerPhone, two.calleePhone].includes(to))).toEqual([])
})

it.each<[string, 'caller' | 'callee' | 'server', string]>([
  ['the caller', 'caller', 'caller_hangup'],
  ['the callee', 'callee', 'callee_hangup'],
  ['the host’s server', 'server', 'platform'],
])('ends a running call for %s', async (_, who, endReason) => {
  const two = await pair(app)
  const { id } = await callOf(two)
  await until(here, app, id, inProgress)
  await here.advance(7)
  const by = who === 'server' ? app.server : two[who].client
  await by.calls.end({ callId: id })
  expect(await until(here, app, id, settled, 20)).toMatchObject({ status: 'completed', endReason, durationSeconds: 7, chargedCoins: 1 })
})

it.each<['callerPhone' | 'calleePhone', string]>([
  ['callerPhone', 'caller_hangup'],
  ['calleePhone', 'callee_hangup'],
])('knows who hung up their phone: %s', async (whose, endReason) => {
  const two = await pair(app)
  const { id } = await callOf(two)
  await until(here, app, id, inProgress)
  await here.advance(7)
  here.twilio.control.hangUp(legsTo(here, two[whose])[0]?.sid ?? '')
  expect(await until(here, app, id, settled, 20)).toMatchObject({ endReason, durationSeconds: 7 })
})

it('ends a call at once that was not dialled yet', async () => {
  const two = await pair(app)
  here.twilio.control.faultApi({ action: 'fail', method: 'POST', path: 'Calls.json', status: 429 })
  const { id } = await callOf(two)
  await here.quiet()
  expect(await two.caller.client.calls.end({ callId: id })).toMatchObject({ status: 'canceled', settled: true, chargedCoins: 0 })
  await here.advance(10)
  expect(legsTo(here, two.callerPhone)).toEqual([])
  expect(await purses(two)).toEqual({ left: 10, held: 0, earned: 0 })
})

it('changes nothing when a call is ended again, by whoever', async () => {
  const two = await pair(app)
  const { id } = await callOf(two)
  await until(here, app, id, inProgress)
  const end = () => two.caller.client.calls.end({ callId: id }, { idempotencyKey: `end-${id}` })
  expect(await end()).toEqual(await end())
  await two.callee.client.calls.end({ callId: id })
  const over = await until(here, app, id, settled)
  expect(over.endReason).toBe('caller_hangup')
  expect(await app.server.calls.end({ callId: id })).toEqual(over)
  await here.advance(5)
  expect(await app.server.calls.get({ callId: id })).toEqual(over)
})
