import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signatureOf } from '../../sandbox/twilio/signing.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { inProgress, legsTo, pair, phone, presenceOf, purses, settled, until, type Pair } from './scene.ts'

let here: TestPlatform
let app: TestApp
beforeAll(async () => {
  here = await startPlatform()
  app = await here.app()
})
afterAll(() => here.stop())

let numbers = 0
/** A number of the app that nobody has. */
async function number(of: TestApp = app): Promise<string> {
  const phoneNumber = `+1628555${String(++numbers).padStart(4, '0')}`
  here.twilio.control.ownNumber(phoneNumber)
  await of.server.numbers.create({ phoneNumber })
  await here.quiet()
  return phoneNumber
}

interface Scene extends Pair {
  /** The callee's own number. */
  readonly own: string
}

async function scene(wish: Parameters<typeof pair>[1] = {}, of: TestApp = app): Promise<Scene> {
  const two = await pair(of, wish)
  const own = await number(of)
  await of.server.numbers.assign({ userId: two.callee.userId, phoneNumber: own })
  await here.quiet()
  return { ...two, own }
}

async function dial(from: string, to: string): Promise<string> {
  const sid = here.twilio.control.dialIn(from, to)
  await here.quiet()
  return sid
}

const callsOf = async (userId: string, of: TestApp = app) => (await of.server.calls.list({ userId })).data
async function onlyCall(userId: string, of: TestApp = app) {
  const [call, ...others] = await callsOf(userId, of)
  expect(others).toEqual([])
  return call ?? expect.unreachable('there is no call')
}
const legOf = (sid: string) => here.twilio.control.calls({ all: true }).find((leg) => leg.sid === sid)

const sidOfNobody = (): string => `CA${randomBytes(16).toString('hex')}`

/** What the provider is told to do with a call, when it asks as it does. */
async function asked(to: string, from: string, { sid = sidOfNobody(), mode = 'test', token = here.twilio.authToken } = {}) {
  const url = `${here.url}/providers/twilio/${mode}/incoming`
  const params = { CallSid: sid, AccountSid: here.twilio.accountSid, CallStatus: 'ringing', Direction: 'inbound', From: from, To: to }
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'x-twilio-signature': signatureOf(token, url, params) },
    body: new URLSearchParams(params),
  })
  return { status: answer.status, text: await answer.text() }
}

const says = (language: string, text: RegExp) => ({
  status: 200,
  text: expect.stringMatching(
    new RegExp(`<Response><Say language="${language}-IN"[^>]*>[^<]*${text.source}[^<]*</Say><Hangup/></Response>$`),
  ),
})

async function untouched(two: Pair, coins = 10): Promise<void> {
  await here.quiet()
  expect(await callsOf(two.caller.userId)).toEqual([])
  expect(legsTo(here, two.calleePhone)).toEqual([])
  expect(await purses(two)).toEqual({ left: coins, held: 0, earned: 0 })
}

const refusalsOf = async (phoneNumber: string, of: TestApp = app) => {
  const { data } = await of.server.numbers.list({ limit: 100 })
  const { refusals } = await of.server.numbers.get({ numberId: data.find((one) => one.phoneNumber === phoneNumber)?.id ?? '' })
  return Object.fromEntries(refusals.map(({ reason, count }) => [reason, count]))
}

describe('a call to a virtual number', () => {
  it('reaches its owner, and is metered and settled like any other', async () => {
    const two = await scene({ coins: 10 })
    const sid = await dial(two.callerPhone, two.own)
    const call = await onlyCall(two.caller.userId)
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
    const gaveUp = await scene({ calleeDoes: '0002' })
    const sid = await dial(gaveUp.callerPhone, gaveUp.own)
    await here.advance(5)
    here.twilio.control.hangUp(sid)
    expect(await until(here, app, (await onlyCall(gaveUp.caller.userId)).id, settled)).toMatchObject({
      status: 'canceled',
      endReason: 'canceled',
      chargedCoins: 0,
      durationSeconds: 0,
    })
    expect(await purses(gaveUp)).toEqual({ left: 10, held: 0, earned: 0 })

    const rungOut = await scene({ calleeDoes: '0002' })
    await dial(rungOut.callerPhone, rungOut.own)
    expect(await until(here, app, (await onlyCall(rungOut.caller.userId)).id, settled)).toMatchObject({
      status: 'no_answer',
      chargedCoins: 0,
    })
    expect(await presenceOf(app, rungOut)).toEqual(['offline', 'online'])

    const engaged = await scene({ calleeDoes: '0001' })
    await dial(engaged.callerPhone, engaged.own)
    expect(await until(here, app, (await onlyCall(engaged.caller.userId)).id, settled)).toMatchObject({ status: 'busy', chargedCoins: 0 })
  })

  it('ends where the coins end', async () => {
    const two = await scene({ coins: 1 })
    await dial(two.callerPhone, two.own)
    const call = await until(here, app, (await onlyCall(two.caller.userId)).id, settled)
    expect(call).toMatchObject({ endReason: 'balance_exhausted', durationSeconds: 60, chargedCoins: 1, earnedCoins: 1 })
    expect(await purses(two)).toEqual({ left: 0, held: 0, earned: 1 })
  })

  it('can be ended by the callee’s app, also while it rings', async () => {
    const two = await scene({ calleeDoes: '0002' })
    const sid = await dial(two.callerPhone, two.own)
    const { id } = await onlyCall(two.caller.userId)
    await two.callee.client.calls.end({ callId: id })
    expect(await until(here, app, id, settled)).toMatchObject({ status: 'declined', chargedCoins: 0 })
    expect(legOf(sid)?.status).not.toBe('ringing')
  })

  it('is settled though every callback is lost', async () => {
    const two = await scene({ calleeDoes: '1030' })
    here.twilio.control.faultCallbacks({ action: 'drop', match: { kind: 'status' } })
    here.twilio.control.faultCallbacks({ action: 'drop', match: { kind: 'action' } })
    await dial(two.callerPhone, two.own)
    const call = await until(here, app, (await onlyCall(two.caller.userId)).id, settled)
    here.twilio.control.clearFaults()
    expect(call).toMatchObject({ status: 'completed', durationSeconds: 30, chargedCoins: 1 })
  })

  it('is one call, with one answer, however often the provider asks about it', async () => {
    const two = await scene()
    const sid = sidOfNobody()
    const answers = await Promise.all([1, 2, 3].map(() => asked(two.own, two.callerPhone, { sid })))
    expect(answers[0]).toMatchObject({ status: 200, text: expect.stringContaining(two.calleePhone) })
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(await asked(two.own, two.callerPhone, { sid })).toEqual(answers[0])
    const call = await onlyCall(two.caller.userId)
    // Nobody dials a leg that came in, and one that the provider does not know is let go.
    expect(legsTo(here, two.callerPhone)).toEqual([])
    await here.advance(200, 5)
    expect(await presenceOf(app, two)).toEqual(['offline', 'online'])
    expect(await app.server.calls.get({ callId: call.id })).toMatchObject({ chargedCoins: 0 })
    expect((await asked(two.own, two.callerPhone, { sid })).text).toContain('<Response><Hangup/></Response>')
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
    await dial(two.calleePhone, out.number ?? '')
    const [back] = await callsOf(two.callee.userId, shop)
    expect(back).toMatchObject({ direction: 'inbound', callerId: two.callee.userId, calleeId: two.caller.userId, number: out.number })
    await until(here, shop, back?.id ?? '', inProgress)
    await here.advance(10)
    await shop.server.calls.end({ callId: back?.id ?? '' })
    expect(await until(here, shop, back?.id ?? '', settled)).toMatchObject({ chargedCoins: 1, endReason: 'platform' })
    // A stranger to the pair reaches nobody by the same number.
    await shop.user('third', { coins: 5, phone: '+919711110000' })
    expect(await asked(out.number ?? '', '+919711110000')).toEqual(says('en', /cannot be connected/))
  })
})

async function over(of: TestApp, callId: string): Promise<void> {
  await of.server.calls.end({ callId })
  await until(here, of, callId, settled)
}

/** Two who have just talked: what their phones showed, and how to dial it. */
async function acquainted(of: TestApp): Promise<Pair & { shown: string }> {
  const two = await pair(of)
  await of.server.wallets.credit({ userId: two.callee.userId, coins: 5, reason: 'Start' })
  await of.server.presence.set({ userId: two.caller.userId, availability: 'always' })
  const out = await two.caller.client.calls.create({ calleeId: two.callee.userId })
  await until(here, of, out.id, inProgress)
  await over(of, out.id)
  return { ...two, shown: out.number ?? '' }
}

describe('who is meant', () => {
  it('is decided by the number where several users have one phone', async () => {
    const shop = await here.app('Families')
    const two = await acquainted(shop)
    // A younger record with the callee's phone, who has never talked over this number.
    const child = await shop.user('child', { coins: 5, phone: two.calleePhone, availability: 'always' })
    await dial(two.calleePhone, two.shown)
    const [back] = await callsOf(two.callee.userId, shop)
    expect(back).toMatchObject({ direction: 'inbound', calleeId: two.caller.userId })
    expect(await callsOf(child.userId, shop)).toEqual([])
    await over(shop, back?.id ?? '')
    // Where no number decides, the youngest record is the caller; never the owner while there is another.
    const own = await number(shop)
    await shop.server.numbers.assign({ userId: child.userId, phoneNumber: own })
    await dial(two.calleePhone, own)
    const [call] = await callsOf(two.callee.userId, shop)
    expect(call).toMatchObject({ calleeId: child.userId })
    await over(shop, call?.id ?? '')
  })

  it('is the owner once the number has one, and nobody after the other is deleted', async () => {
    const shop = await here.app('Owners')
    const two = await acquainted(shop)
    const owner = await shop.user('owner', { phone: phone(), availability: 'always' })
    await number(shop)
    await shop.server.numbers.assign({ userId: owner.userId, phoneNumber: two.shown })
    await dial(two.calleePhone, two.shown)
    const [call] = await callsOf(two.callee.userId, shop)
    expect(call).toMatchObject({ calleeId: owner.userId })
    await over(shop, call?.id ?? '')
    // What it stood for before is forgotten with the assignment.
    await shop.server.numbers.unassign({ userId: owner.userId })
    expect(await asked(two.shown, two.calleePhone)).toEqual(says('en', /cannot be connected/))

    const gone = await acquainted(shop)
    await shop.server.users.delete({ userId: gone.caller.userId })
    expect(await asked(gone.shown, gone.calleePhone)).toEqual(says('en', /cannot be connected/))
  })
})

describe('a caller who is not put through', () => {
  it('hears why, and nothing happens', async () => {
    const two = await scene()
    expect(await asked(two.own, '+919799999999')).toEqual(says('en', /do not know the number/))
    for (const hidden of ['anonymous', '', '+266696687', '266696687'])
      expect((await asked(two.own, hidden)).text).toMatch(/<Say [^>]*>Your number is hidden/)
    expect(await asked(two.own, two.calleePhone)).toEqual(says('en', /your own number/))
    await app.server.presence.set({ userId: two.callee.userId, availability: 'never' })
    expect(await asked(two.own, two.callerPhone)).toEqual(says('en', /not available/))
    await app.server.presence.set({ userId: two.callee.userId, availability: 'always' })
    await two.callee.client.me.block({ userId: two.caller.userId })
    expect(await asked(two.own, two.callerPhone)).toEqual(says('en', /not available/))
    await two.callee.client.me.unblock({ userId: two.caller.userId })
    await untouched(two)
    expect(await refusalsOf(two.own)).toMatchObject({ unknown_caller: expect.any(Number), own_number: 1, callee_unavailable: 2 })
  })

  it('hears that the coins do not suffice', async () => {
    const two = await scene({ coins: 1, rate: { coins: 2, seconds: 60 } })
    expect(await asked(two.own, two.callerPhone)).toEqual(says('en', /not have enough coins/))
    await untouched(two, 1)
  })

  it('hears that somebody is busy', async () => {
    const [two, other] = [await scene({ callerDoes: '0002' }), await scene()]
    const running = await two.caller.client.calls.create({ calleeId: two.callee.userId })
    expect(await asked(two.own, other.callerPhone)).toEqual(says('en', /in another call/))
    expect(await asked(other.own, two.callerPhone)).toEqual(says('en', /already in a call/))
    await app.server.calls.end({ callId: running.id })
    await until(here, app, running.id, settled)
  })

  it('is put through when two dial the same person at once: one is, the other hears that they are busy', async () => {
    const [two, other] = [await scene(), await pair(app)]
    const answers = await Promise.all([asked(two.own, two.callerPhone), asked(two.own, other.callerPhone)])
    expect(answers.filter(({ text }) => text.includes('<Dial'))).toHaveLength(1)
    expect(answers.filter(({ text }) => text.includes('in another call'))).toHaveLength(1)
    await here.advance(200, 5)
  })

  it('hears it in their language, in the app’s words where it has some', async () => {
    const shop = await here.app('Words')
    const two = await scene({}, shop)
    const strange = '+919799999998'
    await shop.server.app.update({ languages: ['ta', 'en'] })
    expect(await asked(two.own, strange)).toEqual(says('ta', /பதிவு/))
    await two.caller.client.me.update({ languages: ['xx', 'hi'] })
    await shop.server.presence.set({ userId: two.callee.userId, availability: 'never' })
    expect(await asked(two.own, two.callerPhone)).toEqual(says('hi', /उपलब्ध नहीं/))
    const spokenTexts = { hi: { callee_unavailable: 'बाद में <मिलें> & धन्यवाद' }, ta: { unknown_caller: 'Vanakkam' } }
    expect((await shop.server.app.update({ spokenTexts })).spokenTexts).toEqual(spokenTexts)
    expect(await asked(two.own, two.callerPhone)).toEqual(says('hi', /&lt;मिलें&gt; &amp; धन्यवाद/))
    expect(await asked(two.own, strange)).toEqual(says('ta', /Vanakkam/))
    await shop.server.app.update({ spokenTexts: {} })
    expect(await asked(two.own, strange)).toEqual(says('ta', /பதிவு/))
    await expect(shop.server.app.update({ spokenTexts: { en: { no_balance: 'x'.repeat(301) } } })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    await expect(send(shop, { spokenTexts: { en: { sorry: 'Sorry' } } })).resolves.toBe(400)
    await expect(send(shop, { spokenTexts: { tlh: { no_balance: 'nuq' } } })).resolves.toBe(400)
  })

  it('is heard no more after a few tries within a minute, and heard again later', async () => {
    const two = await scene()
    const tries = []
    for (let n = 0; n < 10; n++) tries.push((await asked(two.own, '+919799999997')).text.includes('<Say'))
    expect(tries).toEqual([...Array<boolean>(6).fill(true), ...Array<boolean>(4).fill(false)])
    // Others get through meanwhile.
    expect((await asked(two.own, two.callerPhone)).text).toContain('<Dial')
    await here.advance(200, 5)
  })
})

const send = async (of: TestApp, body: unknown): Promise<number> => {
  const headers = { authorization: `Bearer ${of.secretKey}`, 'content-type': 'application/json' }
  return (await fetch(`${here.url}/v1/app`, { method: 'PATCH', headers, body: JSON.stringify(body) })).status
}

describe('who asks', () => {
  it('must be the provider', async () => {
    const two = await scene()
    expect((await asked(two.own, two.callerPhone, { token: 'wrong' })).status).toBe(403)
    expect((await asked(two.own, two.callerPhone, { mode: 'live' })).status).toBe(404)
    expect((await asked(two.own, two.callerPhone, { sid: 'CA1' })).status).toBe(403)
    await untouched(two)
  })

  it('learns nothing of a number that no app has, and no app hears of another’s users', async () => {
    const elsewhere = await here.app('Elsewhere')
    const [two, theirs] = [await scene(), await scene({}, elsewhere)]
    expect(await asked('+16285550999', two.callerPhone)).toEqual(says('en', /cannot be connected/))
    // Registered here, a stranger there.
    expect(await asked(theirs.own, two.callerPhone)).toEqual(says('en', /do not know the number/))
    await untouched(two)
    expect(await callsOf(theirs.callee.userId, elsewhere)).toEqual([])
  })
})

it('leaves the books right', async () => {
  expect(await here.trialBalance()).toBe(0)
})

it('is settled by a platform that was started again in the middle of the call', async () => {
  const two = await scene({ calleeDoes: '1090' })
  await dial(two.callerPhone, two.own)
  const { id } = await onlyCall(two.caller.userId)
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
