import twilio from 'twilio'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OWNED, type Scene, setScene } from './test-customer.ts'

const CALLER = '+14155550000'
const CALLEE = '+14155550011'
let scene: Scene

beforeEach(async () => {
  scene = await setScene()
})
afterEach(() => scene.close())

const events = 'statusCallbackEvent="initiated ringing answered completed"'

/** Calls the caller with a document of ours. */
const call = async (twiml: string, options: Record<string, unknown> = {}): Promise<string> => {
  scene.customer.answers.set('/voice', twiml)
  const placed = await scene.client.calls.create({
    to: CALLER,
    from: OWNED,
    url: `${scene.customer.url}/voice?call=1`,
    statusCallback: `${scene.customer.url}/parent`,
    statusCallbackEvent: ['answered', 'completed'],
    ...options,
  })
  await scene.clock.settled()
  return placed.sid
}
const fetchCall = (sid: string) => scene.client.calls(sid).fetch()
const childOf = async (sid: string) => {
  const [child] = await scene.client.calls.list({ parentCallSid: sid })
  if (!child) throw new Error('no child leg')
  return child
}
const action = (): Record<string, string> | undefined => scene.customer.at('/action').at(-1)?.params
const dial = (to: string, attributes = '') =>
  `<Response><Dial callerId="${OWNED}" action="/action" ${attributes}><Number statusCallback="/child" ${events}>${to}</Number></Dial></Response>`

describe('the voice request', () => {
  it('is made when the callee answers, signed, with the documented parameters', async () => {
    scene.sandbox.control.answerAfter(3_000)
    const sid = await call('<Response/>')
    await scene.clock.advance(2_999)
    expect(scene.customer.at('/voice')).toEqual([])
    await scene.clock.advance(1)
    const [asked] = scene.customer.at('/voice')
    expect(asked?.params).toMatchObject({ CallSid: sid, CallStatus: 'in-progress', Direction: 'outbound-api', To: CALLER, Called: CALLER })
    expect(asked?.params).toHaveProperty('CallerCity')
    expect(twilio.validateRequest(scene.sandbox.authToken, asked?.signature ?? '', asked?.url ?? '', asked?.params ?? {})).toBe(true)
    expect((await fetchCall(sid)).status).toBe('completed')
  })

  const broken: [string, string | { status: number; type?: string; body?: string }, number][] = [
    ['a refusal', { status: 500 }, 11200],
    ['a document over 64 kB', `<Response>${' '.repeat(66_000)}</Response>`, 11750],
    ['a document of another type', { status: 200, type: 'application/json', body: '{}' }, 12300],
    ['a document that is no XML', '<Response><Say>fish & chips</Say></Response>', 12100],
    ['a document with another root', '<Answer/>', 12100],
  ]
  it.each(broken)('that gets %s turns to the fallback with code and address', async (_, answer, code) => {
    scene.customer.answers.set('/fallback', '<Response><Pause length="7"/></Response>')
    scene.customer.answers.set('/broken', answer)
    const sid = await call('', { url: `${scene.customer.url}/broken`, fallbackUrl: `${scene.customer.url}/fallback` })
    expect(scene.customer.at('/fallback')[0]?.params).toMatchObject({ ErrorCode: String(code), ErrorUrl: `${scene.customer.url}/broken` })
    await scene.clock.advance(7_000)
    expect(await fetchCall(sid)).toMatchObject({ status: 'completed', duration: '7' })
  })

  it('that cannot be made ends the call, and the fault is noted', async () => {
    const sid = await call('', { url: 'http://127.0.0.1:1/voice' })
    expect(await fetchCall(sid)).toMatchObject({ status: 'completed', duration: '0' })
    expect(scene.sandbox.control.notifications()).toMatchObject([{ callSid: sid, code: 11205 }])
  })
})

describe('verbs', () => {
  it('take their time one after the other', async () => {
    const sid = await call(
      `<Response><Say>${'a'.repeat(30)}</Say><Play loop="2">https://a.test/x.mp3</Play><Pause length="3"/><Wave/><Hangup/><Pause length="9"/></Response>`,
    )
    await scene.clock.advance(30_000)
    expect(await fetchCall(sid)).toMatchObject({ status: 'completed', duration: '9' })
    expect(scene.sandbox.control.notifications()).toMatchObject([{ code: 12200 }])
  })

  it('Redirect goes on with another document, relative to the first; a circle ends', async () => {
    scene.customer.answers.set('/next', '<Response><Pause length="4"/></Response>')
    const sid = await call('<Response><Redirect method="GET">/next?x=1&amp;y=2</Redirect></Response>')
    await scene.clock.advance(4_000)
    expect(scene.customer.at('/next')[0]).toMatchObject({ method: 'GET', params: { x: '1', y: '2', CallSid: sid } })
    expect((await fetchCall(sid)).duration).toBe('4')
    const circling = await call('<Response><Redirect>/voice</Redirect></Response>')
    expect((await fetchCall(circling)).status).toBe('completed')
    expect(scene.sandbox.control.notifications().at(-1)).toMatchObject({ code: 12400 })
  })

  it('of a call placed with its document need no server', async () => {
    const sid = await call('', { url: undefined, twiml: '<Response><Pause length="5"/></Response>' })
    await scene.clock.advance(5_000)
    expect(await fetchCall(sid)).toMatchObject({ status: 'completed', duration: '5' })
    expect(scene.customer.at('/voice')).toEqual([])
  })
})

describe('Dial', () => {
  it('joins two phones; the child names its parent and the action tells how long', async () => {
    const sid = await call(dial(CALLEE))
    const child = await childOf(sid)
    expect(child).toMatchObject({ direction: 'outbound-dial', from: OWNED, to: CALLEE, status: 'in-progress', parentCallSid: sid })
    expect(scene.customer.progress(child.sid)).toEqual(['initiated', 'ringing', 'in-progress'])
    expect(scene.customer.at('/child')[0]?.params).toMatchObject({ ParentCallSid: sid, SequenceNumber: '0' })
    await scene.clock.advance(61_000)
    scene.sandbox.control.hangUp(child.sid)
    await scene.clock.settled()
    expect(action()).toMatchObject({
      CallSid: sid,
      CallStatus: 'in-progress',
      DialCallSid: child.sid,
      DialCallStatus: 'completed',
      DialCallDuration: '61',
      DialBridged: 'true',
    })
    expect(scene.customer.at('/child').at(-1)?.params).toMatchObject({ CallStatus: 'completed', CallDuration: '61', ParentCallSid: sid })
    expect((await fetchCall(sid)).status).toBe('completed')
  })

  it('is told of to the action also when the caller hung up first', async () => {
    const sid = await call(dial(CALLEE))
    const child = await childOf(sid)
    await scene.clock.advance(12_000)
    scene.sandbox.control.hangUp(sid)
    await scene.clock.settled()
    expect(action()).toMatchObject({ CallStatus: 'completed', DialCallStatus: 'completed', DialCallDuration: '12', DialBridged: 'true' })
    expect(await fetchCall(child.sid)).toMatchObject({ status: 'completed', duration: '12' })
    expect(scene.customer.progress(sid)).toEqual(['in-progress', 'completed'])
  })

  it('calls the child off when the caller hangs up while it rings', async () => {
    const sid = await call(dial('+14155550002'))
    const child = await childOf(sid)
    await scene.client.calls(sid).update({ status: 'completed' })
    await scene.clock.settled()
    expect((await fetchCall(child.sid)).status).toBe('canceled')
    expect(action()).toMatchObject({ CallStatus: 'completed', DialCallStatus: 'canceled', DialBridged: 'false', DialCallDuration: '0' })
  })

  const outcomes: [string, string, string][] = [
    ['+14155550001', 'busy', 'busy'],
    ['+14155550002', 'no-answer', 'no-answer'],
    ['+14155550003', 'failed', 'failed'],
    ['+14155550004', 'failed', 'failed'],
    ['not a number', 'failed', 'failed'],
  ]
  it.each(outcomes)('of %s reports %s and goes on with the answer of the action', async (to, status) => {
    scene.customer.answers.set('/action', '<Response><Pause length="5"/></Response>')
    const sid = await call(dial(to, 'timeout="10"'))
    await scene.clock.advance(status === 'no-answer' ? 9_999 : 0)
    expect(action()?.['DialCallStatus']).toBe(status === 'no-answer' ? undefined : status)
    await scene.clock.advance(1)
    expect(action()).toMatchObject({ DialCallStatus: status, DialCallDuration: '0', DialBridged: 'false' })
    expect((await fetchCall(sid)).status).toBe('in-progress')
    await scene.clock.advance(5_000)
    expect((await fetchCall(sid)).status).toBe('completed')
  })

  it('rings for 30 seconds when it does not say how long', async () => {
    await call(dial('+14155550002'))
    await scene.clock.advance(29_999)
    expect(action()).toBeUndefined()
    await scene.clock.advance(1)
    expect(action()?.['DialCallStatus']).toBe('no-answer')
  })

  it('cuts the callee off at its time limit and lets the caller go on', async () => {
    const sid = await call(`<Response><Dial timeLimit="40">${CALLEE}</Dial><Pause length="5"/></Response>`)
    await scene.clock.advance(40_000)
    expect(await childOf(sid)).toMatchObject({ status: 'completed', duration: '40' })
    expect((await fetchCall(sid)).status).toBe('in-progress')
    await scene.clock.advance(5_000)
    expect(await fetchCall(sid)).toMatchObject({ status: 'completed', duration: '45' })
  })

  it('ends with the time limit of the caller, for both', async () => {
    const sid = await call(dial(CALLEE), { timeLimit: 25 })
    await scene.clock.advance(25_000)
    expect(await fetchCall(sid)).toMatchObject({ status: 'completed', duration: '25' })
    expect(await childOf(sid)).toMatchObject({ status: 'completed', duration: '25' })
    expect(action()).toMatchObject({ CallStatus: 'completed', DialCallDuration: '25' })
  })

  it('ends when the callee, a phone that hangs up by itself, has had enough', async () => {
    const sid = await call(dial('+14155551033'))
    await scene.clock.advance(33_000)
    expect(await childOf(sid)).toMatchObject({ status: 'completed', duration: '33' })
    expect((await fetchCall(sid)).status).toBe('completed')
  })

  it('of several numbers keeps the first that answers and calls the others off', async () => {
    const sid = await call(`<Response><Dial action="/action"><Number>+14155550002</Number><Number>${CALLEE}</Number></Dial></Response>`)
    const children = await scene.client.calls.list({ parentCallSid: sid })
    expect(children.map(({ to, status }) => [to, status])).toEqual([
      [CALLEE, 'in-progress'],
      ['+14155550002', 'canceled'],
    ])
  })

  it('plays the whisper to the callee before the two are joined; who hangs up during it was never joined', async () => {
    scene.customer.answers.set('/whisper', '<Response><Pause length="6"/></Response>')
    const whispering = `<Response><Dial action="/action"><Number url="/whisper" method="GET">${CALLEE}</Number></Dial></Response>`
    const sid = await call(whispering)
    const child = await childOf(sid)
    expect(scene.customer.at('/whisper')[0]).toMatchObject({ method: 'GET', params: { CallSid: child.sid, ParentCallSid: sid } })
    scene.sandbox.control.hangUp(child.sid)
    await scene.clock.settled()
    expect(action()).toMatchObject({ DialCallStatus: 'completed', DialBridged: 'false' })
    const second = await call(whispering)
    await scene.clock.advance(6_000)
    expect(scene.sandbox.control.calls().map(({ doing }) => doing)).toEqual(['dialing', 'bridged'])
    scene.sandbox.control.hangUp(second)
    await scene.clock.settled()
    expect(action()).toMatchObject({ DialBridged: 'true', DialCallDuration: '6' })
  })

  it('shows only numbers of the account, and does not run inside a whisper', async () => {
    await call(`<Response><Dial action="/action" callerId="+442079460000">${CALLEE}</Dial></Response>`)
    expect(action()).toMatchObject({ DialCallStatus: 'failed', DialBridged: 'false' })
    scene.customer.answers.set('/whisper', `<Response><Dial>${CALLEE}</Dial></Response>`)
    await call(`<Response><Dial action="/action"><Number url="/whisper">${CALLEE}</Number></Dial></Response>`)
    expect(scene.sandbox.control.notifications().map(({ code }) => code)).toEqual([13214, 13201])
    expect(action()).toMatchObject({ DialCallStatus: 'completed', DialBridged: 'false' })
  })

  it('ends without its action when the caller is sent elsewhere', async () => {
    const sid = await call(dial(CALLEE))
    await scene.clock.advance(3_000)
    await scene.client.calls(sid).update({ twiml: '<Response><Pause length="5"/></Response>' })
    await scene.clock.advance(5_000)
    expect(await childOf(sid)).toMatchObject({ status: 'completed', duration: '3' })
    expect(await fetchCall(sid)).toMatchObject({ status: 'completed', duration: '8' })
    expect(action()).toBeUndefined()
  })

  it('goes on for the caller when the callee is sent elsewhere', async () => {
    scene.customer.answers.set('/action', '<Response><Pause length="2"/></Response>')
    const sid = await call(dial(CALLEE))
    const child = await childOf(sid)
    await scene.clock.advance(3_000)
    await scene.client.calls(child.sid).update({ twiml: '<Response><Pause length="9"/></Response>' })
    await scene.clock.advance(9_000)
    expect(await fetchCall(child.sid)).toMatchObject({ status: 'completed', duration: '12' })
    expect(await fetchCall(sid)).toMatchObject({ status: 'completed', duration: '5' })
  })
})

describe('a call from outside', () => {
  const number = async (twiml: string): Promise<void> => {
    scene.customer.answers.set('/inbound', twiml)
    const [owned] = await scene.client.incomingPhoneNumbers.list({ phoneNumber: OWNED })
    await scene.client
      .incomingPhoneNumbers(owned?.sid ?? '')
      .update({ voiceUrl: `${scene.customer.url}/inbound`, statusCallback: `${scene.customer.url}/parent` })
  }

  it('runs the document of the number it dials', async () => {
    await number(`<Response><Dial callerId="${OWNED}">${CALLEE}</Dial></Response>`)
    const sid = scene.sandbox.control.dialIn('+919800000005', OWNED)
    await scene.clock.settled()
    expect(scene.customer.at('/inbound')[0]?.params).toMatchObject({
      CallStatus: 'ringing',
      Direction: 'inbound',
      From: '+919800000005',
      To: OWNED,
      FromCountry: 'IN',
    })
    expect(await fetchCall(sid)).toMatchObject({ status: 'in-progress', direction: 'inbound' })
    await scene.clock.advance(20_000)
    scene.sandbox.control.hangUp(sid)
    await scene.clock.settled()
    expect(await childOf(sid)).toMatchObject({ status: 'completed', duration: '20' })
    expect(scene.customer.progress(sid)).toEqual(['completed'])
  })

  it.each([
    ['', 'no-answer'],
    ['reason="busy"', 'busy'],
  ])('can be rejected %s without being answered', async (reason, status) => {
    await number(`<Response><Reject ${reason}/></Response>`)
    const sid = scene.sandbox.control.dialIn('+919800000005', OWNED)
    await scene.clock.settled()
    expect(await fetchCall(sid)).toMatchObject({ status, duration: '0' })
  })

  it('is answered only when the callee is, if the Dial says so', async () => {
    scene.sandbox.control.answerAfter(8_000)
    await number(`<Response><Dial answerOnBridge="true">${CALLEE}</Dial></Response>`)
    const sid = scene.sandbox.control.dialIn('+919800000005', OWNED)
    await scene.clock.advance(7_999)
    expect((await fetchCall(sid)).status).toBe('ringing')
    await scene.clock.advance(10_001)
    scene.sandbox.control.hangUp(sid)
    expect(await fetchCall(sid)).toMatchObject({ status: 'completed', duration: '10' })
  })
})
