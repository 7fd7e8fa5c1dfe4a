import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { describe, expect, it } from 'vitest'
import { verifyDelivery } from './deliveries.ts'
import type { Delivery } from '../port.ts'
import { accountSid, authToken, childSid, parentSid } from './twilio-stub.fixture.ts'

const read = (delivery: Delivery) => verifyDelivery([authToken], delivery)

const callId = 'call_01j00000000000000000000000'
const base = `https://connect.example/providers/twilio/calls/${callId}/token0123456789abcdef`

type Values = Readonly<Record<string, string | string[]>>

const encode = (fields: Values): string =>
  new URLSearchParams(Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one]))).toString()

const deliver = (what: string, fields: Values, signed: Values = fields) => {
  const url = `${base}/${what}`
  const signature = getExpectedTwilioSignature(authToken, url, signed)
  return read({ url, method: 'POST', headers: { 'x-twilio-signature': signature }, raw: Buffer.from(encode(fields)) })
}

/** A status callback as captured from Twilio. */
const status = (fields: Values = {}): Values => ({
  AccountSid: accountSid,
  ApiVersion: '2010-04-01',
  CallSid: parentSid,
  CallStatus: 'in-progress',
  CallbackSource: 'call-progress-events',
  Called: '+919800000001',
  CalledCity: 'Mumbai',
  Caller: '+15005550006',
  Direction: 'outbound-api',
  From: '+15005550006',
  SequenceNumber: '2',
  Timestamp: 'Sun, 25 Mar 2029 09:53:19 +0000',
  To: '+919800000001',
  ToCity: 'Mumbai',
  ...fields,
})
const without = (fields: Values, ...names: string[]): Values =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))

const answer = without(status({ CallStatus: 'in-progress' }), 'CallbackSource', 'SequenceNumber', 'Timestamp')
const after = (fields: Values = {}): Values => ({
  ...answer,
  DialBridged: 'true',
  DialCallDuration: '42',
  DialCallSid: childSid,
  DialCallStatus: 'completed',
  ...fields,
})

describe('what a message says', () => {
  it('reads a status of the caller’s leg', () => {
    expect(deliver('caller-status', status())?.report).toEqual({
      kind: 'status',
      leg: 'caller',
      legId: parentSid,
      otherLegId: null,
      status: 'in_progress',
      sequence: 2,
      at: new Date('2029-03-25T09:53:19Z'),
      endedBy: null,
    })
  })

  it('reads a status of the callee’s leg with its parent', () => {
    const fields = status({ CallSid: childSid, ParentCallSid: parentSid, CallStatus: 'ringing', Direction: 'outbound-dial' })
    expect(deliver('callee-status', fields)?.report).toMatchObject({
      leg: 'callee',
      legId: childSid,
      otherLegId: parentSid,
      status: 'ringing',
    })
  })

  it.each([
    ['queued', 'queued'],
    ['initiated', 'queued'],
    ['ringing', 'ringing'],
    ['in-progress', 'in_progress'],
    ['completed', 'completed'],
    ['busy', 'busy'],
    ['no-answer', 'no_answer'],
    ['failed', 'failed'],
    ['canceled', 'canceled'],
    ['COMPLETED', 'unknown'],
    ['something-new', 'unknown'],
    ['', 'unknown'],
  ])('calls %j %s', (word, meaning) => expect(deliver('caller-status', status({ CallStatus: word }))?.report.status).toBe(meaning))

  it('reads an answered caller, who asks what to do', () => {
    expect(deliver('answer', answer)?.report).toMatchObject({
      kind: 'answer_request',
      leg: 'caller',
      legId: parentSid,
      status: 'in_progress',
      sequence: null,
      at: null,
    })
  })

  it.each([
    ['the callee, when the caller’s leg goes on', { CallStatus: 'in-progress' }, 'callee'],
    ['the caller, when the caller’s leg is over', { CallStatus: 'completed' }, 'caller'],
    ['nobody, when there was no conversation', { DialCallStatus: 'busy', DialBridged: 'false' }, null],
    ['nobody, when the callee was never joined', { DialBridged: 'false' }, null],
    ['nobody, when it cannot be told', { CallStatus: 'something-new' }, null],
  ])('says that a conversation was ended by %s', (_, fields, endedBy) => {
    expect(deliver('after', after(fields))?.report).toMatchObject({
      kind: 'after_request',
      leg: 'callee',
      legId: childSid,
      otherLegId: parentSid,
      endedBy,
    })
  })

  it.each([
    ['completed', 'completed'],
    ['answered', 'completed'],
    ['busy', 'busy'],
    ['no-answer', 'no_answer'],
    ['failed', 'failed'],
    ['canceled', 'canceled'],
  ])('takes a Dial that came out as %s for %s', (word, read) => {
    expect(deliver('after', after({ DialCallStatus: word }))?.report.status).toBe(read)
  })

  it('speaks for the caller when no callee was ever dialled', () => {
    const fields = without(after({ DialCallStatus: 'failed' }), 'DialCallSid', 'DialCallDuration')
    expect(deliver('after', fields)?.report).toMatchObject({ leg: 'caller', legId: parentSid, status: 'in_progress', endedBy: null })
  })

  it('reads oddities of number and time as not told', () => {
    for (const fields of [
      { SequenceNumber: '-1', Timestamp: 'soon' },
      { SequenceNumber: '1e3', Timestamp: '' },
    ])
      expect(deliver('caller-status', status(fields))?.report).toMatchObject({ sequence: null, at: null })
  })

  it('keeps notes without phone numbers or places', () => {
    const fields = status({ SipResponseCode: '486', ForwardedFrom: '+919800000009', CallerName: 'A. Person' })
    const delivery = deliver('caller-status', fields)
    expect(delivery?.notes).toMatchObject({ CallSid: parentSid, CallStatus: 'in-progress', SipResponseCode: '486' })
    expect(JSON.stringify(delivery)).not.toMatch(/\+\d{8}|Mumbai|Person/)
  })
})

describe('telling repetitions', () => {
  const idOf = (what: string, fields: Values) => deliver(what, fields)?.deliveryId

  it('knows a message again, in whatever order its fields come', () => {
    const reversed = Object.fromEntries(Object.entries(answer).reverse())
    expect(idOf('answer', reversed)).toBe(idOf('answer', answer))
    expect(idOf('caller-status', status())).toBe(idOf('caller-status', status()))
  })

  it('tells messages apart by call leg, source, number and status', () => {
    const ids = [
      status(),
      status({ SequenceNumber: '3' }),
      status({ CallStatus: 'completed' }),
      status({ CallSid: childSid }),
      status({ CallbackSource: 'other-events' }),
      without(status(), 'SequenceNumber'),
      without(status({ CallStatus: 'completed' }), 'SequenceNumber'),
    ].map((fields) => idOf('caller-status', fields))
    expect(new Set(ids).size).toBe(ids.length)
    expect(idOf('callee-status', status())).not.toBe(idOf('caller-status', status()))
    expect(idOf('after', after({ DialCallStatus: 'busy' }))).not.toBe(idOf('after', after()))
  })

  it('keeps ids short, whatever is in a message', () => {
    const long = idOf('caller-status', status({ CallbackSource: 'x'.repeat(5_000), CallStatus: 'y'.repeat(5_000) }))
    expect(long?.length).toBeLessThan(200)
  })
})

describe('what is not Twilio’s or makes no sense', () => {
  it('is not taken when the signature is of something else', () => {
    expect(deliver('caller-status', status({ CallStatus: 'completed' }), status())).toBeUndefined()
    const raw = Buffer.from(encode(status()))
    expect(read({ url: `${base}/caller-status`, method: 'POST', headers: {}, raw })).toBeUndefined()
    const elsewhere = getExpectedTwilioSignature(authToken, `${base}/after`, status())
    expect(read({ url: `${base}/caller-status`, method: 'POST', headers: { 'x-twilio-signature': elsewhere }, raw })).toBeUndefined()
  })

  it('is not taken with hundreds of fields', () => {
    const many = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`F${i}`, '1']))
    expect(deliver('caller-status', { ...status(), ...many })).toBeUndefined()
  })

  it.each([
    ['no call', without(status(), 'CallSid')],
    ['an id of another kind', status({ CallSid: `SM${'a'.repeat(32)}` })],
    ['an id that is a path', status({ CallSid: '../../Accounts' })],
    ['two calls at once', status({ CallSid: [parentSid, childSid] })],
    ['a parent of another kind', status({ ParentCallSid: 'x' })],
  ])('is refused as unreadable with %s, though the signature is right', (_, fields) => {
    expect(() => deliver('callee-status', fields)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })
})
