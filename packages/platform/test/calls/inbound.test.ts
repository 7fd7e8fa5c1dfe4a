import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { inboundScene, says, sidOfNobody, type InboundScene } from './inbound-scene.ts'
import { inProgress, legsTo, pair, phone, presenceOf, purses, settled, until } from './scene.ts'

let here: TestPlatform
let app: TestApp
let at: InboundScene
beforeAll(async () => {
  here = await startPlatform()
  app = await here.app()
  at = inboundScene(here, app)
})
afterAll(() => here.stop())

describe('a call to a virtual number', () => {
  it('reaches its owner, and is metered and settled like any other', async () => {
    const two = await at.scene({ coins: 10 })
    const sid = await at.dial(two.callerPhone, two.own)
    const call = await at.onlyCall(two.caller.userId)
    expect(call).toMatchObject({
      direction: 'inbound',
      callerId: two.caller.userId,
      calleeId: two.callee.userId,
      provider: 'twilio',
      number: two.own,
      heldCoins: 10,
      providerIds: { caller: sid },
    })
    expect(await presenceOf(app, two)).toEqual(['busy', 'busy'])
    await until(here, app, call.id, inProgress)
    await here.advance(61)
    expect(here.twilio.control.hangUp(sid)).toBe(true)
    const over = await until(here, app, call.id, settled)
    expect(over).toMatchObject({ status: 'completed', endReason: 'caller_hangup', chargedCoins: 2, earnedCoins: 1, estimated: false })
    expect(await purses(two)).toEqual({ left: 8, held: 0, earned: 1 })
    expect(await presenceOf(app, two)).toEqual(['offline', 'online'])
    // The callee's phone rang once and showed the virtual number; the caller's leg was dialled by nobody.
    expect(legsTo(here, two.calleePhone).map(({ from }) => from)).toEqual([two.own])
    expect(legsTo(here, two.callerPhone)).toEqual([])
  })

  it('costs nothing when the caller hangs up before the callee answers, or the callee does not answer', async () => {
    const gaveUp = await at.scene({ calleeDoes: '0002' })
    const sid = await at.dial(gaveUp.callerPhone, gaveUp.own)
    await here.advance(5)
    here.twilio.control.hangUp(sid)
    expect(await until(here, app, (await at.onlyCall(gaveUp.caller.userId)).id, settled)).toMatchObject({
      status: 'canceled',
      endReason: 'canceled',
      chargedCoins: 0,
      durationSeconds: 0,
    })
    expect(await purses(gaveUp)).toEqual({ left: 10, held: 0, earned: 0 })

    const rungOut = await at.scene({ calleeDoes: '0002' })
    await at.dial(rungOut.callerPhone, rungOut.own)
    expect(await until(here, app, (await at.onlyCall(rungOut.caller.userId)).id, settled)).toMatchObject({
      status: 'no_answer',
      chargedCoins: 0,
    })
    expect(await presenceOf(app, rungOut)).toEqual(['offline', 'online'])

    const engaged = await at.scene({ calleeDoes: '0001' })
    await at.dial(engaged.callerPhone, engaged.own)
    expect(await until(here, app, (await at.onlyCall(engaged.caller.userId)).id, settled)).toMatchObject({
      status: 'busy',
      chargedCoins: 0,
    })
  })

  it('ends where the coins end', async () => {
    const two = await at.scene({ coins: 1 })
    await at.dial(two.callerPhone, two.own)
    const call = await until(here, app, (await at.onlyCall(two.caller.userId)).id, settled)
    expect(call).toMatchObject({ endReason: 'balance_exhausted', durationSeconds: 60, chargedCoins: 1, earnedCoins: 1 })
    expect(await purses(two)).toEqual({ left: 0, held: 0, earned: 1 })
  })

  it('can be ended by the callee’s app, also while it rings', async () => {
    const two = await at.scene({ calleeDoes: '0002' })
    const sid = await at.dial(two.callerPhone, two.own)
    const { id } = await at.onlyCall(two.caller.userId)
    await two.callee.client.calls.end({ callId: id })
    expect(await until(here, app, id, settled)).toMatchObject({ status: 'declined', chargedCoins: 0 })
    expect(at.legOf(sid)?.status).not.toBe('ringing')
  })

  it('is settled though every callback is lost', async () => {
    const two = await at.scene({ calleeDoes: '1030' })
    here.twilio.control.faultCallbacks({ action: 'drop', match: { kind: 'status' } })
    here.twilio.control.faultCallbacks({ action: 'drop', match: { kind: 'action' } })
    await at.dial(two.callerPhone, two.own)
    const call = await until(here, app, (await at.onlyCall(two.caller.userId)).id, settled)
    here.twilio.control.clearFaults()
    expect(call).toMatchObject({ status: 'completed', durationSeconds: 30, chargedCoins: 1 })
  })

  it('is one call, with one answer, however often the provider asks about it', async () => {
    const two = await at.scene()
    const sid = sidOfNobody()
    const answers = await Promise.all([1, 2, 3].map(() => at.asked(two.own, two.callerPhone, { sid })))
    expect(answers[0]).toMatchObject({ status: 200, text: expect.stringContaining(two.calleePhone) })
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(await at.asked(two.own, two.callerPhone, { sid })).toEqual(answers[0])
    const call = await at.onlyCall(two.caller.userId)
    // Nobody dials a leg that came in, and one that the provider does not know is let go.
    expect(legsTo(here, two.callerPhone)).toEqual([])
    await here.advance(200, 5)
    expect(await presenceOf(app, two)).toEqual(['offline', 'online'])
    expect(await app.server.calls.get({ callId: call.id })).toMatchObject({ chargedCoins: 0 })
    expect((await at.asked(two.own, two.callerPhone, { sid })).text).toContain('<Response><Hangup/></Response>')
  })

  it('reaches whom the number was shown for, while nobody owns it', async () => {
    const shop = await here.app('Masks')
    const two = await pair(shop)
    await shop.server.presence.set({ userId: two.caller.userId, availability: 'always' })
    await shop.server.wallets.credit({ userId: two.callee.userId, coins: 5, reason: 'Start' })
    const out = await two.caller.client.calls.create({ calleeId: two.callee.userId })
    await until(here, shop, out.id, inProgress)
    here.twilio.control.hangUp(legsTo(here, two.calleePhone)[0]?.sid ?? '')
    await until(here, shop, out.id, settled)
    // The callee calls back, and pays.
    await at.dial(two.calleePhone, out.number ?? '')
    const [back] = await at.callsOf(two.callee.userId, shop)
    expect(back).toMatchObject({ direction: 'inbound', callerId: two.callee.userId, calleeId: two.caller.userId, number: out.number })
    await until(here, shop, back?.id ?? '', inProgress)
    await here.advance(10)
    await shop.server.calls.end({ callId: back?.id ?? '' })
    expect(await until(here, shop, back?.id ?? '', settled)).toMatchObject({ chargedCoins: 1, endReason: 'platform' })
    // A stranger to the pair reaches nobody by the same number.
    await shop.user('third', { coins: 5, phone: '+919711110000' })
    expect(await at.asked(out.number ?? '', '+919711110000')).toEqual(says('en', /cannot be connected/))
  })
})

describe('who is meant', () => {
  it('is decided by the number where several users have one phone', async () => {
    const shop = await here.app('Families')
    const two = await at.acquainted(shop)
    // A younger record with the callee's phone, who has never talked over this number.
    const child = await shop.user('child', { coins: 5, phone: two.calleePhone, availability: 'always' })
    await at.dial(two.calleePhone, two.shown)
    const [back] = await at.callsOf(two.callee.userId, shop)
    expect(back).toMatchObject({ direction: 'inbound', calleeId: two.caller.userId })
    expect(await at.callsOf(child.userId, shop)).toEqual([])
    await at.over(shop, back?.id ?? '')
    // Where no number decides, the youngest record is the caller; never the owner while there is another.
    const own = await at.number(shop)
    await shop.server.numbers.assign({ userId: child.userId, phoneNumber: own })
    await at.dial(two.calleePhone, own)
    const [call] = await at.callsOf(two.callee.userId, shop)
    expect(call).toMatchObject({ calleeId: child.userId })
    await at.over(shop, call?.id ?? '')
  })

  it('is the owner once the number has one, and nobody after the other is deleted', async () => {
    const shop = await here.app('Owners')
    const two = await at.acquainted(shop)
    const owner = await shop.user('owner', { phone: phone(), availability: 'always' })
    await at.number(shop)
    await shop.server.numbers.assign({ userId: owner.userId, phoneNumber: two.shown })
    await at.dial(two.calleePhone, two.shown)
    const [call] = await at.callsOf(two.callee.userId, shop)
    expect(call).toMatchObject({ calleeId: owner.userId })
    await at.over(shop, call?.id ?? '')
    // What it stood for before is forgotten with the assignment.
    await shop.server.numbers.unassign({ userId: owner.userId })
    expect(await at.asked(two.shown, two.calleePhone)).toEqual(says('en', /cannot be connected/))

    const gone = await at.acquainted(shop)
    await shop.server.users.delete({ userId: gone.caller.userId })
    expect(await at.asked(gone.shown, gone.calleePhone)).toEqual(says('en', /cannot be connected/))
  })
})

it('leaves the books right', async () => {
  expect(await here.trialBalance()).toBe(0)
})

it('is settled by a platform that was started again in the middle of the call', async () => {
  const two = await at.scene({ calleeDoes: '1090' })
  await at.dial(two.callerPhone, two.own)
  const { id } = await at.onlyCall(two.caller.userId)
  await until(here, app, id, inProgress)
  await here.crash()
  const next = await startPlatform({ beside: here })
  try {
    for (let passed = 0; passed < 300 && next.twilio.control.calls().length > 0; passed += 10) await next.advance(10)
    await next.advance(60, 5)
    const headers = { authorization: `Bearer ${app.secretKey}` }
    const call: unknown = await (await fetch(`${next.url}/v1/calls/${id}`, { headers })).json()
    expect(call).toMatchObject({ status: 'completed', settled: true, durationSeconds: 90, chargedCoins: 2 })
    expect(await next.trialBalance()).toBe(0)
    await next.quiet()
  } finally {
    await next.stop()
    await here.twilio.close()
    await here.database.drop()
  }
})
