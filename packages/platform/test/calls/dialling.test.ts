import { afterAll, beforeEach, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { callOf, inProgress, legsTo, pair, presenceOf, purses, settled, until } from './scene.ts'

const here: TestPlatform = await startPlatform()
const app: TestApp = await here.app()
beforeEach(() => {
  here.twilio.control.clearFaults()
  here.twilio.control.answerAfter(1_000)
})
afterAll(async () => {
  expect(await here.trialBalance()).toBe(0)
  await here.stop()
})

const creating = { method: 'POST', path: 'Calls.json' } as const

it('dials again what the provider certainly did not take', async () => {
  here.twilio.control.faultApi({ action: 'fail', ...creating, status: 429, times: 2 })
  const two = await pair(app)
  const { id } = await callOf(two)
  await until(here, app, id, inProgress, 30)
  expect(legsTo(here, two.callerPhone)).toHaveLength(1)
})

it('gives a call up that cannot be dialled within 20 seconds', async () => {
  here.twilio.control.faultApi({ action: 'fail', ...creating, status: 429, times: 100 })
  const two = await pair(app)
  const { id } = await callOf(two)
  expect(await until(here, app, id, settled, 25)).toMatchObject({ status: 'failed', endReason: 'provider_error', chargedCoins: 0 })
  expect(await purses(two)).toEqual({ left: 10, held: 0, earned: 0 })
  expect(await presenceOf(app, two)).toEqual(['offline', 'online'])
})

it('never dials twice when the answer to a dial is lost: it finds the leg', async () => {
  here.twilio.control.faultApi({ action: 'lose-answer', ...creating })
  for (const event of ['initiated', 'ringing', 'answered'])
    here.twilio.control.faultCallbacks({ action: 'drop', match: { event, leg: 'parent' } })
  const two = await pair(app, { calleeDoes: '1061' })
  const { id } = await callOf(two)
  expect(await until(here, app, id, settled, 150)).toMatchObject({ status: 'completed', durationSeconds: 61, chargedCoins: 2 })
  expect(legsTo(here, two.callerPhone)).toHaveLength(1)
})

it('fails a call whose dial may have happened and left no trace, after 90 seconds and not before', async () => {
  here.twilio.control.faultApi({ action: 'fail', ...creating, status: 500 })
  const two = await pair(app)
  const { id } = await callOf(two)
  await here.advance(85)
  expect(await app.server.calls.get({ callId: id })).toMatchObject({ status: 'initiated', heldCoins: 10 })
  expect(await presenceOf(app, two)).toEqual(['busy', 'busy'])
  expect(await until(here, app, id, settled, 15)).toMatchObject({ status: 'failed', endReason: 'provider_error', chargedCoins: 0 })
  expect(legsTo(here, two.callerPhone)).toEqual([])
  expect(await purses(two)).toEqual({ left: 10, held: 0, earned: 0 })
})

it('hangs up on a caller who picks up after ending a call of which the platform knows no leg yet', async () => {
  here.twilio.control.answerAfter(null)
  here.twilio.control.faultApi({ action: 'lose-answer', ...creating })
  here.twilio.control.faultApi({ action: 'fail', method: 'GET', path: 'Calls.json', status: 503, times: 1_000 })
  here.twilio.control.faultCallbacks({ action: 'hold' })
  const two = await pair(app)
  const { id } = await callOf(two)
  await here.quiet()
  expect(await two.caller.client.calls.end({ callId: id })).toMatchObject({ status: 'initiated', settled: false })
  await here.advance(5)
  const sid = legsTo(here, two.callerPhone)[0]?.sid ?? ''
  expect(here.twilio.control.answer(sid)).toBe(true)
  await here.advance(1)
  here.twilio.control.answerAfter(1_000)
  here.twilio.control.clearFaults()
  expect(legsTo(here, two.callerPhone)).toMatchObject([{ status: 'completed' }])
  expect(await until(here, app, id, settled, 100)).toMatchObject({ status: 'canceled', endReason: 'canceled', chargedCoins: 0 })
  expect(legsTo(here, two.calleePhone)).toEqual([])
  expect(await purses(two)).toEqual({ left: 10, held: 0, earned: 0 })
})

it('waits through a provider that never answers a dial', async () => {
  here.twilio.control.faultApi({ action: 'hang', ...creating })
  const two = await pair(app)
  const { id } = await callOf(two)
  // The time limit of a request is real time.
  await here.quiet()
  expect(await until(here, app, id, settled, 110)).toMatchObject({ status: 'failed', endReason: 'provider_error', chargedCoins: 0 })
  expect(legsTo(here, two.callerPhone)).toEqual([])
})

it('keeps asking a provider that cannot be asked, and settles once it can', async () => {
  const two = await pair(app, { calleeDoes: '1061' })
  const { id } = await callOf(two)
  await until(here, app, id, inProgress)
  here.twilio.control.faultApi({ action: 'fail', method: 'GET', path: '/Calls', status: 503, times: 10_000 })
  await here.advance(100)
  expect(await app.server.calls.get({ callId: id })).toMatchObject({ settled: false, status: 'in_progress' })
  here.twilio.control.clearFaults()
  expect(await until(here, app, id, settled, 70)).toMatchObject({ durationSeconds: 61, chargedCoins: 2, endReason: 'callee_hangup' })
})

it('lets both go when the provider’s account cannot be had, keeps the coins held, and settles when it can', async () => {
  const two = await pair(app, { coins: 2, calleeDoes: '1061' })
  const { id } = await callOf(two)
  await until(here, app, id, inProgress)
  here.twilio.control.faultApi({ action: 'fail', method: 'GET', path: '/Calls', status: 503, times: 10_000 })
  await here.advance(240, 5)
  expect(await presenceOf(app, two)).toEqual(['offline', 'online'])
  const parked = await app.server.calls.get({ callId: id })
  expect(parked).toMatchObject({ status: 'completed', settled: false, estimated: true })
  expect(await purses(two)).toEqual({ left: 0, held: 2, earned: 0 })
  here.twilio.control.clearFaults()
  await here.advance(3_700, 50)
  expect(await app.server.calls.get({ callId: id })).toMatchObject({
    status: 'completed',
    endReason: parked.endReason,
    settled: true,
    durationSeconds: 61,
    chargedCoins: 2,
  })
  expect(await purses(two)).toEqual({ left: 0, held: 0, earned: 1 })
})

it('ends and settles every call when every callback is lost, within the limit, the ringing and 90 seconds', async () => {
  here.twilio.control.faultCallbacks({ action: 'drop' })
  const [talk, silent, busy] = [
    await pair(app, { coins: 2 }),
    await pair(app, { calleeDoes: '0002' }),
    await pair(app, { calleeDoes: '0001' }),
  ]
  const ids = await Promise.all([talk, silent, busy].map(async (two) => (await callOf(two)).id))
  await here.advance(120 + 60 + 90, 3)
  const [one, two, three] = await Promise.all(ids.map((callId) => app.server.calls.get({ callId })))
  expect(one).toMatchObject({ settled: true, status: 'completed', durationSeconds: 120, chargedCoins: 2, endReason: 'balance_exhausted' })
  expect(two).toMatchObject({ settled: true, status: 'no_answer', chargedCoins: 0 })
  expect(three).toMatchObject({ settled: true, status: 'busy', chargedCoins: 0 })
  for (const both of [talk, silent, busy]) expect(await presenceOf(app, both)).toEqual(['offline', 'online'])
})
