import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { steadyClock, type SteadyClock } from '../../src/base/clock.ts'
import { platformClock, type TestClock } from '../held-time.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { browserPair, connected, talk } from './browser-scene.ts'
import { callOf, inProgress, pair, purses, settled, until } from './scene.ts'

/** Clocks that are set while people talk: this machine's, and that of PostgreSQL. */

const hour = 3_600_000
const clocks = [
  ['this machine’s clock', 'wall'],
  ['PostgreSQL’s clock', 'shared'],
] as const
/** An hour back, then two days ahead, then right again. */
const jumps = [-hour, 48 * hour, 0] as const

/** How far each clock is from the true time. */
const off = { wall: 0, shared: 0 }
let clock: SteadyClock

/** The platform's real clock over the test's time: what wakes it is the test's, what it reads are clocks that can be wrong. */
async function settable(held: TestClock) {
  const sources = { shared: async () => held.now() + off.shared, wall: () => held.now() + off.wall, monotonic: () => held.now() }
  clock = await steadyClock(sources, { warn: () => undefined })
  return { now: clock.now, sleep: platformClock(held).sleep }
}

describe.each(['twilio', 'connect', 'legs'] as const)('a call by %s', (way) => {
  let here: TestPlatform
  let app: TestApp
  beforeAll(async () => {
    here = await startPlatform({ ...(way === 'twilio' ? {} : { exotel: way }), clock: settable })
    app = await here.app()
  })
  beforeEach(() => void Object.assign(off, { wall: 0, shared: 0 }))
  afterAll(async () => {
    expect(await here.trialBalance()).toBe(0)
    await here.stop()
  })

  it.each(clocks)('costs the same when somebody sets %s an hour back and two days ahead', async (_, which) => {
    const two = await pair(app, { calleeDoes: '1061' })
    const { id } = await callOf(two)
    await until(here, app, id, inProgress)
    const { answeredAt } = await app.server.calls.get({ callId: id })
    for (const ms of jumps) {
      await here.advance(12)
      off[which] = ms
      await clock.check()
      await here.advance(3)
      await clock.check()
      expect(await app.server.calls.get({ callId: id })).toMatchObject({ status: 'in_progress', answeredAt })
    }
    const call = await until(here, app, id, settled)
    expect(call).toMatchObject({ status: 'completed', durationSeconds: 61, chargedCoins: 2, earnedCoins: 1 })
    expect(await purses(two)).toEqual({ left: 8, held: 0, earned: 1 })
    await here.advance(30)
    expect(await app.server.calls.get({ callId: id })).toEqual(call)
  })
})

describe('a call between two browsers', () => {
  let here: TestPlatform
  let app: TestApp
  beforeAll(async () => {
    here = await startPlatform({ clock: settable })
    app = await here.app()
  })
  beforeEach(() => void Object.assign(off, { wall: 0, shared: 0 }))
  afterAll(async () => {
    expect(await here.trialBalance()).toBe(0)
    await here.stop()
  })

  it.each(clocks)('costs the same when somebody sets %s an hour back and two days ahead', async (_, which) => {
    const two = await browserPair(here, app)
    const { id } = await connected(here, two)
    for (const ms of jumps) {
      await talk(here, two, id, 20)
      off[which] = ms
      await clock.check()
    }
    const ended = await two.callee.client.calls.end({ callId: id })
    expect(ended).toMatchObject({ status: 'completed', durationSeconds: 61, chargedCoins: 2, earnedCoins: 1, settled: true })
    expect(await app.server.wallets.get({ userId: two.caller.userId })).toMatchObject({ balance: 8, buckets: { held: 0 } })
  })
})
