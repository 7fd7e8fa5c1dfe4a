import { describe, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { callOf, pair, presenceOf, purses, settled, until, type Pair } from './scene.ts'

/** Answers of a provider that are lost, late or never sent. What never comes is given up in real time: these run side by side. */

const actions = ['lose-answer', 'stall', 'hang'] as const

/** How often a phone was rung; a call of Exotel's older API rings its caller first. */
function rung({ twilio, exotel }: TestPlatform, number: string): number {
  const legs = exotel?.control.legs({ all: true }) ?? []
  const calls = exotel?.control.calls({ all: true }) ?? []
  const numbers = [
    ...twilio.control.calls({ all: true }).map(({ to }) => to),
    ...legs.map(({ contactUri }) => contactUri),
    ...calls.map(({ from }) => from),
  ]
  return numbers.filter((one) => one === number).length
}

/** Three calls at once, of which one request each meets one of the three faults. */
async function callThree(app: TestApp): Promise<{ two: Pair; id: string }[]> {
  const pairs: Pair[] = []
  while (pairs.length < actions.length) pairs.push(await pair(app, { calleeDoes: '1061' }))
  return Promise.all(pairs.map(async (two) => ({ two, id: (await callOf(two)).id })))
}

/** Each phone was rung once at most; who talked has paid for it, and nobody else. Tells how many talked. */
async function expectOnce(here: TestPlatform, app: TestApp, placed: readonly { two: Pair; id: string }[]): Promise<number> {
  let talked = 0
  for (const { two, id } of placed) {
    const call = await until(here, app, id, settled)
    const rang = rung(here, two.callerPhone)
    expect(rang).toBeLessThanOrEqual(1)
    expect(rung(here, two.calleePhone)).toBeLessThanOrEqual(1)
    if (call.durationSeconds > 0) talked++
    expect(call).toMatchObject(
      call.durationSeconds > 0
        ? { status: 'completed', durationSeconds: 61, chargedCoins: 2 }
        : { status: 'failed', endReason: 'provider_error', chargedCoins: 0 },
    )
    expect(await purses(two)).toMatchObject({ held: 0, left: 10 - call.chargedCoins })
    expect(await presenceOf(app, two)).not.toContain('busy')
  }
  expect(await here.trialBalance()).toBe(0)
  return talked
}

describe('no phone is rung twice', () => {
  it.concurrent.each([
    ['twilio', 'Calls.json'],
    ['connect', 'connect'],
    ['flow', 'connect'],
    ['legs', '/legs'],
  ] as const)('when the answer to the first request of a call is lost, or never comes: %s', async (way, path) => {
    const here = await startPlatform(way === 'twilio' ? {} : { exotel: way })
    const app = await here.app()
    for (const action of actions) (here.exotel ?? here.twilio).control.faultApi({ action, method: 'POST', path })
    const placed = await callThree(app)
    expect(await expectOnce(here, app, placed)).toBe(2)
    expect(placed.map(({ two }) => rung(here, two.callerPhone)).toSorted()).toEqual([0, 1, 1])
    await here.stop()
  })

  it.concurrent('when the answer to the ringing of the callee is lost, or never comes', async () => {
    const here = await startPlatform({ exotel: 'legs' })
    const app = await here.app()
    const placed = await callThree(app)
    await here.quiet()
    expect(placed.map(({ two }) => rung(here, two.callerPhone))).toEqual([1, 1, 1])
    for (const action of actions) here.exotel?.control.faultApi({ action, method: 'POST', path: '/legs' })
    expect(await expectOnce(here, app, placed)).toBe(2)
    expect(placed.map(({ two }) => rung(here, two.calleePhone)).toSorted()).toEqual([0, 1, 1])
    await here.stop()
  })

  it.concurrent.each([
    ['every answer to that is lost', 1_000, '1005', 5],
    ['they are gone before it is asked once more', 5, '1003', 3],
  ] as const)('and two who were joined pay for their talk when %s', async (_, times, calleeDoes, seconds) => {
    const here = await startPlatform({ exotel: 'legs' })
    const app = await here.app()
    here.exotel?.control.faultApi({ action: 'lose-answer', method: 'POST', path: '/bridges', times })
    for (const event of ['leg_terminated', 'leg_left_bridge', 'bridge_terminal'])
      here.exotel?.control.faultCallbacks({ action: 'drop', match: { event } })
    const two = await pair(app, { calleeDoes })
    const { id } = await callOf(two)
    expect(await until(here, app, id, settled)).toMatchObject({ status: 'completed', durationSeconds: seconds, chargedCoins: 1 })
    expect(await here.trialBalance()).toBe(0)
    await here.stop()
  })
})
