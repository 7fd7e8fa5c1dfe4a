import twilio from 'twilio'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OWNED, type Scene, setScene } from './test-customer.ts'

const EVENTS = ['initiated', 'ringing', 'answered', 'completed']
let scene: Scene

beforeEach(async () => {
  scene = await setScene()
})
afterEach(() => scene.close())

const dial = (to: string, options: Record<string, unknown> = {}) => {
  const { client, customer } = scene
  return client.calls.create({
    to,
    from: OWNED,
    twiml: '<Response><Pause length="3600"/></Response>',
    statusCallback: `${customer.url}/status`,
    statusCallbackEvent: EVENTS,
    ...options,
  })
}

describe('the phone behind a number', () => {
  const outcomes: [string, string, string[], string | undefined][] = [
    ['0001', 'busy', ['initiated', 'ringing', 'busy'], '486'],
    ['0002', 'no-answer', ['initiated', 'ringing', 'no-answer'], '480'],
    ['0003', 'failed', ['initiated', 'failed'], '503'],
  ]
  it.each(outcomes)('ending in %s ends as %s', async (digits, status, progress, sipCode) => {
    const { sid } = await dial(`+1415555${digits}`, { timeout: 20 })
    await scene.clock.advance(20_000)
    const call = await scene.client.calls(sid).fetch()
    expect(call).toMatchObject({ status, duration: '0' })
    expect(scene.customer.progress(sid)).toEqual(progress)
    expect(scene.customer.seen.at(-1)?.params).toMatchObject({ CallDuration: '0', Duration: '0', SipResponseCode: sipCode })
  })

  it('ending in 0002 rings for as long as the timeout says, not less', async () => {
    const { sid } = await dial('+14155550002', { timeout: 20 })
    await scene.clock.advance(19_999)
    expect((await scene.client.calls(sid).fetch()).status).toBe('ringing')
    await scene.clock.advance(1)
    expect((await scene.client.calls(sid).fetch()).status).toBe('no-answer')
  })

  it('ending in 0004 is refused as invalid when the call is created', async () => {
    await expect(dial('+14155550004')).rejects.toMatchObject({ code: 21211, status: 400 })
    expect(await scene.client.calls.list()).toEqual([])
  })

  it('ending in 1061 hangs up 61 seconds after it answered; callbacks, resource and dates agree', async () => {
    const { sid } = await dial('+14155551061')
    await scene.clock.advance(60_999)
    expect((await scene.client.calls(sid).fetch()).status).toBe('in-progress')
    await scene.clock.advance(1)
    const call = await scene.client.calls(sid).fetch()
    expect(call).toMatchObject({ status: 'completed', duration: '61' })
    expect(call.endTime.getTime() - call.startTime.getTime()).toBe(61_000)
    expect(scene.customer.progress(sid)).toEqual(['initiated', 'ringing', 'in-progress', 'completed'])
    expect(scene.customer.seen.at(-1)?.params).toMatchObject({ CallDuration: '61', Duration: '2', SequenceNumber: '3' })
  })

  it('that ends within a second lasts as long as its dates say, in whole seconds', async () => {
    scene.sandbox.control.answerAfter(600)
    const { sid } = await dial('+14155550000')
    await scene.clock.advance(600 + 1_500)
    scene.sandbox.control.hangUp(sid)
    await scene.clock.settled()
    const call = await scene.client.calls(sid).fetch()
    expect([call.startTime, call.endTime]).toEqual([new Date('2026-01-05T09:00:00Z'), new Date('2026-01-05T09:00:02Z')])
    expect(call.duration).toBe('2')
    expect(scene.customer.seen.at(-1)?.params['CallDuration']).toBe('2')
  })

  it('ending in 1000 answers and is gone in the same instant', async () => {
    const { sid } = await dial('+14155551000')
    await scene.clock.settled()
    expect(await scene.client.calls(sid).fetch()).toMatchObject({ status: 'completed', duration: '0' })
  })

  it.each(['0000', '7321'])('ending in %s answers and stays on until the time limit of the call', async (digits) => {
    const { sid } = await dial(`+1415555${digits}`, { timeLimit: 90 })
    await scene.clock.advance(89_000)
    expect((await scene.client.calls(sid).fetch()).status).toBe('in-progress')
    await scene.clock.advance(1_000)
    expect(await scene.client.calls(sid).fetch()).toMatchObject({ status: 'completed', duration: '90' })
  })

  it('rings for as long as it is set to before it answers', async () => {
    scene.sandbox.control.answerAfter(4_000)
    const { sid } = await dial('+14155550000')
    await scene.clock.advance(3_999)
    expect((await scene.client.calls(sid).fetch()).status).toBe('ringing')
    await scene.clock.advance(1)
    expect((await scene.client.calls(sid).fetch()).status).toBe('in-progress')
  })
})

describe('status callbacks', () => {
  it('carry the documented fields, are signed so that the official check accepts them, and count their events', async () => {
    const { sid } = await dial('+919800001061', { statusCallback: `${scene.customer.url}/status?call=c_01&k=1#ct=2000` })
    await scene.clock.advance(61_000)
    const callbacks = scene.customer.at('/status')
    expect(callbacks.map((one) => one.params['SequenceNumber'])).toEqual(['0', '1', '2', '3'])
    for (const { signature, url, params, token } of callbacks) {
      expect(twilio.validateRequest(scene.sandbox.authToken, signature, url, params)).toBe(true)
      expect(twilio.validateRequest(scene.sandbox.authToken, signature, url, { ...params, CallStatus: 'busy' })).toBe(false)
      expect(token).toMatch(/^[0-9a-f-]{36}$/)
    }
    expect(callbacks[3]?.params).toMatchObject({
      CallSid: sid,
      AccountSid: scene.sandbox.accountSid,
      ApiVersion: '2010-04-01',
      CallbackSource: 'call-progress-events',
      Direction: 'outbound-api',
      From: OWNED,
      To: '+919800001061',
      ToCountry: 'IN',
      FromCountry: 'US',
      Timestamp: 'Mon, 05 Jan 2026 09:01:01 +0000',
    })
    expect(callbacks[3]?.params).not.toHaveProperty('ParentCallSid')
  })

  it('are sent for the events asked for only, whose numbers keep their gaps', async () => {
    const { sid } = await dial('+14155551005', { statusCallbackEvent: ['answered'] })
    await scene.clock.advance(5_000)
    expect(scene.customer.progress(sid)).toEqual(['in-progress'])
    expect(scene.customer.seen[0]?.params['SequenceNumber']).toBe('2')
  })

  it('are the last one only when no event was named or several were written into one parameter', async () => {
    const plain = await dial('+14155551005', { statusCallbackEvent: undefined })
    const joined = await dial('+14155551005', { statusCallbackEvent: ['initiated ringing answered completed'] })
    await scene.clock.advance(5_000)
    expect(scene.customer.progress(plain.sid)).toEqual(['completed'])
    expect(scene.customer.progress(joined.sid)).toEqual(['completed'])
    expect(scene.sandbox.control.notifications()).toMatchObject([{ code: 21626 }])
  })

  it('go by GET with the signature over the whole address when that is asked for', async () => {
    await dial('+14155551005', { statusCallbackMethod: 'GET', statusCallbackEvent: ['completed'] })
    await scene.clock.advance(5_000)
    const [callback] = scene.customer.seen
    expect(callback).toMatchObject({ method: 'GET', params: { CallStatus: 'completed', CallDuration: '5' } })
    expect(twilio.validateRequest(scene.sandbox.authToken, callback?.signature ?? '', callback?.url ?? '', {})).toBe(true)
  })

  it('never come before the answer to the request that caused them', async () => {
    const order: string[] = []
    const { seen } = scene.customer
    const push = seen.push.bind(seen)
    seen.push = (...items) => {
      order.push('callback')
      return push(...items)
    }
    await Promise.all(Array.from({ length: 10 }, () => dial('+14155551000').then(() => order.push('answer'))))
    await scene.clock.settled()
    expect(order.filter((what) => what === 'callback')).toHaveLength(40)
    expect(order[0]).toBe('answer')
  })

  it('that are refused are only noted', async () => {
    scene.customer.answers.set('/status', { status: 503 })
    const { sid } = await dial('+14155551005')
    await scene.clock.advance(5_000)
    expect(scene.customer.progress(sid)).toHaveLength(4)
    expect(scene.sandbox.control.notifications()).toMatchObject(Array.from({ length: 4 }, () => ({ code: 15003 })))
  })

  it('are tried again as often as the fragment of the address says, with the same token', async () => {
    scene.customer.answers.set('/status', { status: 503 })
    await dial('+14155551005', { statusCallback: `${scene.customer.url}/status#rc=2&rp=5xx`, statusCallbackEvent: ['completed'] })
    await scene.clock.advance(5_000)
    expect(scene.customer.seen).toHaveLength(3)
    expect(new Set(scene.customer.seen.map((one) => one.token)).size).toBe(1)
  })
})

describe('changing a call', () => {
  it('completed ends it; once more is refused with 21220', async () => {
    const { sid } = await dial('+14155550000')
    await scene.clock.advance(12_000)
    expect(await scene.client.calls(sid).update({ status: 'completed' })).toMatchObject({ status: 'completed', duration: '12' })
    await expect(scene.client.calls(sid).update({ status: 'completed' })).rejects.toMatchObject({ code: 21220, status: 400 })
    await scene.clock.settled()
    expect(scene.customer.progress(sid).at(-1)).toBe('completed')
  })

  it('canceled and completed both cancel a call that rings; canceled does not end a conversation', async () => {
    scene.sandbox.control.answerAfter(null)
    const first = await dial('+14155550000')
    const second = await dial('+14155550000')
    const third = await dial('+14155550000')
    await scene.clock.settled()
    expect((await scene.client.calls(first.sid).update({ status: 'canceled' })).status).toBe('canceled')
    expect((await scene.client.calls(second.sid).update({ status: 'completed' })).status).toBe('canceled')
    scene.sandbox.control.answer(third.sid)
    await expect(scene.client.calls(third.sid).update({ status: 'canceled' })).rejects.toMatchObject({ code: 21220 })
    await scene.clock.settled()
    expect(scene.customer.progress(first.sid)).toEqual(['initiated', 'ringing', 'canceled'])
  })

  it('a new time limit counts from the answer', async () => {
    const { sid } = await dial('+14155550000', { timeLimit: 30 })
    await scene.clock.advance(20_000)
    await scene.client.calls(sid).update({ timeLimit: 50 })
    await scene.clock.advance(29_000)
    expect((await scene.client.calls(sid).fetch()).status).toBe('in-progress')
    await scene.clock.advance(1_000)
    expect(await scene.client.calls(sid).fetch()).toMatchObject({ status: 'completed', duration: '50' })
  })

  it('a new document replaces the one that runs', async () => {
    const { sid } = await dial('+14155550000')
    await scene.clock.advance(5_000)
    await scene.client.calls(sid).update({ twiml: '<Response><Pause length="10"/></Response>' })
    await scene.clock.advance(10_000)
    expect(await scene.client.calls(sid).fetch()).toMatchObject({ status: 'completed', duration: '15' })
  })

  it('a call of nobody is 404', async () => {
    await expect(scene.client.calls('CA00000000000000000000000000000000').fetch()).rejects.toMatchObject({ code: 20404, status: 404 })
    await expect(scene.client.calls('nonsense').update({ status: 'completed' })).rejects.toMatchObject({ code: 20404 })
  })
})
