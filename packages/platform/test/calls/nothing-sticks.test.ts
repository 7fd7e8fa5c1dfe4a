import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parkedTable } from '../../src/features/calls/index.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { callOf, inProgress, pair, presenceOf, purses, settled, until, type Pair } from './scene.ts'

/** Whatever is lost, nobody stays busy, nothing rings twice, and what is paid is what the provider knows. */

describe.each(['twilio', 'connect', 'flow', 'legs'] as const)('by %s', (way) => {
  let here: TestPlatform
  let app: TestApp
  beforeAll(async () => {
    here = await startPlatform(way === 'twilio' ? {} : { exotel: way })
    app = await here.app()
  })
  beforeEach(() => {
    control().clearFaults()
    control().misreport('*')
    control().overrunBy(0)
  })
  afterAll(async () => {
    expect(await here.trialBalance()).toBe(0)
    await here.stop()
  })

  const control = () => (here.exotel ?? here.twilio).control
  const look = (callId: string) => app.server.calls.get({ callId })
  /** How often a phone was rung. */
  const rung = (number: string): number =>
    [
      ...here.twilio.control.calls({ all: true }).map(({ to }) => to),
      ...(here.exotel?.control.legs({ all: true }) ?? []).map(({ contactUri }) => contactUri),
      // A call of the older API rings its caller first.
      ...(here.exotel?.control.calls({ all: true }) ?? []).map(({ from }) => from),
    ].filter((one) => one === number).length

  it('settles every kind of call to the provider’s truth with every callback lost, and nobody is busy beyond limit, ringing and 90 s', async () => {
    control().faultCallbacks({ action: 'drop' })
    const plans = [
      [{ calleeDoes: '1061' }, { status: 'completed', durationSeconds: 61, chargedCoins: 2 }],
      [{ coins: 1 }, { status: 'completed', endReason: 'balance_exhausted', chargedCoins: 1 }],
      [{ calleeDoes: '0001' }, { status: 'busy', chargedCoins: 0 }],
      [{ calleeDoes: '0002' }, { status: 'no_answer', chargedCoins: 0 }],
      [{ callerDoes: '0002' }, { status: 'no_answer', chargedCoins: 0 }],
    ] as const
    const placed = await Promise.all(
      plans.map(async ([wish, outcome]) => {
        const two = await pair(app, { coins: 2, ...wish })
        const { id, limitSeconds } = await callOf(two)
        return { two, id, limitSeconds, outcome }
      }),
    )
    const startedAt = here.held.now()
    const free = new Map<string, number>()
    for (let second = 0; second < 240; second += 5) {
      await here.advance(5)
      for (const { two, id } of placed)
        if (!free.has(id) && !(await presenceOf(app, two)).includes('busy')) free.set(id, (here.held.now() - startedAt) / 1_000)
    }
    for (const { two, id, limitSeconds, outcome } of placed) {
      expect(free.get(id)).toBeLessThanOrEqual(limitSeconds + 30 + 90)
      expect(await until(here, app, id, settled)).toMatchObject(outcome)
      expect(await purses(two)).toMatchObject({ held: 0, left: (outcome.chargedCoins === 1 ? 1 : 2) - outcome.chargedCoins })
      expect([rung(two.callerPhone), rung(two.calleePhone)].every((times) => times <= 1)).toBe(true)
    }
  })

  it('parks a call of a provider that answers nothing any more, with the hold safe, and settles it when it does', async () => {
    const two = await pair(app, { coins: 2, calleeDoes: '1061' })
    const { id, limitSeconds } = await callOf(two)
    await until(here, app, id, inProgress)
    control().faultCallbacks({ action: 'drop' })
    control().faultApi({ action: 'fail', status: 503, times: 1e6 })
    await here.advance(limitSeconds + 30 + 90, 5)
    expect(await presenceOf(app, two)).not.toContain('busy')
    expect(await parkedTable(here.platform.db)).toMatch(new RegExp(`${id} .* unreachable`))
    expect(await purses(two)).toEqual({ left: 0, held: 2, earned: 0 })
    control().clearFaults()
    await here.advance(3_700, 100)
    expect(await look(id)).toMatchObject({ settled: true, durationSeconds: 61, chargedCoins: 2 })
    expect(await parkedTable(here.platform.db)).toBe('No call is parked.')
  })

  it('parks and shows what nobody can read, and takes it up again when it can be read', async () => {
    const two = await pair(app, { calleeDoes: '1005' })
    control().misreport('*', way === 'legs' ? { duration: 'abc' } : { status: 'evaporated' })
    const { id } = await callOf(two)
    await here.advance(180, 3)
    expect(await look(id)).toMatchObject({ settled: false })
    expect(await parkedTable(here.platform.db)).toMatch(new RegExp(`${id} .* unreadable`))
    expect(await presenceOf(app, two)).not.toContain('busy')
    expect(await purses(two)).toEqual({ left: 0, held: 10, earned: 0 })
    control().misreport('*')
    await here.advance(3_800, 100)
    expect(await look(id)).toMatchObject({ settled: true, durationSeconds: 5, chargedCoins: 1 })
  })

  if (way === 'twilio' || way === 'legs')
    it('cuts a call within 2 s of the end of the coins, though the provider’s own limit fails', async () => {
      control().overrunBy(30)
      const two = await pair(app, { coins: 1 })
      const { id } = await callOf(two)
      await until(here, app, id, inProgress)
      const began = Date.parse((await look(id)).answeredAt ?? '')
      await here.advance(55)
      while (!phonesDown(two)) await here.advance(0.1, 0.1)
      const late = (here.held.now() - began) / 1_000 - 60
      expect(late).toBeLessThanOrEqual(2)
      const call = await until(here, app, id, settled)
      expect(call).toMatchObject({ chargedCoins: 1, endReason: 'balance_exhausted' })
      // By the provider's own account, not by ours.
      expect(call.durationSeconds).toBeGreaterThanOrEqual(60)
      expect(call.durationSeconds).toBeLessThanOrEqual(62)
      expect(await purses(two)).toMatchObject({ left: 0, held: 0 })
    })
  else
    it('never charges what the provider overran: the app bears it', async () => {
      control().overrunBy(30)
      const two = await pair(app, { coins: 1 })
      const { id } = await callOf(two)
      const call = await until(here, app, id, settled)
      expect(call).toMatchObject({ chargedCoins: 1, endReason: 'balance_exhausted', heldCoins: 1 })
      expect(call.durationSeconds).toBeGreaterThan(60)
      expect(await purses(two)).toMatchObject({ left: 0, held: 0 })
      const { data } = await app.server.ledger.listTransactions({ limit: 5 })
      const losses = data.flatMap(({ entries }) => entries).filter(({ account }) => account === 'losses')
      expect(losses.map(({ coins }) => coins)).toEqual([1 - Math.ceil(call.durationSeconds / 60)])
    })

  const phonesDown = ({ callerPhone, calleePhone }: Pair): boolean =>
    !here.twilio.control.calls().some(({ to }) => to === calleePhone) &&
    !(here.exotel?.control.legs() ?? []).some(({ contactUri }) => [callerPhone, calleePhone].includes(contactUri))
})
