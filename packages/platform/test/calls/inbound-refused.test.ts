import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { inboundScene, says, type InboundScene } from './inbound-scene.ts'
import { pair, settled, until } from './scene.ts'

let here: TestPlatform
let app: TestApp
let at: InboundScene
beforeAll(async () => {
  here = await startPlatform()
  app = await here.app()
  at = inboundScene(here, app)
})
afterAll(() => here.stop())

describe('a caller who is not put through', () => {
  it('hears why, and nothing happens', async () => {
    const two = await at.scene()
    expect(await at.asked(two.own, '+919799999999')).toEqual(says('en', /do not know the number/))
    for (const hidden of ['anonymous', '', '+266696687', '266696687'])
      expect((await at.asked(two.own, hidden)).text).toMatch(/<Say [^>]*>Your number is hidden/)
    expect(await at.asked(two.own, two.calleePhone)).toEqual(says('en', /your own number/))
    await app.server.presence.set({ userId: two.callee.userId, availability: 'never' })
    expect(await at.asked(two.own, two.callerPhone)).toEqual(says('en', /not available/))
    await app.server.presence.set({ userId: two.callee.userId, availability: 'always' })
    await two.callee.client.me.block({ userId: two.caller.userId })
    expect(await at.asked(two.own, two.callerPhone)).toEqual(says('en', /not available/))
    await two.callee.client.me.unblock({ userId: two.caller.userId })
    await at.untouched(two)
    expect(await at.refusalsOf(two.own)).toMatchObject({ unknown_caller: expect.any(Number), own_number: 1, callee_unavailable: 2 })
  })

  it('hears that the coins do not suffice', async () => {
    const two = await at.scene({ coins: 1, rate: { coins: 2, seconds: 60 } })
    expect(await at.asked(two.own, two.callerPhone)).toEqual(says('en', /not have enough coins/))
    await at.untouched(two, 1)
  })

  it('hears that somebody is busy', async () => {
    const [two, other] = [await at.scene({ callerDoes: '0002' }), await at.scene()]
    const running = await two.caller.client.calls.create({ calleeId: two.callee.userId })
    expect(await at.asked(two.own, other.callerPhone)).toEqual(says('en', /in another call/))
    expect(await at.asked(other.own, two.callerPhone)).toEqual(says('en', /already in a call/))
    await app.server.calls.end({ callId: running.id })
    await until(here, app, running.id, settled)
  })

  it('is put through when two dial the same person at once: one is, the other hears that they are busy', async () => {
    const [two, other] = [await at.scene(), await pair(app)]
    const answers = await Promise.all([at.asked(two.own, two.callerPhone), at.asked(two.own, other.callerPhone)])
    expect(answers.filter(({ text }) => text.includes('<Dial'))).toHaveLength(1)
    expect(answers.filter(({ text }) => text.includes('in another call'))).toHaveLength(1)
    await here.advance(200, 5)
  })

  it('hears it in their language, in the app’s words where it has some', async () => {
    const shop = await here.app('Words')
    const two = await at.scene({}, shop)
    const strange = '+919799999998'
    await shop.server.app.update({ languages: ['ta', 'en'] })
    expect(await at.asked(two.own, strange)).toEqual(says('ta', /பதிவு/))
    await two.caller.client.me.update({ languages: ['xx', 'hi'] })
    await shop.server.presence.set({ userId: two.callee.userId, availability: 'never' })
    expect(await at.asked(two.own, two.callerPhone)).toEqual(says('hi', /उपलब्ध नहीं/))
    const spokenTexts = { hi: { callee_unavailable: 'बाद में <मिलें> & धन्यवाद' }, ta: { unknown_caller: 'Vanakkam' } }
    expect((await shop.server.app.update({ spokenTexts })).spokenTexts).toEqual(spokenTexts)
    expect(await at.asked(two.own, two.callerPhone)).toEqual(says('hi', /&lt;मिलें&gt; &amp; धन्यवाद/))
    expect(await at.asked(two.own, strange)).toEqual(says('ta', /Vanakkam/))
    await shop.server.app.update({ spokenTexts: {} })
    expect(await at.asked(two.own, strange)).toEqual(says('ta', /பதிவு/))
    await expect(shop.server.app.update({ spokenTexts: { en: { no_balance: 'x'.repeat(301) } } })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    await expect(send(shop, { spokenTexts: { en: { sorry: 'Sorry' } } })).resolves.toBe(400)
    await expect(send(shop, { spokenTexts: { tlh: { no_balance: 'nuq' } } })).resolves.toBe(400)
  })

  it('is heard no more after a few tries within a minute, and heard again later', async () => {
    const two = await at.scene()
    const tries = []
    for (let n = 0; n < 10; n++) tries.push((await at.asked(two.own, '+919799999997')).text.includes('<Say'))
    expect(tries).toEqual([...Array<boolean>(6).fill(true), ...Array<boolean>(4).fill(false)])
    // Others get through meanwhile.
    expect((await at.asked(two.own, two.callerPhone)).text).toContain('<Dial')
    await here.advance(200, 5)
  })
})

const send = async (of: TestApp, body: unknown): Promise<number> => {
  const headers = { authorization: `Bearer ${of.secretKey}`, 'content-type': 'application/json' }
  return (await fetch(`${here.url}/v1/app`, { method: 'PATCH', headers, body: JSON.stringify(body) })).status
}

describe('who asks', () => {
  it('must be the provider', async () => {
    const two = await at.scene()
    expect((await at.asked(two.own, two.callerPhone, { token: 'wrong' })).status).toBe(403)
    expect((await at.asked(two.own, two.callerPhone, { mode: 'live' })).status).toBe(404)
    expect((await at.asked(two.own, two.callerPhone, { sid: 'CA1' })).status).toBe(403)
    await at.untouched(two)
  })

  it('learns nothing of a number that no app has, and no app hears of another’s users', async () => {
    const elsewhere = await here.app('Elsewhere')
    const [two, theirs] = [await at.scene(), await at.scene({}, elsewhere)]
    expect(await at.asked('+16285550999', two.callerPhone)).toEqual(says('en', /cannot be connected/))
    // Registered here, a stranger there.
    expect(await at.asked(theirs.own, two.callerPhone)).toEqual(says('en', /do not know the number/))
    await at.untouched(two)
    expect(await at.callsOf(theirs.callee.userId, elsewhere)).toEqual([])
  })
})

it('leaves the books right', async () => {
  expect(await here.trialBalance()).toBe(0)
})
