import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { InboundCall } from '../port.ts'
import { createExotel } from './adapter.ts'
import { flowId, setScene, virtualNumber, type Scene } from './sandbox-scene.fixture.ts'

/** The adapter and a server that was written from Exotel's documentation without a look at it: what they agree on is the wire. */

let scene: Scene
afterEach(() => scene.close())

describe('two numbers, connected', () => {
  beforeEach(async () => {
    scene = await setScene('connect')
  })

  it('are rung one after the other, and both told when the figures are there', async () => {
    const { exotel, pass, wish } = scene
    const { legId } = await exotel.dial(wish({ calleePhone: '+919811111042' }))
    expect(await exotel.fetchCall(legId, null)).toMatchObject({ caller: { status: 'queued' }, callee: null, unreadable: false })
    await pass(50)
    const early = await exotel.fetchCall(legId, null)
    expect(early).toMatchObject({
      caller: { status: 'completed' },
      callee: { durationSeconds: null },
      unreadable: false,
      figuresPending: true,
    })
    await pass(60)
    const told = await exotel.fetchCall(legId, null)
    expect(told).toMatchObject({
      caller: { id: legId, status: 'completed', durationSeconds: 43 },
      callee: { status: 'completed', durationSeconds: 42 },
      unreadable: false,
    })
    expect(told?.figuresPending).toBeUndefined()
    expect(told?.callee?.endedAt?.getTime()).toBe(scene.clock.now() - 66_000)
    expect(scene.story()).toEqual(['caller in_progress', 'callee in_progress', 'caller completed'])
    expect(new Set(scene.delivered.map(({ deliveryId }) => deliveryId)).size).toBe(3)
    expect(scene.refused).toEqual([])
  })

  it.each([
    ['0001', 'busy'],
    ['0002', 'no_answer'],
    ['0003', 'failed'],
  ])('have nothing to pay when the callee’s ends in %s', async (digits, status) => {
    const { legId } = await scene.exotel.dial(scene.wish({ calleePhone: `+91981111${digits}` }))
    await scene.pass(60)
    const told = await scene.exotel.fetchCall(legId, null)
    expect(told).toMatchObject({ callee: { status, durationSeconds: 0 }, unreadable: false })
    expect(told?.figuresPending).toBeUndefined()
  })

  it('have no callee when the caller does not pick up', async () => {
    const { legId } = await scene.exotel.dial(scene.wish({ callerPhone: '+919800000002' }))
    await scene.pass(60)
    expect(await scene.exotel.fetchCall(legId, null)).toMatchObject({ caller: { status: 'no_answer' }, callee: null, unreadable: false })
  })

  it('are cut off at the limit, and by nobody before', async () => {
    const { legId } = await scene.exotel.dial(scene.wish())
    await scene.pass(30)
    await expect(scene.exotel.hangUp(legId, null)).rejects.toMatchObject({ failure: 'refused' })
    await scene.pass(400)
    expect(await scene.exotel.fetchCall(legId, null)).toMatchObject({ callee: { status: 'completed', durationSeconds: 329 } })
    await scene.exotel.hangUp(legId, null)
  })

  it('are found when the answer was lost, once they are over at the latest', async () => {
    const { exotel, sandbox, wish, pass } = scene
    await exotel.dial(wish({ calleePhone: '+919811111005' }))
    await pass(100)
    const since = new Date(scene.clock.now())
    sandbox.control.faultApi({ action: 'lose-answer', method: 'POST' })
    await expect(exotel.dial(wish({ calleePhone: '+919811111005' }))).rejects.toMatchObject({ failure: 'unknown' })
    expect(await exotel.findDialed(wish({ calleePhone: '+919811111005' }), since)).toEqual([])
    await pass(20)
    const [sid] = sandbox.control
      .calls({ all: true })
      .map((call) => call.sid)
      .slice(-1)
    expect(await exotel.findDialed(wish({ calleePhone: '+919811111005' }), since)).toMatchObject([{ id: sid, status: 'completed' }])
    expect(await exotel.findDialed(wish({ calleePhone: '+919811111006' }), since)).toEqual([])
    // Its callbacks have named it long before.
    expect(scene.delivered.map(({ report }) => report.otherLegId ?? report.legId)).toContain(sid)
  })

  it('tell a wrong number from one that is not ours to show, and from wrong credentials', async () => {
    const { exotel, sandbox, wish } = scene
    await expect(exotel.dial(wish({ calleePhone: '+919811110004' }))).rejects.toMatchObject({ failure: 'invalid_number' })
    await expect(exotel.dial(wish({ callerPhone: '+919811110004' }))).rejects.toMatchObject({ failure: 'invalid_number' })
    await expect(exotel.dial(wish({ from: '+912269800099' }))).rejects.toMatchObject({ failure: 'refused' })
    const nobody = createExotel({ baseUrl: sandbox.url, accountSid: sandbox.accountSid, apiKey: 'x', apiToken: 'y', pattern: 'connect' })
    await expect(nobody.dial(wish())).rejects.toMatchObject({ failure: 'refused' })
    sandbox.control.change({ requestsPerMinute: 0 })
    await expect(exotel.dial(wish())).rejects.toMatchObject({ failure: 'not_sent' })
    expect(sandbox.control.calls({ all: true })).toEqual([])
  })

  it.each([-1, 1e9, 'abc', 12.5])('are not paid for by a conversation of %j seconds', async (conversationDuration) => {
    const { legId } = await scene.exotel.dial(scene.wish({ calleePhone: '+919811111005' }))
    scene.sandbox.control.misreport(legId, { conversationDuration })
    await scene.pass(100)
    expect(await scene.exotel.fetchCall(legId, null)).toMatchObject({ unreadable: true, callee: { durationSeconds: null } })
  })

  it('are parked by a status that nobody has documented', async () => {
    const { legId } = await scene.exotel.dial(scene.wish({ calleePhone: '+919811111005' }))
    scene.sandbox.control.misreport(legId, { status: 'teleported' })
    await scene.pass(100)
    expect(await scene.exotel.fetchCall(legId, null)).toMatchObject({ caller: { status: 'unknown' }, unreadable: true })
    expect(scene.story()).toContain('caller unknown')
  })
})

describe('a flow', () => {
  const calleePhone = '+919811110000'
  beforeEach(async () => {
    scene = await setScene('flow')
    scene.answer = ({ reference }) =>
      scene.exotel.bridge({
        calleePhone,
        from: virtualNumber,
        ringSeconds: 20,
        limitSeconds: 60,
        statusUrl: scene.wish().urls.calleeStatus,
        afterUrl: reference ?? '',
      })
  })

  it('asks whom to ring when the caller has answered, tells each step, and limits the conversation', async () => {
    const { exotel, pass, wish, incoming, sandbox } = scene
    const { legId } = await exotel.dial(wish())
    expect(incoming).toEqual([])
    await pass(1)
    expect(incoming).toEqual([{ legId, from: '+919800000000', to: virtualNumber, reference: wish().reference }])
    await pass(200)
    expect(incoming).toHaveLength(1)
    expect(await exotel.fetchCall(legId, null)).toMatchObject({ callee: { status: 'completed', durationSeconds: 60 }, unreadable: false })
    // Steps and end are told independently of each other.
    expect(scene.story().filter((step) => step.startsWith('callee'))).toEqual(['callee ringing', 'callee in_progress', 'callee completed'])
    expect(scene.story()).toContain('caller completed')
    expect(new Set(scene.delivered.map(({ deliveryId }) => deliveryId)).size).toBe(4)
    expect(scene.delivered.every(({ report }) => [report.legId, report.otherLegId].includes(legId))).toBe(true)
    expect(sandbox.control.notifications()).toEqual([])
  })

  it('rings nobody when we refuse, and says why', async () => {
    scene.answer = () => scene.exotel.hangUpInstructions({ text: 'Your coins are used up.', language: 'en' })
    const { legId } = await scene.exotel.dial(scene.wish())
    await scene.pass(90)
    expect(await scene.exotel.fetchCall(legId, null)).toMatchObject({ caller: { status: 'completed' }, callee: null, unreadable: false })
    expect(scene.sandbox.control.calls({ all: true })[0]?.heard).toEqual(['Your coins are used up.'])
  })

  it('asks about callers of a virtual number at the same place', async () => {
    const { exotel, incoming, sandbox, pass } = scene
    sandbox.control.reset()
    sandbox.control.ownNumber(virtualNumber, `https://my.exotel.com/exoml/start/${flowId}`)
    sandbox.control.defineFlow({ appId: flowId, connectUrl: `${new URL(scene.wish().urls.answer).origin}/incoming` })
    const legId = sandbox.control.dialIn('+919800000077', virtualNumber)
    await pass(200)
    expect(incoming).toEqual<InboundCall[]>([{ legId, from: '+919800000077', to: virtualNumber, reference: null }])
    expect(await exotel.fetchCall(legId, null)).toMatchObject({ callee: { status: 'completed', durationSeconds: 60 }, unreadable: false })
  })

  it.each([
    ['0001', 'busy'],
    ['0002', 'no_answer'],
    ['0003', 'failed'],
  ])('shows a callee whose number ends in %s as %s, with nothing to pay', async (digits, status) => {
    scene.answer = () =>
      scene.exotel.bridge({
        calleePhone: `+91981111${digits}`,
        from: virtualNumber,
        ringSeconds: 20,
        limitSeconds: 60,
        statusUrl: scene.wish().urls.calleeStatus,
        afterUrl: '',
      })
    const { legId } = await scene.exotel.dial(scene.wish())
    await scene.pass(120)
    expect(await scene.exotel.fetchCall(legId, null)).toMatchObject({ callee: { status, durationSeconds: 0 }, unreadable: false })
    expect(scene.story()).toContain(`callee ${status}`)
  })

  it('is found when the answer to its beginning was lost', async () => {
    const { exotel, sandbox, wish, pass } = scene
    sandbox.control.change({ listsOngoingCalls: true })
    sandbox.control.faultApi({ action: 'lose-answer', method: 'POST' })
    const since = new Date(scene.clock.now())
    await expect(exotel.dial(wish())).rejects.toMatchObject({ failure: 'unknown' })
    await pass(5)
    expect(await exotel.findDialed(wish(), since)).toMatchObject([{ status: 'in_progress' }])
    expect(scene.incoming).toMatchObject([{ reference: wish().reference }])
  })
})

describe('numbers of the account', () => {
  beforeEach(async () => {
    scene = await setScene('flow')
  })

  it('are known, bought, set up and given back', async () => {
    const { numbers } = scene.exotel
    expect(await numbers.owns(virtualNumber)).toBe(true)
    const [one, other] = await numbers.search({ country: 'IN', limit: 2 })
    if (one === undefined || other === undefined) throw new Error('the sandbox offers too few numbers')
    await numbers.buy(one.phoneNumber)
    expect([await numbers.owns(one.phoneNumber), await numbers.owns(other.phoneNumber)]).toEqual([true, false])
    await numbers.receiveCalls(one.phoneNumber, 'https://connect.example/ours')
    await numbers.receiveCalls(virtualNumber, 'https://connect.example/ours')
    await numbers.release(one.phoneNumber)
    await numbers.release(one.phoneNumber)
    expect(await numbers.owns(one.phoneNumber)).toBe(false)
    await expect(numbers.buy(virtualNumber)).rejects.toMatchObject({ failure: 'refused' })
  })

  it('are on offer by type, and bought once though the answer is lost', async () => {
    const { numbers } = scene.exotel
    const [tollFree] = await numbers.search({ country: 'IN', type: 'toll_free', limit: 1 })
    expect(tollFree).toMatchObject({ country: 'IN', type: 'toll_free' })
    expect(await numbers.search({ country: 'ZZ', limit: 1 })).toEqual([])
    scene.sandbox.control.faultApi({ action: 'lose-answer', method: 'POST' })
    await numbers.buy(tollFree?.phoneNumber ?? '')
    expect(await numbers.owns(tollFree?.phoneNumber ?? '')).toBe(true)
  })
})
