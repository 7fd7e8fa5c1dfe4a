import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ProviderCall, Telephony } from '../port.ts'
import { ok, startStub, type Stub } from '../stub.fixture.ts'
import {
  accountSid,
  callee,
  calleeLeg,
  caller,
  callList,
  callSid,
  details,
  endedCall,
  endedLately,
  exoPhone,
  exotelAt,
  newCall,
  otherSid,
  refusal,
  wish,
} from './exotel-stub.fixture.ts'

let stub: Stub
let exotel: Telephony
beforeAll(async () => {
  stub = await startStub()
  exotel = exotelAt(stub.url)
})
beforeEach(() => stub.reply())
afterAll(() => stub.close())

const fetchWith = (call: unknown, calleeLegId: string | null = null): Promise<ProviderCall | undefined> => {
  stub.reply(ok(call))
  return exotel.fetchCall(callSid, calleeLegId)
}

describe('what a call came to', () => {
  it('reads both legs from the details, and the talk from the conversation alone', async () => {
    const endedAt = new Date('2027-03-03T05:19:50Z')
    expect(await fetchWith(endedCall())).toEqual({
      caller: { id: callSid, status: 'completed', durationSeconds: 21, startedAt: new Date('2027-03-03T05:18:33Z'), endedAt },
      callee: { id: calleeLeg, status: 'completed', durationSeconds: 8, startedAt: null, endedAt },
      unreadable: false,
    })
    expect(stub.asked).toHaveLength(1)
    expect(stub.asked[0]).toMatchObject({ method: 'GET', path: `/v1/Accounts/${accountSid}/Calls/${callSid}.json` })
    expect(stub.asked[0]?.query.get('details')).toBe('true')
  })

  it('reads figures that come as text', async () => {
    const legs = [{ Leg: { Id: '1', OnCallDuration: '335' } }, { Leg: { Id: '2', OnCallDuration: '320' } }]
    expect(await fetchWith(endedCall({}, { ConversationDuration: '320', Legs: legs }))).toMatchObject({
      caller: { durationSeconds: 335 },
      callee: { durationSeconds: 320 },
      unreadable: false,
    })
  })

  it('reads its times in the zone of the account', async () => {
    stub.reply(ok(endedCall()))
    const utc = await exotelAt(stub.url, { stampOffsetMinutes: 0 }).fetchCall(callSid, null)
    expect(utc?.caller.endedAt).toEqual(new Date('2027-03-03T10:49:50Z'))
  })

  it('does not take a call in progress for an answered one', async () => {
    const nothing = details({ ConversationDuration: null, Leg1Status: null, Leg2Status: null })
    expect(await fetchWith(newCall({ Details: nothing }))).toMatchObject({
      caller: { status: 'queued', durationSeconds: null, endedAt: null },
      callee: null,
      unreadable: false,
    })
    expect(await fetchWith(newCall({ Details: details({ Leg1Status: 'in-progress', Leg2Status: 'ringing' }) }))).toMatchObject({
      caller: { status: 'in_progress' },
      callee: { id: calleeLeg, status: 'ringing', durationSeconds: null },
    })
    expect(await fetchWith(newCall({ Status: 'ringing' }))).toMatchObject({ caller: { status: 'queued' }, unreadable: false })
  })

  it.each([
    ['busy', 'busy'],
    ['no-answer', 'no_answer'],
    ['failed', 'failed'],
    ['canceled', 'canceled'],
  ])('gives a callee who was %s nothing to pay, though the whole is called completed', async (word, status) => {
    const none = { ConversationDuration: 0, Leg2Status: word, Legs: [{ Leg: { Id: 1, OnCallDuration: 30 } }] }
    expect(await fetchWith(endedCall({}, none))).toMatchObject({
      caller: { status: 'completed', durationSeconds: 30 },
      callee: { status, durationSeconds: 0 },
      unreadable: false,
    })
    // There is nothing to wait for either.
    const early = await fetchWith(endedLately({}, { Leg2Status: word }))
    expect(early).toMatchObject({ callee: { status, durationSeconds: 0, endedAt: new Date('2027-03-03T05:23:33Z') }, unreadable: false })
    expect(early?.figuresPending).toBeUndefined()
  })

  it('has no callee when the caller never answered', async () => {
    for (const call of [endedCall, endedLately]) {
      const told = await fetchWith(call({ Status: 'no-answer' }, { ConversationDuration: null, Leg1Status: 'no-answer', Leg2Status: null }))
      expect(told).toMatchObject({ caller: { status: 'no_answer', durationSeconds: 0 }, callee: null, unreadable: false })
      expect(told?.figuresPending).toBeUndefined()
    }
  })

  it('has no callee when the caller hung up before one was rung; one that a message spoke of was canceled', async () => {
    const alone = endedCall({}, { ConversationDuration: 0, Leg2Status: null, Legs: [{ Leg: { Id: 1, OnCallDuration: 3 } }] })
    expect(await fetchWith(alone)).toMatchObject({ caller: { status: 'completed', durationSeconds: 3 }, callee: null, unreadable: false })
    expect(await fetchWith(alone, calleeLeg)).toMatchObject({
      callee: { id: calleeLeg, status: 'canceled', durationSeconds: 0 },
      unreadable: false,
    })
  })

  it('takes the status of the whole where the legs have none', async () => {
    const none = { ConversationDuration: 0, Leg1Status: null, Leg2Status: null, Legs: [] }
    expect(await fetchWith(endedCall({ Status: 'failed' }, none))).toMatchObject({
      caller: { status: 'failed' },
      callee: null,
      unreadable: false,
    })
  })

  it.each([
    ['the conversation', endedLately()],
    ['the end', endedCall({ EndTime: null })],
    ['the end, which stands at the beginning of time', endedCall({ EndTime: '1970-01-01 05:30:00' })],
    ['whether the callee was rung', endedLately({}, { Leg2Status: null })],
    ['the details as a whole', endedCall({ Details: null })],
  ])('says that %s comes later', async (_, call) => {
    const told = await fetchWith(call)
    expect(told).toMatchObject({
      caller: { status: 'completed' },
      callee: { durationSeconds: null },
      unreadable: false,
      figuresPending: true,
    })
  })

  const riddles = [
    -1,
    '-1',
    1e9,
    '1000000000',
    14_461,
    'abc',
    '1e3',
    '0x10',
    '12.5',
    12.5,
    ' 12',
    '+12',
    undefined,
    true,
    [],
    [7],
    {},
    'NaN',
    '٣',
  ]
  it.each(riddles.map((conversation) => ({ conversation })))(
    'does not guess what the conversation $conversation means',
    async ({ conversation }) => {
      const told = await fetchWith(endedCall({}, { ConversationDuration: conversation }))
      expect(told).toMatchObject({ unreadable: true, callee: { durationSeconds: null } })
      expect(told?.figuresPending).toBeUndefined()
      // The leg that can be read is read all the same.
      expect(told?.caller.durationSeconds).toBe(21)
    },
  )

  it.each([
    ['a status it does not know', endedCall({ Status: 'teleported' })],
    ['a status that is no word', endedCall({ Status: 5 })],
    ['no status', endedCall({ Status: undefined })],
    ['a leg with a status it does not know', endedCall({}, { Leg2Status: 'teleported' })],
    ['a leg that goes on in a call that is over', endedCall({}, { Leg1Status: 'in-progress' })],
    ['a callee that goes on in a call that is over', endedCall({}, { Leg2Status: 'ringing' })],
    ['a conversation with a callee who was busy', endedCall({}, { Leg2Status: 'busy' })],
    ['a conversation with nobody', endedCall({}, { Leg2Status: null })],
    ['a conversation of a caller who never answered', endedCall({}, { Leg1Status: 'no-answer' })],
    ['a conversation that outlasts a leg', endedCall({}, { ConversationDuration: 24 })],
    ['a leg that was on the line for no duration', endedCall({}, { Legs: [{ Leg: { Id: 1, OnCallDuration: 'abc' } }] })],
    ['details that are none', endedCall({ Details: 'later' })],
    ['no details', endedCall({ Details: undefined })],
    ['an end before the start', endedCall({ EndTime: '2027-03-03 10:48:00' })],
    ['a time that is no time', endedCall({ StartTime: 'yesterday' })],
    ['a time that is a number', endedCall({ EndTime: 1_700_000_000 })],
    ['a day that does not exist', endedCall({ EndTime: '2027-02-31 10:49:50' })],
  ])('says that it cannot read %s', async (_, call) => {
    const told = await fetchWith(call)
    expect(told?.unreadable).toBe(true)
    expect(told?.callee?.durationSeconds ?? null).not.toBe(8)
    expect(JSON.stringify(told)).not.toMatch(/NaN|Invalid/)
  })

  it('knows a call that Exotel does not know', async () => {
    stub.reply(refusal(404))
    expect(await exotel.fetchCall(callSid, null)).toBeUndefined()
  })

  it.each([
    ['a 404 that is not Exotel’s', { status: 404, body: '<html>not found</html>' }],
    ['an answer about another call', ok(endedCall({ Sid: otherSid }))],
    ['an answer that is a list', ok([])],
    ['broken JSON', ok('{')],
    ['a failure', refusal(500)],
  ])('does not take %s for an answer', async (_, reply) => {
    stub.reply(reply)
    await expect(exotel.fetchCall(callSid, null)).rejects.toThrow('telephony request')
  })

  it('asks about nothing that is no id', async () => {
    await expect(exotel.fetchCall('../../Balance', null)).rejects.toThrow()
    expect(stub.asked).toEqual([])
  })
})

describe('hanging up', () => {
  it('is beyond this API, but for a call that is over already', async () => {
    stub.reply(ok(newCall({ Details: details({ Leg1Status: null, Leg2Status: null }) })))
    await expect(exotel.hangUp(callSid, null)).rejects.toMatchObject({ failure: 'refused', providerCode: 'no hang-up' })
    stub.reply(ok(endedLately()))
    await exotel.hangUp(callSid, calleeLeg)
    stub.reply(refusal(404))
    await exotel.hangUp(callSid, null)
    expect(exotel.abilities).toEqual({ hangUp: false, asks: false, tellsJoin: false })
  })
})

describe('looking for a dial whose answer was lost', () => {
  const since = new Date('2027-03-03T05:18:35.900Z')
  const flow = () => exotelAt(stub.url, { pattern: 'flow', flowId: '926' })

  it('lists the calls of the virtual number since then, even where the two clocks differ a little', async () => {
    stub.reply(ok(callList([newCall()])))
    expect(await exotel.findDialed(wish, since)).toMatchObject([{ id: callSid, status: 'in_progress' }])
    expect(stub.asked[0]).toMatchObject({ method: 'GET', path: `/v1/Accounts/${accountSid}/Calls.json` })
    expect(Object.fromEntries(stub.asked[0]?.query ?? [])).toEqual({
      PhoneNumber: '08030752400',
      DateCreated: 'gte:2027-03-03 10:48:30;lte:2027-03-04 10:48:35',
      PageSize: '100',
    })
  })

  it('leaves out calls of others, older ones, and calls that came in', async () => {
    stub.reply(
      ok(
        callList([
          newCall({ Sid: '1'.repeat(32), DateCreated: '2027-03-03 10:48:20' }),
          newCall({ Sid: '2'.repeat(32), From: '09800000009' }),
          newCall({ Sid: '3'.repeat(32), To: '09800000009' }),
          newCall({ Sid: '4'.repeat(32), Direction: 'inbound' }),
          newCall({ Sid: '5'.repeat(32), PhoneNumberSid: '08030752499' }),
        ]),
      ),
    )
    expect(await exotel.findDialed(wish, since)).toEqual([])
  })

  it('knows numbers in every form that Exotel writes them', async () => {
    for (const [From, To] of [
      [caller, callee],
      ['9800000001', '9800000002'],
      ['919800000001', '919800000002'],
    ]) {
      stub.reply(ok(callList([newCall({ From, To, PhoneNumberSid: exoPhone })])))
      expect(await exotel.findDialed(wish, since)).toHaveLength(1)
    }
  })

  it('knows a flow’s call by its caller: whom it rang is told late, or not at all', async () => {
    for (const To of ['08030752400', '', null, '09800000002']) {
      stub.reply(ok(callList([newCall({ To })])))
      expect(await flow().findDialed(wish, since)).toHaveLength(1)
    }
    stub.reply(ok(callList([newCall({ To: '09800000009' })])))
    expect(await flow().findDialed(wish, since)).toEqual([])
  })

  it('reads on to the next page, newest first, and takes nothing but the cursor from the link', async () => {
    const later = newCall({ Sid: otherSid, DateCreated: '2027-03-03 10:48:40' })
    stub.reply(ok(callList([newCall()], `https://elsewhere.example/Calls.json?After=${callSid}&PhoneNumber=0`)), ok(callList([later])))
    expect((await exotel.findDialed(wish, since)).map(({ id }) => id)).toEqual([otherSid, callSid])
    expect(stub.asked[1]?.query.get('After')).toBe(callSid)
    expect(stub.asked[1]?.query.get('PhoneNumber')).toBe('08030752400')
  })

  it('does not say that there is none when it cannot tell', async () => {
    stub.reply(ok(callList([newCall({ DateCreated: undefined })])))
    await expect(exotel.findDialed(wish, since)).rejects.toMatchObject({ failure: 'unknown' })
    stub.reply(ok({ Calls: 'none' }))
    await expect(exotel.findDialed(wish, since)).rejects.toMatchObject({ failure: 'unknown' })
  })
})
