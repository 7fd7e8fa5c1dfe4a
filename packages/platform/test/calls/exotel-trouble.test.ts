import type { Call } from '@impacthub/sdk/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parkedTable } from '../../src/features/calls/index.ts'
import { startPlatform, type RunningExotel, type TestApp, type TestPlatform } from '../start-platform.ts'
import { callOf, inProgress, pair, presenceOf, purses, settled, until } from './scene.ts'

/** What Exotel cannot do, tells late, tells wrongly or never. */

let here: TestPlatform
let app: TestApp
let exotel: RunningExotel

const place = (pattern: 'connect' | 'flow' | 'legs') => {
  beforeAll(async () => {
    here = await startPlatform({ exotel: pattern })
    app = await here.app()
    if (here.exotel === undefined) throw new Error('the sandbox did not start')
    exotel = here.exotel
  })
  beforeEach(() => {
    exotel.control.clearFaults()
    exotel.control.misreport('*')
    exotel.control.answerAfter(1_000)
    exotel.control.change({ figuresAfterMs: 2_000 })
  })
  afterAll(async () => {
    expect(await here.trialBalance()).toBe(0)
    await here.stop()
  })
}

const look = (callId: string): Promise<Call> => app.server.calls.get({ callId })
const handsOff: unknown = expect.objectContaining({
  code: 'conflict',
  status: 409,
  detail: expect.stringContaining('hang up on the phone'),
})
const isOver = ({ endedAt }: Call): boolean => endedAt !== null
const callTo = (number: string) => exotel.control.calls({ all: true }).find((call) => call.to === number || call.from === number)

describe('connected by both numbers at once', () => {
  place('connect')

  it('can be cancelled before it is dialled, and not ended after', async () => {
    exotel.control.faultApi({ action: 'fail', method: 'POST', path: 'connect', status: 429, times: 1 })
    await app.server.app.update({ providerOrder: ['exotel'] })
    const early = await pair(app)
    const { id: first } = await callOf(early)
    await here.quiet()
    expect(await early.caller.client.calls.end({ callId: first })).toMatchObject({
      status: 'canceled',
      endReason: 'canceled',
      settled: true,
    })
    await here.advance(30)
    expect(callTo(early.callerPhone)).toBeUndefined()

    const two = await pair(app, { calleeDoes: '1030' })
    const { id, canEnd } = await callOf(two)
    expect(canEnd).toBe(true)
    await here.advance(5)
    expect(await look(id)).toMatchObject({ canEnd: false, estimated: true })
    for (const client of [two.caller.client, two.callee.client]) await expect(client.calls.end({ callId: id })).rejects.toEqual(handsOff)
    await expect(app.server.calls.end({ callId: id })).rejects.toEqual(handsOff)
    // Nobody's wish is left behind: the end is told as it was.
    expect(await until(here, app, id, settled)).toMatchObject({ status: 'completed', durationSeconds: 30, chargedCoins: 1 })
    expect(await two.caller.client.calls.end({ callId: id })).toMatchObject({ status: 'completed' })
  })

  it('frees the two at the end, and keeps the coins until the figures come', async () => {
    exotel.control.change({ figuresAfterMs: 200_000 })
    const two = await pair(app, { calleeDoes: '1061' })
    const { id } = await callOf(two)
    const ended = await until(here, app, id, isOver)
    expect(ended).toMatchObject({ status: 'completed', settled: false, estimated: true })
    expect(await purses(two)).toEqual({ left: 0, held: 10, earned: 0 })
    expect(await presenceOf(app, two)).not.toContain('busy')
    expect(await parkedTable(here.platform.db)).toBe('No call is parked.')
    await here.advance(400, 20)
    expect(await look(id)).toMatchObject({ status: 'completed', durationSeconds: 61, chargedCoins: 2, estimated: false })
    expect(await purses(two)).toMatchObject({ left: 8, held: 0, earned: 1 })
  })

  it('shows a call to a person whose figures have not come for a day, and settles it when they do', async () => {
    exotel.control.change({ figuresAfterMs: 30 * 3_600_000 })
    const two = await pair(app, { calleeDoes: '1061' })
    const { id } = await callOf(two)
    await until(here, app, id, isOver)
    await here.advance(23 * 3_600, 1_800)
    expect(await parkedTable(here.platform.db)).toBe('No call is parked.')
    await here.advance(2 * 3_600, 600)
    expect(await parkedTable(here.platform.db)).toMatch(new RegExp(`${id} .* no_figures`))
    expect(await purses(two)).toEqual({ left: 0, held: 10, earned: 0 })
    await here.advance(7 * 3_600, 600)
    expect(await look(id)).toMatchObject({ settled: true, durationSeconds: 61, chargedCoins: 2 })
    expect(await parkedTable(here.platform.db)).toBe('No call is parked.')
  })

  it.each([[-1], [1_000_000_000], ['abc'], [1.5], [true]])('parks a call that lasted %j seconds, with the hold safe', async (figure) => {
    exotel.control.misreport('*', { conversationDuration: figure })
    const two = await pair(app, { calleeDoes: '1061' })
    const { id } = await callOf(two)
    await until(here, app, id, isOver)
    await here.advance(60)
    expect(await parkedTable(here.platform.db)).toMatch(new RegExp(`${id} .* unreadable`))
    expect(await presenceOf(app, two)).not.toContain('busy')
    expect(await purses(two)).toEqual({ left: 0, held: 10, earned: 0 })
    exotel.control.misreport('*')
    await here.advance(3_700, 100)
    expect(await look(id)).toMatchObject({ settled: true, durationSeconds: 61, chargedCoins: 2 })
  })

  it('parks a call whose end is told in a word that nobody knows', async () => {
    exotel.control.misreport('*', { status: 'evaporated' })
    const two = await pair(app, { calleeDoes: '1005' })
    const { id } = await callOf(two)
    await here.advance(120, 5)
    expect(await look(id)).toMatchObject({ settled: false })
    expect(await purses(two)).toEqual({ left: 0, held: 10, earned: 0 })
    exotel.control.misreport('*')
    await here.advance(3_800, 100)
    expect(await look(id)).toMatchObject({ settled: true, durationSeconds: 5 })
    expect(await purses(two)).toMatchObject({ left: 9, held: 0 })
  })

  it('never dials twice when the answer to a dial is lost, and settles what rang', async () => {
    exotel.control.faultApi({ action: 'lose-answer', method: 'POST', path: 'connect' })
    const two = await pair(app, { calleeDoes: '1061' })
    const { id } = await callOf(two)
    expect(await until(here, app, id, settled)).toMatchObject({ status: 'completed', durationSeconds: 61, chargedCoins: 2 })
    expect(exotel.control.calls({ all: true }).filter(({ from }) => from === two.callerPhone)).toHaveLength(1)
  })

  it('lets nobody stay busy beyond limit, ring time and 90 s, with every callback lost and nobody there to ask', async () => {
    exotel.control.faultCallbacks({ action: 'drop' })
    const two = await pair(app, { coins: 2 })
    const { id } = await callOf(two)
    await here.advance(3)
    exotel.control.faultApi({ action: 'fail', status: 503, times: 100_000 })
    await here.advance(120 + 30 + 90 - 3, 3)
    expect(await presenceOf(app, two)).not.toContain('busy')
    expect(await purses(two)).toEqual({ left: 0, held: 2, earned: 0 })
    exotel.control.clearFaults()
    await here.advance(3_700, 60)
    expect(await look(id)).toMatchObject({ settled: true, chargedCoins: 2 })
  })

  it('settles a call of which every callback is lost', async () => {
    exotel.control.faultCallbacks({ action: 'drop' })
    const two = await pair(app, { calleeDoes: '1061' })
    const { id } = await callOf(two)
    expect(await until(here, app, id, settled)).toMatchObject({ status: 'completed', durationSeconds: 61, chargedCoins: 2 })
  })
})

describe('by a flow that asks us', () => {
  place('flow')

  it('is refused at the answer when it was ended before, and cannot be ended after', async () => {
    const two = await pair(app)
    exotel.control.answerAfter(null)
    const { id } = await callOf(two)
    await here.advance(1)
    expect(await look(id)).toMatchObject({ canEnd: true })
    await two.caller.client.calls.end({ callId: id })
    const sid = callTo(two.callerPhone)?.sid ?? ''
    expect(exotel.control.answer(sid, 'caller')).toBe(true)
    exotel.control.answerAfter(1_000)
    await here.advance(3)
    expect(await until(here, app, id, settled)).toMatchObject({
      status: 'canceled',
      endReason: 'canceled',
      durationSeconds: 0,
      chargedCoins: 0,
    })
    expect(await purses(two)).toEqual({ left: 10, held: 0, earned: 0 })

    const other = await pair(app, { calleeDoes: '1030' })
    const { id: second } = await callOf(other)
    const running = await until(here, app, second, inProgress)
    expect(running).toMatchObject({ canEnd: false, estimated: true })
    await expect(other.callee.client.calls.end({ callId: second })).rejects.toEqual(handsOff)
    expect(await until(here, app, second, settled)).toMatchObject({ status: 'completed', durationSeconds: 30, chargedCoins: 1 })
  })

  it('ends by the flow’s own limit when the coins do, and charges no more than was held', async () => {
    exotel.control.change({ overrunMs: 5_000 })
    const two = await pair(app, { coins: 1 })
    const { id } = await callOf(two)
    const call = await until(here, app, id, settled)
    exotel.control.change({ overrunMs: 0 })
    expect(call).toMatchObject({ status: 'completed', endReason: 'balance_exhausted', chargedCoins: 1 })
    expect(await purses(two)).toMatchObject({ left: 0, held: 0 })
  })

  it('answers nobody who does not know the secret of the address', async () => {
    const two = await pair(app)
    await callOf(two)
    await here.advance(1)
    const query = new URLSearchParams({ CallSid: callTo(two.callerPhone)?.sid ?? '', CallTo: '08047110000', CallFrom: two.callerPhone })
    for (const path of ['incoming', `incoming/${'x'.repeat(43)}`])
      expect((await fetch(`${here.url}/providers/exotel/test/${path}?${query.toString()}`)).status).toBe(404)
  })
})

describe('leg by leg', () => {
  place('legs')
  const legsTo = (number: string) => exotel.control.legs({ all: true }).filter(({ contactUri }) => contactUri === number)
  const ofLegs = { method: 'POST', path: '/legs' } as const

  it('is ended by either of the two, by the server, and before the answer', async () => {
    const [one, other, third] = [await pair(app), await pair(app), await pair(app)]
    for (const [two, end, reason] of [
      [one, (callId: string) => one.caller.client.calls.end({ callId }), 'caller_hangup'],
      [other, (callId: string) => other.callee.client.calls.end({ callId }), 'callee_hangup'],
      [third, (callId: string) => app.server.calls.end({ callId }), 'platform'],
    ] as const) {
      const { id } = await callOf(two)
      await until(here, app, id, inProgress)
      await here.advance(10)
      await end(id)
      expect(await until(here, app, id, settled, 10)).toMatchObject({
        status: 'completed',
        endReason: reason,
        durationSeconds: 10,
        chargedCoins: 1,
      })
    }
    exotel.control.answerAfter(null)
    const early = await pair(app)
    const { id } = await callOf(early)
    await here.advance(2)
    await early.caller.client.calls.end({ callId: id })
    expect(await until(here, app, id, settled, 40)).toMatchObject({ status: 'canceled', chargedCoins: 0 })
    expect(legsTo(early.calleePhone)).toEqual([])
  })

  it('is cut at the money’s end within 2 s', async () => {
    const two = await pair(app, { coins: 1 })
    const { id } = await callOf(two)
    await until(here, app, id, inProgress)
    await here.advance(62)
    expect(legsTo(two.calleePhone)).toMatchObject([{ state: 'completed' }])
    expect(await until(here, app, id, settled, 10)).toMatchObject({ endReason: 'balance_exhausted', durationSeconds: 60, chargedCoins: 1 })
  })

  it('takes the other leg down when one of the two hangs up, and when the caller gives up while it rings', async () => {
    for (const who of ['caller', 'callee'] as const) {
      const two = await pair(app)
      const { id } = await callOf(two)
      await until(here, app, id, inProgress)
      await here.advance(5)
      const [leg] = legsTo(who === 'caller' ? two.callerPhone : two.calleePhone)
      expect(exotel.control.hangUp(leg?.sid ?? '')).toBe(true)
      await here.advance(2)
      expect([...legsTo(two.callerPhone), ...legsTo(two.calleePhone)].map(({ state }) => state)).toEqual(['completed', 'completed'])
      expect(await until(here, app, id, settled, 20)).toMatchObject({ status: 'completed', chargedCoins: 1 })
    }
    const two = await pair(app, { calleeDoes: '0002' })
    const { id } = await callOf(two)
    await here.advance(4)
    expect(exotel.control.hangUp(legsTo(two.callerPhone)[0]?.sid ?? '')).toBe(true)
    await here.advance(3)
    expect(legsTo(two.calleePhone).map(({ state }) => state)).not.toContain('ringing')
    expect(await until(here, app, id, settled, 20)).toMatchObject({ durationSeconds: 0, chargedCoins: 0 })
  })

  it('rings the callee once when the answer to that is lost', async () => {
    const two = await pair(app, { calleeDoes: '1030' })
    const { id } = await callOf(two)
    await here.quiet()
    exotel.control.faultApi({ action: 'lose-answer', ...ofLegs })
    expect(await until(here, app, id, settled)).toMatchObject({ status: 'completed', durationSeconds: 30, chargedCoins: 1 })
    expect(legsTo(two.calleePhone)).toHaveLength(1)
  })

  it('fails without a charge when the callee cannot be rung, or not be joined', async () => {
    for (const fault of [ofLegs, { method: 'POST', path: '/bridges' } as const]) {
      const two = await pair(app)
      const { id } = await callOf(two)
      await here.quiet()
      exotel.control.faultApi({ action: 'fail', ...fault, status: 403, times: 1 })
      expect(await until(here, app, id, settled, 60)).toMatchObject({
        status: 'failed',
        endReason: 'provider_error',
        durationSeconds: 0,
        chargedCoins: 0,
      })
      expect(await purses(two)).toEqual({ left: 10, held: 0, earned: 0 })
      expect(await presenceOf(app, two)).not.toContain('busy')
    }
  })

  it('goes on with every event of the legs lost, at the looks that the platform takes by itself', async () => {
    exotel.control.faultCallbacks({ action: 'drop' })
    const two = await pair(app, { calleeDoes: '1061' })
    const { id } = await callOf(two)
    expect(await until(here, app, id, settled)).toMatchObject({ status: 'completed', durationSeconds: 61, chargedCoins: 2 })
    expect([legsTo(two.callerPhone).length, legsTo(two.calleePhone).length]).toEqual([1, 1])
  })
})
