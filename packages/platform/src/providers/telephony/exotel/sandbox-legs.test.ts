import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setScene, virtualNumber, type Scene } from './sandbox-scene.fixture.ts'

/** The same for the Legs API: what the platform does between the steps is done by hand here. */

let scene: Scene
beforeEach(async () => {
  scene = await setScene('legs')
})
afterEach(() => scene.close())

/** Both phones rung and answered, and joined. */
async function talk(calleePhone = '+919811110000'): Promise<{ readonly caller: string; readonly callee: string }> {
  const { exotel, pass } = scene
  const wish = scene.wish({ calleePhone })
  const { legId: caller } = await exotel.dial(wish)
  await pass(1)
  const { legId: callee } = (await exotel.dialCallee?.(wish, caller)) ?? { legId: '' }
  await pass(1)
  await exotel.join?.(wish, caller, callee)
  return { caller, callee }
}

describe('two legs', () => {
  it('are rung, joined and hung up by us, and tell each step at an address of their own', async () => {
    const { exotel, pass } = scene
    const { caller, callee } = await talk()
    await pass(42)
    expect(await exotel.fetchCall(caller, callee)).toMatchObject({
      caller: { status: 'in_progress' },
      callee: { status: 'in_progress' },
      unreadable: false,
    })
    await exotel.hangUp(caller, callee)
    await exotel.hangUp(caller, callee)
    await pass(1)
    const told = await exotel.fetchCall(caller, callee)
    expect(told).toMatchObject({
      caller: { id: caller, status: 'completed', durationSeconds: 43 },
      callee: { id: callee, status: 'completed', durationSeconds: 42 },
      unreadable: false,
    })
    expect(scene.refused).toEqual([])
    expect(scene.delivered.every(({ report }) => report.legId === (report.leg === 'caller' ? caller : callee))).toBe(true)
    expect(scene.story()).toEqual(
      expect.arrayContaining([
        'caller queued',
        'caller ringing',
        'caller in_progress',
        'callee ringing',
        'callee in_progress',
        'caller completed',
        'callee completed',
      ]),
    )
    expect(new Set(scene.delivered.map(({ deliveryId }) => deliveryId)).size).toBe(scene.delivered.length)
  })

  it('share nothing after one has hung up, and the ends tell who it was', async () => {
    const { exotel, pass, sandbox } = scene
    const { caller, callee } = await talk()
    await pass(30)
    sandbox.control.hangUp(caller)
    await pass(8)
    await exotel.hangUp(caller, callee)
    const told = await exotel.fetchCall(caller, callee)
    expect(told).toMatchObject({ callee: { durationSeconds: 30 }, unreadable: false })
    // The callee heard silence for a while longer, which is no part of the talk.
    expect(told?.callee?.endedAt).toEqual(told?.caller.endedAt)
  })

  it('are ended by the limits that they were given, should nobody be there', async () => {
    const { caller, callee } = await talk()
    await scene.pass(400)
    expect(await scene.exotel.fetchCall(caller, callee)).toMatchObject({
      callee: { status: 'completed', durationSeconds: 302 },
      unreadable: false,
    })
  })

  it('may be joined twice', async () => {
    const { caller, callee } = await talk()
    await scene.exotel.join?.(scene.wish(), caller, callee)
    await scene.exotel.hangUp(callee, null)
    await scene.pass(1)
    await expect(scene.exotel.join?.(scene.wish(), caller, callee)).rejects.toMatchObject({ failure: 'refused' })
  })

  it.each([
    ['0001', 'busy'],
    ['0002', 'no_answer'],
    ['0003', 'failed'],
  ])('show a callee whose number ends in %s as %s, with nothing to pay', async (digits, status) => {
    const { exotel, pass } = scene
    const wish = scene.wish({ calleePhone: `+91981111${digits}` })
    const { legId: caller } = await exotel.dial(wish)
    await pass(1)
    const { legId: callee } = (await exotel.dialCallee?.(wish, caller)) ?? { legId: '' }
    await pass(40)
    expect(await exotel.fetchCall(caller, callee)).toMatchObject({ callee: { status, durationSeconds: 0 }, unreadable: false })
    expect(scene.story()).toContain(`callee ${status}`)
  })

  it('are refused where the account may not, and for a wrong number', async () => {
    const { exotel, sandbox, wish } = scene
    await expect(exotel.dial(wish({ callerPhone: '+919811110004' }))).rejects.toMatchObject({ failure: 'invalid_number' })
    sandbox.control.change({ legsEnabled: false })
    await expect(exotel.dial(wish())).rejects.toMatchObject({ failure: 'refused' })
  })

  it('do not keep calls to a virtual number from being looked up', async () => {
    const { exotel, sandbox, pass } = scene
    sandbox.control.reset()
    sandbox.control.ownNumber(virtualNumber, 'https://my.exotel.com/exoml/start/926')
    const legId = sandbox.control.dialIn('+919800000077', virtualNumber)
    await pass(100)
    expect(await exotel.fetchCall(legId, null)).toMatchObject({ caller: { id: legId }, callee: null })
  })
})
