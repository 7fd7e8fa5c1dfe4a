import { describe, expect, it } from 'vitest'
import type { VerifiedDelivery } from '../port.ts'
import { calleeLeg, callSid, callUrl, exotelAt, otherSid, wish } from './exotel-stub.fixture.ts'

const nowhere = 'http://127.0.0.1:1'
const connect = exotelAt(nowhere)
const flow = exotelAt(nowhere, { pattern: 'flow', flowId: '926' })

type Values = Readonly<Record<string, unknown>>

/** A callback as the documentation shows it. */
const terminal = (fields: Values = {}): Values => ({
  CallSid: callSid,
  EventType: 'terminal',
  DateCreated: '2027-03-03 10:48:33',
  DateUpdated: '2027-03-03 10:53:33',
  Status: 'completed',
  RecordingUrl: '',
  StartTime: '2027-03-03 10:48:33',
  EndTime: '2027-03-03 10:49:50',
  To: '09800000002',
  From: '09800000001',
  PhoneNumberSid: '08030752400',
  Direction: 'outbound-api',
  ConversationDuration: 320,
  CustomField: wish.reference,
  Legs: [
    { OnCallDuration: 335, Status: 'completed', AnsweredBy: 'NA' },
    { OnCallDuration: 320, Status: 'completed', AnsweredBy: 'HUMAN' },
  ],
  ...fields,
})
const answered = (fields: Values = {}): Values => ({
  ...terminal(),
  EventType: 'answered',
  Status: 'in-progress',
  EndTime: null,
  CustomField: undefined,
  ...fields,
})

const json = (fields: Values) => ({ headers: { 'content-type': 'application/json' }, raw: Buffer.from(JSON.stringify(fields)) })

const flattened = (fields: Values): [string, string][] =>
  Object.entries(fields).flatMap(([name, value]): [string, string][] =>
    Array.isArray(value)
      ? value.flatMap((one: Values, at) =>
          Object.entries(one).map(([key, told]): [string, string] => [`${name}[${at}][${key}]`, String(told)]),
        )
      : [[name, typeof value === 'string' || typeof value === 'number' ? String(value) : '']],
  )

async function multipart(fields: Values): Promise<{ headers: Record<string, string>; raw: Buffer }> {
  const form = new FormData()
  for (const [name, value] of flattened(fields)) form.append(name, value)
  const request = new Response(form)
  return {
    headers: { 'content-type': request.headers.get('content-type') ?? '' },
    raw: Buffer.from(await request.arrayBuffer()),
  }
}

const urlencoded = (fields: Values) => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  raw: Buffer.from(new URLSearchParams(flattened(fields)).toString()),
})

const to = (what: string, sent: { headers: Record<string, string>; raw: Buffer }, exotel = connect) =>
  exotel.verify({ url: `${callUrl}/${what}`, method: 'POST', ...sent })

describe('a status callback', () => {
  it('tells the end of the call, in whatever form it is sent', async () => {
    const read: (VerifiedDelivery | undefined)[] = []
    for (const sent of [json(terminal()), urlencoded(terminal()), await multipart(terminal())]) read.push(await to('status', sent))
    expect(read[0]?.report).toEqual({
      kind: 'status',
      leg: 'caller',
      legId: callSid,
      otherLegId: null,
      status: 'completed',
      sequence: null,
      at: new Date('2027-03-03T05:19:50Z'),
      endedBy: null,
    })
    expect(read[1]).toEqual(read[0])
    expect(read[2]).toEqual(read[0])
  })

  it('is read in its old, short form too, which is all that a flow’s calls have', async () => {
    const short = { CallSid: callSid, DateUpdated: '2027-03-03 10:53:33', Status: 'no-answer', RecordingUrl: null }
    const told = await to('status', json(short), flow)
    expect(told?.report).toMatchObject({ leg: 'caller', legId: callSid, status: 'no_answer', at: new Date('2027-03-03T05:23:33Z') })
    expect(told?.deliveryId).toBe((await to('status', json({ ...short, EventType: 'terminal' }), flow))?.deliveryId)
  })

  it.each([
    ['queued', 'queued'],
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
    [undefined, 'unknown'],
    [7, 'unknown'],
  ])('calls %j %s', async (word, status) => {
    expect((await to('status', json(terminal({ Status: word }))))?.report).toMatchObject({ leg: 'caller', status })
  })

  it('guesses that the callee has answered, where nothing better is told', async () => {
    expect((await to('status', json(answered())))?.report).toMatchObject({
      leg: 'callee',
      legId: calleeLeg,
      otherLegId: callSid,
      status: 'in_progress',
      at: new Date('2027-03-03T05:23:33Z'),
    })
    expect((await to('status', json(answered()), flow))?.report).toMatchObject({ leg: 'caller', legId: callSid, status: 'in_progress' })
  })

  it('does not take the caller’s answer for the callee’s, where the legs are told', async () => {
    const [first, second] = [
      { OnCallDuration: 0, Status: 'in-progress' },
      { OnCallDuration: 0, Status: null },
    ]
    const ringing = answered({ Legs: [first, second] })
    const talking = answered({ Legs: [first, first] })
    for (const form of [json, multipart]) {
      const [caller, callee] = [await to('status', await form(ringing)), await to('status', await form(talking))]
      expect(caller?.report).toMatchObject({ leg: 'caller', legId: callSid, status: 'in_progress' })
      expect(callee?.report).toMatchObject({ leg: 'callee', legId: calleeLeg, status: 'in_progress' })
      // Two messages, though they have one name.
      expect(callee?.deliveryId).not.toBe(caller?.deliveryId)
    }
    for (const legs of [undefined, 'x', [], [first], [null, 7]])
      expect((await to('status', json(answered({ Legs: legs }))))?.report.leg).toBe('callee')
  })

  it('takes an answer that is told after the end for the end', async () => {
    expect((await to('status', json(answered({ Status: 'completed' }))))?.report).toMatchObject({ leg: 'caller', status: 'completed' })
  })

  it('reads oddities of time as not told', async () => {
    for (const time of ['soon', 7, {}, '2027-02-31 10:00:00'])
      expect((await to('status', json(terminal({ EndTime: time, DateUpdated: time }))))?.report.at).toBeNull()
  })

  it('is never believed about money: its figures are notes at most', async () => {
    const told = await to('status', json(terminal({ ConversationDuration: 1e9 })))
    expect(JSON.stringify(told?.report)).not.toContain('1000000000')
    expect(told?.notes?.['ConversationDuration']).toBe('1000000000')
  })

  it('leaves no phone numbers and no secret of ours in the notes', async () => {
    const told = await to('status', json(terminal()))
    expect(told?.notes).toMatchObject({ CallSid: callSid, EventType: 'terminal', Status: 'completed', ConversationDuration: '320' })
    expect(JSON.stringify(told)).not.toMatch(/98000000|token0123456789|8030752400/)
  })
})

describe('an event of the Connect applet', () => {
  const dialed = (fields: Values = {}) => {
    const query = {
      CallSid: callSid,
      CallFrom: '09800000001',
      CallTo: '08030752400',
      Direction: 'outbound-dial',
      CustomField: wish.reference,
    }
    const params = new URLSearchParams(flattened({ ...query, CurrentTime: '2027-03-03 10:48:50', DialCallDuration: '17', ...fields }))
    return flow.verify({ url: `${callUrl}/dial-events?${params.toString()}`, method: 'GET', headers: {}, raw: Buffer.alloc(0) })
  }

  it.each([
    [{ EventType: 'Dial' }, 'queued'],
    [{ EventType: 'ringing', DialCallStatus: 'ringing' }, 'ringing'],
    [{ EventType: 'answered', DialCallStatus: 'in-progress' }, 'in_progress'],
    [{ EventType: 'completed', DialCallStatus: 'completed' }, 'completed'],
    [{ EventType: 'completed', DialCallStatus: 'busy' }, 'busy'],
    [{ EventType: 'Terminal', DialCallStatus: 'no-answer' }, 'no_answer'],
    [{ EventType: 'completed' }, 'completed'],
    [{ DialCallStatus: 'canceled' }, 'canceled'],
    [{ EventType: 'teleported' }, 'unknown'],
  ])('with %j tells that the callee’s phone is %s', async (fields, status) => {
    expect((await dialed(fields))?.report).toEqual({
      kind: 'status',
      leg: 'callee',
      legId: calleeLeg,
      otherLegId: callSid,
      status,
      sequence: null,
      at: new Date('2027-03-03T05:18:50Z'),
      endedBy: null,
    })
  })

  it('is read from a form as well, and leaves neither numbers nor our secret in the notes', async () => {
    const told = await to(
      'dial-events',
      urlencoded({ CallSid: callSid, EventType: 'ringing', DialWhomNumber: '09800000002', CustomField: wish.reference }),
      flow,
    )
    expect(told?.report).toMatchObject({ leg: 'callee', status: 'ringing' })
    expect(JSON.stringify([told, await dialed()])).not.toMatch(/98000000|token0123456789/)
  })
})

describe('telling repetitions', () => {
  const idOf = async (what: string, fields: Values) => (await to(what, json(fields)))?.deliveryId

  it('knows a message again, in whatever order or form it comes', async () => {
    const reversed = Object.fromEntries(Object.entries(terminal()).reverse())
    const id = await idOf('status', terminal())
    expect(await idOf('status', reversed)).toBe(id)
    expect((await to('status', await multipart(terminal())))?.deliveryId).toBe(id)
    // The same event of the same call is told once, whatever else is said with it.
    expect(await idOf('status', terminal({ ConversationDuration: 5, DateUpdated: '2027-03-03 11:00:00' }))).toBe(id)
  })

  it('tells messages apart by call, event and status', async () => {
    const messages = [
      terminal(),
      terminal({ Status: 'failed' }),
      terminal({ CallSid: otherSid }),
      answered(),
      terminal({ Status: 'a b' }),
      terminal({ Status: 'a c' }),
    ]
    const ids = await Promise.all(messages.map((fields) => idOf('status', fields)))
    expect(new Set(ids).size).toBe(ids.length)
    expect(await idOf('dial-events', terminal())).not.toBe(await idOf('status', terminal()))
  })

  it('keeps ids short, whatever is in a message', async () => {
    expect((await idOf('status', terminal({ EventType: 'x'.repeat(5_000), Status: 'y'.repeat(5_000) })))?.length).toBeLessThan(260)
  })
})

describe('what makes no sense', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const unreadable: [string, { headers: Record<string, string>; raw: Buffer }][] = [
    ['no call', json({ ...terminal(), CallSid: undefined })],
    ['an id that is a path', json(terminal({ CallSid: '../../Balance.json' }))],
    ['an id that is a number', json(terminal({ CallSid: 7 }))],
    ['an id in a list', json(terminal({ CallSid: [callSid] }))],
    ['an id that is too long', json(terminal({ CallSid: 'a'.repeat(65) }))],
    ['two calls at once', { headers: form, raw: Buffer.from(`CallSid=${callSid}&CallSid=${otherSid}&Status=completed`) }],
    ['hundreds of fields', urlencoded(Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`F${i}`, '1'])))],
    ['broken JSON', { headers: { 'content-type': 'application/json' }, raw: Buffer.from('{"CallSid":') }],
    ['JSON that is a list', json([terminal()] as unknown as Values)],
    ['JSON that is null', { headers: { 'content-type': 'application/json' }, raw: Buffer.from('null') }],
    ['nothing', { headers: {}, raw: Buffer.alloc(0) }],
    ['parts without a boundary', { headers: { 'content-type': 'multipart/form-data' }, raw: Buffer.from('--x\r\n\r\n--x--') }],
    [
      'parts that end in mid-air',
      { headers: { 'content-type': 'multipart/form-data; boundary=x' }, raw: Buffer.from('--x\r\nContent-Dis') },
    ],
    [
      'a file',
      {
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
        raw: Buffer.from(`--x\r\nContent-Disposition: form-data; name="CallSid"; filename="a"\r\n\r\n${callSid}\r\n--x--\r\n`),
      },
    ],
  ]
  it.each(unreadable)('is refused with %s', async (_, sent) => {
    for (const what of ['status', 'dial-events'])
      await expect(to(what, sent)).rejects.toEqual(expect.objectContaining({ name: 'Problem', code: 'invalid_request' }))
  })

  it('is refused at an address where nothing is expected', async () => {
    for (const what of ['answer', 'after', 'other', ''])
      await expect(to(what, json(terminal()))).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('does not mistake the names of every object for fields', async () => {
    const raw = Buffer.from(`{"__proto__":{"CallSid":"${callSid}","Status":"completed"},"constructor":1}`)
    await expect(to('status', { headers: { 'content-type': 'application/json' }, raw })).rejects.toMatchObject({ code: 'invalid_request' })
  })
})
