import { describe, expect, it } from 'vitest'
import { signatureOf } from '../../../../sandbox/twilio/signing.ts'
import type { Delivery } from '../port.ts'
import { verifyInbound } from './inbound.ts'

const token = '0123456789abcdef0123456789abcdef'
const url = 'https://connect.example/providers/twilio/test/incoming'
const legId = `CA${'1'.repeat(32)}`
const told = { CallSid: legId, CallStatus: 'ringing', Direction: 'inbound', From: '+919800000001', To: '+15005550006' }

const delivery = (fields: Record<string, string>, signed = token): Delivery => ({
  url,
  method: 'POST',
  headers: { 'x-twilio-signature': signatureOf(signed, url, fields) },
  raw: Buffer.from(new URLSearchParams(fields).toString()),
})
const read = (change: Record<string, string>) => verifyInbound([token], delivery({ ...told, ...change }))

describe('a call that comes in', () => {
  it('is read', () => {
    expect(read({})).toEqual({ legId, from: '+919800000001', to: '+15005550006', reference: null })
  })

  it.each([
    '',
    'anonymous',
    'Restricted',
    '+266696687',
    '266696687',
    '+7378742833',
    '+2562533',
    '+8566696',
    '+86282452253',
    '+0123',
    'sip:a@b.c',
  ])('has no caller when the number is withheld: %j', (From) => expect(read({ From })).toMatchObject({ from: null }))

  it.each([{ CallSid: 'CA1' }, { CallSid: `${legId}/../x` }, { To: '' }, { To: '15005550006' }, { To: 'sip:x@y' }])(
    'is none when what matters is not readable: %j',
    (change) => expect(read(change)).toBeUndefined(),
  )

  it('is believed to Twilio only', () => {
    expect(verifyInbound([token], delivery(told, 'another'))).toBeUndefined()
    expect(verifyInbound([token, 'previous'], delivery(told, 'previous'))).toBeDefined()
    expect(verifyInbound([token], { ...delivery(told), headers: {} })).toBeUndefined()
    expect(verifyInbound([token], { ...delivery(told), raw: Buffer.from(`To=%2B15005550007&CallSid=${legId}`) })).toBeUndefined()
  })
})
