import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { callOf, pair, purses, settled, until } from './scene.ts'

/** Calls between two Indian phones, as Exotel carries them. */

describe.each(['connect', 'flow', 'legs'] as const)('by the pattern "%s"', (exotel) => {
  let here: TestPlatform
  let app: TestApp
  beforeAll(async () => {
    here = await startPlatform({ exotel })
    app = await here.app()
  })
  afterAll(() => here.stop())

  it('pays a call by the provider’s seconds, once', async () => {
    const two = await pair(app, { coins: 10, calleeDoes: '1061' })
    const { id } = await callOf(two)
    const call = await until(here, app, id, settled)
    expect(call).toMatchObject({
      provider: 'exotel',
      status: 'completed',
      durationSeconds: 61,
      chargedCoins: 2,
      estimated: false,
      routing: { reason: 'domestic_india', passedOver: [] },
    })
    expect(await purses(two)).toMatchObject({ left: 8, held: 0, earned: 1 })
    expect(here.twilio.control.calls({ all: true })).toEqual([])
    await here.advance(30)
    expect(await purses(two)).toMatchObject({ left: 8, held: 0, earned: 1 })
    expect(await here.trialBalance()).toBe(0)
  })

  it.each([
    ['0001', 'busy'],
    ['0002', 'no_answer'],
    ['0003', 'failed'],
  ])('charges nothing for a callee whose number ends in %s: %s', async (calleeDoes, status) => {
    const two = await pair(app, { calleeDoes })
    const { id } = await callOf(two)
    expect(await until(here, app, id, settled)).toMatchObject({ status, durationSeconds: 0, chargedCoins: 0 })
    expect(await purses(two)).toEqual({ left: 10, held: 0, earned: 0 })
  })

  it('charges nothing for a caller who does not pick up', async () => {
    const two = await pair(app, { callerDoes: '0002' })
    const { id } = await callOf(two)
    expect(await until(here, app, id, settled)).toMatchObject({ status: 'no_answer', chargedCoins: 0 })
  })

  it('ends at what was held, and charges no more', async () => {
    const two = await pair(app, { coins: 1 })
    const { id } = await callOf(two)
    const call = await until(here, app, id, settled)
    expect(call).toMatchObject({ status: 'completed', chargedCoins: 1 })
    expect(await purses(two)).toMatchObject({ left: 0, held: 0 })
  })
})
