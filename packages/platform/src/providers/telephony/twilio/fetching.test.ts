import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ProviderCall, Telephony } from '../port.ts'
import { createTwilio } from './adapter.ts'
import {
  accountSid,
  authToken,
  callList,
  callResource,
  childResource,
  childSid,
  ok,
  parentSid,
  refusal,
  startStub,
  type TwilioStub,
} from './twilio-stub.fixture.ts'

let stub: TwilioStub
let twilio: Telephony
beforeAll(async () => {
  stub = await startStub()
  twilio = createTwilio({ baseUrl: stub.url, accountSid, authToken, timeoutMs: 10_000 })
})
beforeEach(() => stub.reply())
afterAll(() => stub.close())

const fetchWith = (caller: unknown, ...children: unknown[]): Promise<ProviderCall | undefined> => {
  stub.reply(ok(caller), ok(callList(...children)))
  return twilio.fetchCall(parentSid, null)
}

describe('what a call came to', () => {
  it('reads both legs from the call and its child', async () => {
    const call = await fetchWith(callResource({ duration: '15' }), childResource({ duration: '9' }))
    const times = { startedAt: new Date('2027-08-31T20:36:29Z'), endedAt: new Date('2027-08-31T20:36:44Z') }
    expect(call).toEqual({
      caller: { id: parentSid, status: 'completed', durationSeconds: 15, ...times },
      callee: { id: childSid, status: 'completed', durationSeconds: 9, ...times },
      unreadable: false,
    })
    expect(stub.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /2010-04-01/Accounts/${accountSid}/Calls/${parentSid}.json`,
      `GET /2010-04-01/Accounts/${accountSid}/Calls.json`,
    ])
    expect(stub.asked[1]?.query.get('ParentCallSid')).toBe(parentSid)
  })

  it('has no callee when none was dialled', async () => {
    expect(await fetchWith(callResource({ status: 'no-answer', duration: '0' }))).toMatchObject({
      caller: { status: 'no_answer', durationSeconds: 0 },
      callee: null,
      unreadable: false,
    })
  })

  it('shows a running leg without a duration', async () => {
    const running = { status: 'in-progress', duration: null, end_time: null }
    expect(await fetchWith(callResource(running), childResource({ ...running, status: 'ringing', start_time: null }))).toMatchObject({
      caller: { status: 'in_progress', durationSeconds: null, endedAt: null },
      callee: { status: 'ringing', durationSeconds: null, startedAt: null },
      unreadable: false,
    })
  })

  it.each([
    ['busy', 'busy'],
    ['no-answer', 'no_answer'],
    ['failed', 'failed'],
    ['canceled', 'canceled'],
  ])('gives a callee who was %s no duration to pay for', async (word, status) => {
    const call = await fetchWith(callResource(), childResource({ status: word, duration: null, start_time: '', end_time: '' }))
    expect(call).toMatchObject({ callee: { status, durationSeconds: 0, startedAt: null, endedAt: null }, unreadable: false })
  })

  it.each([
    ['0', 0],
    ['61', 61],
    [61, 61],
    ['86400', 86_400],
  ])('reads the duration %j', async (told, seconds) => {
    expect(await fetchWith(callResource(), childResource({ duration: told }))).toMatchObject({
      callee: { durationSeconds: seconds },
      unreadable: false,
    })
  })

  const riddles = [
    '-1',
    -1,
    '1000000000',
    1e9,
    86_401,
    'abc',
    '1e3',
    '0x10',
    '12.5',
    12.5,
    ' 12',
    '+12',
    '',
    null,
    undefined,
    true,
    [],
    [7],
    {},
    'NaN',
    '٣',
  ]
  it.each(riddles.map((duration) => ({ duration })))('does not guess what the duration $duration means', async ({ duration }) => {
    const call = await fetchWith(callResource(), childResource({ duration }))
    expect(call?.unreadable).toBe(true)
    expect(call?.callee?.durationSeconds).toBeNull()
    // The leg that can be read is read all the same.
    expect(call?.caller.durationSeconds).toBe(15)
  })

  it.each([
    ['a status it does not know', { status: 'teleported' }],
    ['a status that is no word', { status: 5 }],
    ['no status', { status: undefined }],
    ['a duration of a call that nobody answered', { status: 'busy', duration: '30' }],
    ['an end before the start', { end_time: 'Tue, 31 Aug 2027 20:36:00 +0000' }],
    ['a time that is no time', { start_time: 'yesterday' }],
    ['a time that is a number', { end_time: 1_700_000_000 }],
    ['a day that does not exist', { end_time: 'Tue, 99 Aug 2027 20:36:44 +0000' }],
  ])('says that it cannot read %s', async (_, fields) => {
    const call = await fetchWith(callResource(), childResource(fields))
    expect(call?.unreadable).toBe(true)
    expect(JSON.stringify(call)).not.toMatch(/NaN|Invalid/)
    expect(call?.callee?.startedAt ?? new Date(0)).not.toEqual(new Date(Number.NaN))
  })

  it('says so when there are more callees than the one we dialled, and shows the newest', async () => {
    const older = childResource({ sid: `CA${'c'.repeat(32)}`, date_created: 'Tue, 31 Aug 2027 20:36:20 +0000' })
    expect(await fetchWith(callResource(), older, childResource())).toMatchObject({ callee: { id: childSid }, unreadable: true })
  })

  it('does not take calls of others for the callee', async () => {
    const stranger = callResource({ sid: `CA${'d'.repeat(32)}` })
    const otherChild = childResource({ sid: `CA${'e'.repeat(32)}`, parent_call_sid: `CA${'d'.repeat(32)}` })
    expect(await fetchWith(callResource(), stranger, otherChild)).toMatchObject({ callee: null, unreadable: false })
  })

  it('knows a call that Twilio does not know', async () => {
    stub.reply(refusal(404, 20404))
    expect(await twilio.fetchCall(parentSid, null)).toBeUndefined()
  })

  it.each([
    ['a 404 that is not Twilio’s', { status: 404, body: '<html>not found</html>' }],
    ['an answer about another call', ok(callResource({ sid: childSid }))],
    ['an answer that is a list', ok([])],
    ['broken JSON', ok('{')],
    ['a failure', refusal(500, 20500)],
  ])('does not take %s for an answer', async (_, reply) => {
    stub.reply(reply)
    await expect(twilio.fetchCall(parentSid, null)).rejects.toThrow('telephony request')
  })

  it('gives no half of a call when the other half was not told', async () => {
    stub.reply(ok(callResource()), refusal(500, 20500))
    await expect(twilio.fetchCall(parentSid, null)).rejects.toMatchObject({ failure: 'unknown' })
  })
})

describe('hanging up', () => {
  it('completes the caller’s leg', async () => {
    stub.reply(ok(callResource()))
    await twilio.hangUp(parentSid, null)
    expect(stub.asked).toHaveLength(1)
    expect(stub.asked[0]).toMatchObject({ method: 'POST', path: `/2010-04-01/Accounts/${accountSid}/Calls/${parentSid}.json` })
    expect([...(stub.asked[0]?.form ?? [])]).toEqual([['Status', 'completed']])
  })

  it.each([
    ['a call that is over', refusal(400, 21220)],
    ['a call that is gone', refusal(404, 20404)],
  ])('is content with %s', async (_, reply) => {
    stub.reply(reply)
    await twilio.hangUp(parentSid, null)
  })

  it.each([
    ['a failure', refusal(500, 20500), 'unknown'],
    ['a 404 that is not Twilio’s', { status: 404, body: '' }, 'refused'],
    ['another refusal', refusal(401, 20003), 'refused'],
  ])('is not content with %s', async (_, reply, failure) => {
    stub.reply(reply)
    await expect(twilio.hangUp(parentSid, null)).rejects.toMatchObject({ failure })
  })
})

describe('looking for a dial whose answer was lost', () => {
  const wish = { callerPhone: '+919800000001', calleePhone: '+919800000002', from: '+15017122661', reference: 'call_1.token' }
  const since = new Date('2027-08-31T20:36:30.900Z')
  const queued = (fields: Record<string, unknown> = {}) =>
    callResource({ status: 'queued', start_time: null, end_time: null, duration: null, ...fields })

  it('finds a call that is still queued, even where the two clocks differ a little', async () => {
    stub.reply(ok(callList(queued())))
    expect(await twilio.findDialed(wish, since)).toMatchObject([{ id: parentSid, status: 'queued' }])
    expect(stub.asked.map(({ query }) => [query.get('To'), query.get('From'), query.get('StartTime>')])).toEqual([
      [wish.callerPhone, wish.from, null],
      [wish.callerPhone, wish.from, '2027-08-31'],
    ])
  })

  it('leaves out older calls, callees’ legs and calls that came in', async () => {
    stub.reply(
      ok(
        callList(
          queued({ date_created: 'Tue, 31 Aug 2027 20:36:20 +0000' }),
          queued({ sid: childSid, parent_call_sid: parentSid }),
          queued({ sid: `CA${'c'.repeat(32)}`, direction: 'inbound' }),
        ),
      ),
    )
    expect(await twilio.findDialed(wish, since)).toEqual([])
  })

  it('reads on to the next page', async () => {
    const next = {
      ...callList(queued({ date_created: 'Tue, 31 Aug 2027 20:36:20 +0000' })),
      next_page_uri: 'https://elsewhere.example/Calls.json?Page=1&PageToken=PA1',
    }
    stub.reply(ok(callList()), ok(next), ok(callList(queued())))
    expect(await twilio.findDialed(wish, since)).toHaveLength(1)
    expect(stub.asked[2]?.query.get('PageToken')).toBe('PA1')
  })

  it('does not say that there is none when it cannot tell', async () => {
    stub.reply(ok(callList(queued({ date_created: undefined }))))
    await expect(twilio.findDialed(wish, since)).rejects.toMatchObject({ failure: 'unknown' })
    stub.reply(ok({ calls: 'none' }))
    await expect(twilio.findDialed(wish, since)).rejects.toMatchObject({ failure: 'unknown' })
  })
})
