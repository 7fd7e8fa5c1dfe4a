import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { heldClock, type HeldClock } from '../../../../sandbox/kit/clock.ts'
import { startTwilioSandbox, type TwilioSandbox } from '../../../../sandbox/twilio/server.ts'
import type { DialWish, LegReport, Telephony, VerifiedDelivery } from '../port.ts'
import { createTwilio } from './adapter.ts'

/** The adapter and a server that was written from Twilio's documentation without a look at it: what they agree on is the wire. */

const from = '+15005550006'
const caller = '+919800000000'
const token = 'token0123456789abcdef'

let clock: HeldClock
let sandbox: TwilioSandbox
let twilio: Telephony
let platform: Server
let publicUrl: string
let callee: string
const delivered: VerifiedDelivery[] = []

beforeEach(async () => {
  clock = heldClock()
  sandbox = await startTwilioSandbox({ clock, answerAfterMs: 1_000, numbers: [from] })
  twilio = createTwilio({ baseUrl: sandbox.url, accountSid: sandbox.accountSid, authToken: sandbox.authToken })
  platform = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      const url = `${publicUrl}${request.url ?? ''}`
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      const delivery = await twilio.verify({ url, method: 'POST', headers, raw: Buffer.concat(chunks) })
      if (delivery === undefined) return void response.writeHead(403).end()
      delivered.push(delivery)
      const { kind } = delivery.report
      if (kind === 'status') return void response.writeHead(204).end()
      const { contentType, body } = kind === 'answer_request' ? twilio.bridge(plan()) : twilio.hangUpInstructions()
      return void response.writeHead(200, { 'content-type': contentType }).end(body)
    })()
  })
  await new Promise<void>((resolve) => platform.listen(0, '127.0.0.1', resolve))
  publicUrl = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`
  delivered.length = 0
})
afterEach(async () => {
  await sandbox.close()
  platform.closeAllConnections()
  await new Promise((resolve) => platform.close(resolve))
})

const at = (what: string) => `${publicUrl}/providers/twilio/calls/call_1/${token}/${what}`
const plan = () => ({
  calleePhone: callee,
  from,
  ringSeconds: 20,
  limitSeconds: 300,
  statusUrl: at('callee-status'),
  afterUrl: at('after'),
})
const wish = (callerPhone = caller): DialWish => ({
  callId: 'call_1',
  callerPhone,
  calleePhone: callee,
  from,
  ringSeconds: 20,
  limitSeconds: 300,
  maxSeconds: 400,
  urls: { answer: at('answer'), callerStatus: at('caller-status'), calleeStatus: at('callee-status'), after: at('after') },
  reference: `call_1.${token}`,
})
const dial = (callerPhone = caller) => twilio.dial(wish(callerPhone))

const pass = async (seconds: number): Promise<void> => {
  await clock.advance(seconds * 1_000)
  await sandbox.control.quiet()
}
const story = () => delivered.map(({ report: { leg, kind, status } }) => (kind === 'status' ? `${leg} ${status}` : `${leg} ${kind}`))
const after = (): LegReport | undefined => delivered.find(({ report }) => report.kind === 'after_request')?.report

describe('a call through the sandbox', () => {
  it('rings the one, then the other, joins them, and tells how long they talked', async () => {
    callee = '+919800001042'
    const { legId } = await dial()
    await pass(100)
    expect(await twilio.fetchCall(legId, null)).toMatchObject({
      caller: { id: legId, status: 'completed' },
      callee: { status: 'completed', durationSeconds: 42 },
      unreadable: false,
    })
    expect(story()).toEqual(
      expect.arrayContaining([
        'caller queued',
        'caller answer_request',
        'callee ringing',
        'callee in_progress',
        'callee completed',
        'callee after_request',
        'caller completed',
      ]),
    )
    expect(after()).toMatchObject({ endedBy: 'callee', status: 'completed', otherLegId: legId })
    expect(new Set(delivered.map(({ deliveryId }) => deliveryId)).size).toBe(delivered.length)
  })

  it('tells when the caller hung up first', async () => {
    callee = '+919800000000'
    const { legId } = await dial()
    await pass(30)
    expect(sandbox.control.hangUp(legId)).toBe(true)
    await pass(1)
    expect(after()).toMatchObject({ endedBy: 'caller' })
  })

  it.each([
    ['0001', 'busy'],
    ['0002', 'no_answer'],
    ['0003', 'failed'],
    ['0004', 'failed'],
  ])('shows a callee whose number ends in %s as %s, with nothing to pay', async (digits, status) => {
    callee = `+91980000${digits}`
    const { legId } = await dial()
    await pass(60)
    expect(await twilio.fetchCall(legId, null)).toMatchObject({ callee: { status, durationSeconds: 0 }, unreadable: false })
    expect(after()?.endedBy ?? null).toBeNull()
  })

  it('shows a caller who does not pick up', async () => {
    callee = '+919800000000'
    const { legId } = await dial('+919800000002')
    await pass(60)
    expect(await twilio.fetchCall(legId, null)).toMatchObject({ caller: { status: 'no_answer', durationSeconds: 0 }, callee: null })
  })

  it('is ended by us, ringing or running, once or twice', async () => {
    callee = '+919800000000'
    for (const seconds of [0, 30]) {
      const { legId } = await dial()
      await pass(seconds)
      await twilio.hangUp(legId, null)
      await twilio.hangUp(legId, null)
      await pass(1)
      const call = await twilio.fetchCall(legId, null)
      expect(call?.unreadable).toBe(false)
      expect(['completed', 'canceled', 'no_answer']).toContain(call?.caller.status)
    }
    await twilio.hangUp(`CA${'0'.repeat(32)}`, null)
  })

  it('is ended by the time limit that the two were given', async () => {
    callee = '+919800000000'
    const { legId } = await dial()
    await pass(500)
    expect(await twilio.fetchCall(legId, null)).toMatchObject({ callee: { status: 'completed', durationSeconds: 300 }, unreadable: false })
  })
})

describe('what can go wrong with a dial', () => {
  it('finds the call whose answer was lost, and nothing older', async () => {
    callee = '+919800000000'
    await dial()
    await pass(400)
    const since = new Date(clock.now())
    expect(await twilio.findDialed(wish(), since)).toEqual([])
    const { legId } = await dial()
    expect(await twilio.findDialed(wish(), since)).toMatchObject([{ id: legId }])
    expect(await twilio.findDialed(wish('+919800000009'), since)).toEqual([])
  })

  it('tells a wrong number from a caller ID that is not ours and from wrong credentials', async () => {
    await expect(dial('+919800000004')).rejects.toMatchObject({ failure: 'invalid_number', providerCode: '21211' })
    await expect(twilio.dial({ ...wish(), from: '+15005550099' })).rejects.toMatchObject({ failure: 'refused' })
    const nobody = createTwilio({ baseUrl: sandbox.url, accountSid: sandbox.accountSid, authToken: 'wrong-token-wrong-token' })
    await expect(nobody.dial(wish())).rejects.toMatchObject({ failure: 'refused', providerCode: '20003' })
    expect(sandbox.control.calls({ all: true })).toEqual([])
  })
})

describe('numbers of the account', () => {
  it('are known, bought and given back', async () => {
    expect(await twilio.numbers.owns(from)).toBe(true)
    expect(await twilio.numbers.owns('+15005550007')).toBe(false)
    const [one, other] = await twilio.numbers.search({ country: 'US', limit: 2 })
    if (one === undefined || other === undefined) throw new Error('the sandbox offers too few numbers')
    await twilio.numbers.buy(one.phoneNumber)
    expect(await twilio.numbers.owns(one.phoneNumber)).toBe(true)
    expect(await twilio.numbers.owns(other.phoneNumber)).toBe(false)
    await expect(twilio.numbers.buy(one.phoneNumber)).rejects.toMatchObject({ failure: 'refused' })
    await twilio.numbers.receiveCalls(one.phoneNumber, 'https://connect.example/incoming')
    await twilio.numbers.release(one.phoneNumber)
    await twilio.numbers.release(one.phoneNumber)
    expect(await twilio.numbers.owns(one.phoneNumber)).toBe(false)
  })
})
