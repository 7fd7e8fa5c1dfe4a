import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { taskStore } from '../../src/db/tasks-store.ts'
import { parkedTable, settleParked } from '../../src/features/calls/index.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { callOf, pair, presenceOf, purses, type Pair } from './scene.ts'

/** What a provider says that no call can have lasted. */
const figures = [-1, 1_000_000_000, 'abc', null] as const

describe.each(['twilio', 'connect', 'flow', 'legs'] as const)('told by %s', (way) => {
  let here: TestPlatform
  let app: TestApp
  beforeAll(async () => {
    here = await startPlatform(way === 'twilio' ? {} : { exotel: way })
    app = await here.app()
  })
  afterAll(async () => {
    expect(await here.trialBalance()).toBe(0)
    await here.stop()
  })

  const control = () => (here.exotel ?? here.twilio).control
  /** All that the provider keeps about the two. */
  const sidsOf = ({ callerPhone, calleePhone }: Pair): string[] => {
    const phones = [callerPhone, calleePhone]
    const legs = here.exotel?.control.legs({ all: true }).map(({ sid, contactUri }) => ({ sid, number: contactUri })) ?? []
    const calls = here.exotel?.control.calls({ all: true }).map(({ sid, from }) => ({ sid, number: from })) ?? []
    const others = here.twilio.control.calls({ all: true }).map(({ sid, to }) => ({ sid, number: to }))
    return [...legs, ...calls, ...others].filter(({ number }) => phones.includes(number ?? '')).map(({ sid }) => sid)
  }
  const misreport = (sid: string, figure: (typeof figures)[number]): void => {
    if (way === 'connect' || way === 'flow') here.exotel?.control.misreport(sid, { conversationDuration: figure })
    else control().misreport(sid, { duration: figure })
  }
  const settle = (callId: string, connectedSeconds: number) =>
    settleParked(
      { db: here.platform.db, clock: { now: () => new Date(here.held.now()) }, tasks: taskStore, onMoney: () => Promise.resolve() },
      { callId, connectedSeconds, reason: 'By the provider’s bill' },
    )

  it('no possible length parks a call with the hold safe, until a person settles it, once', async () => {
    const placed = await Promise.all(
      figures.map(async (figure) => {
        const two = await pair(app, { calleeDoes: '1061' })
        return { figure, two, id: (await callOf(two)).id }
      }),
    )
    await here.advance(6)
    for (const { two, figure } of placed) for (const sid of sidsOf(two)) misreport(sid, figure)
    await here.advance(180, 2)
    for (const { two } of placed) expect(await presenceOf(app, two)).not.toContain('busy')
    // Exotel's `null` says that the figure comes later: a day is time enough.
    if (way !== 'twilio') await here.advance(25 * 3_600, 1_800)
    const table = await parkedTable(here.platform.db)
    for (const { figure, two, id } of placed) {
      expect(table).toMatch(new RegExp(`${id} .* ${figure === null && way !== 'twilio' ? 'no_figures' : 'unreadable'}`))
      expect(await app.server.calls.get({ callId: id })).toMatchObject({ status: 'completed', settled: false, chargedCoins: 0 })
      expect(await purses(two)).toEqual({ left: 0, held: 10, earned: 0 })
      await settle(id, 61)
      await expect(settle(id, 600)).rejects.toMatchObject({ code: 'conflict' })
      for (const sid of sidsOf(two)) control().misreport(sid)
    }
    await here.advance(3_700, 100)
    for (const { two, id } of placed) {
      const paid = { status: 'completed', settled: true, durationSeconds: 61, chargedCoins: 2, estimated: false }
      expect(await app.server.calls.get({ callId: id })).toMatchObject(paid)
      expect(await purses(two)).toEqual({ left: 8, held: 0, earned: 1 })
    }
    expect(await parkedTable(here.platform.db)).toBe('No call is parked.')
  })
})
