import { describe, expect, it } from 'vitest'
import { caller, callSid, exoPhone, exotelAt, wish } from './exotel-stub.fixture.ts'

const exotel = exotelAt('http://127.0.0.1:1', { pattern: 'flow', flowId: '926' })

const asks = (query: string) =>
  exotel.verifyInbound({
    url: `https://connect.example/providers/exotel/live/incoming/secret0123456789?${query}`,
    method: 'GET',
    headers: { 'exotel-version': '1.0' },
    raw: Buffer.alloc(0),
  })

/** The query of a dynamic Connect applet. */
const query = (fields: Readonly<Record<string, string>> = {}): string =>
  new URLSearchParams({
    CallSid: callSid,
    CallFrom: '09800000001',
    CallTo: '08030752400',
    Direction: 'incoming',
    Created: '2027-03-03 10:48:33',
    DialCallDuration: '0',
    StartTime: '2027-03-03 10:48:33',
    EndTime: '1970-01-01 05:30:00',
    CallType: 'call-attempt',
    ...fields,
  }).toString()

describe('whom to ring', () => {
  it('is asked about somebody who calls a virtual number', async () => {
    expect(await asks(query())).toEqual({ legId: callSid, from: caller, to: exoPhone, reference: null })
  })

  it('is asked about a call of ours, which brings our reference', async () => {
    expect(await asks(query({ Direction: 'outbound-dial', CustomField: wish.reference }))).toEqual({
      legId: callSid,
      from: caller,
      to: exoPhone,
      reference: wish.reference,
    })
  })

  it.each([
    ['+919800000001', caller],
    ['919800000001', caller],
    ['9800000001', caller],
    ['+15005550006', '+15005550006'],
    ['18001234567', '+9118001234567'],
    ['', null],
    ['anonymous', null],
    ['Restricted', null],
    ['0', null],
    ['+0123456789', null],
    ['09800000001,09800000002', null],
    ['٠٩٨٠٠٠٠٠٠٠١', null],
  ])('reads a caller %j as %j', async (written, from) => {
    expect((await asks(query({ CallFrom: written })))?.from).toBe(from)
  })

  it('reads a plus that nobody escaped', async () => {
    expect(await asks(`CallSid=${callSid}&CallFrom=+919800000001&CallTo=+918030752400`)).toMatchObject({ from: caller, to: exoPhone })
  })

  it.each([
    ['no call', query({ CallSid: '' })],
    ['a call that is a path', query({ CallSid: '../../x' })],
    ['no virtual number', query({ CallTo: '' })],
    ['a virtual number that is none', query({ CallTo: '<script>' })],
    ['two calls', `${query()}&CallSid=${callSid}`],
    ['two virtual numbers', `${query()}&CallTo=08030752499`],
    ['a call of ours without a reference', query({ Direction: 'outbound-dial' })],
    ['a call of ours with a reference that cannot be', query({ Direction: 'outbound-dial', CustomField: '<x>' })],
    ['nothing', ''],
  ])('is not a question with %s', async (_, text) => {
    expect(await asks(text)).toBeUndefined()
  })

  it('is not a question in a broken body', async () => {
    const raw = Buffer.from('{')
    const url = 'https://connect.example/providers/exotel/live/incoming/secret0123456789'
    expect(await exotel.verifyInbound({ url, method: 'POST', headers: { 'content-type': 'application/json' }, raw })).toBeUndefined()
  })
})
