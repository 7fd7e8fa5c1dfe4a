import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ProviderCall, Telephony } from '../port.ts'
import { ok, startStub, type Reply, type Stub } from '../stub.fixture.ts'
import { accountSid, calleeLeg, callSid, callUrl, details, endedCall, exotelAt, newCall, refusal, wish } from './exotel-stub.fixture.ts'

let stub: Stub
let exotel: Telephony
beforeAll(async () => {
  stub = await startStub()
  exotel = exotelAt('http://127.0.0.1:1', { pattern: 'legs', legsBaseUrl: stub.url })
})
beforeEach(() => stub.reply())
afterAll(() => stub.close())

const callerSid = '2QYATxQ9t4UKcUwcqJClSa9OEZ400000'
const calleeSid = '2tdAcyul4xmM2zXiK8nkYYmxrsg00000'
const bridgeSid = '2QmZ1EgVpS25l4ujkjGjCEsnajY00000'
const below = `/v2/accounts/${accountSid}`

/** The wrapping of every answer. */
const wrapped = (data: unknown, status = 200): Reply => ({
  status,
  body: { request_id: 'ce7b872225b348f09e80115c1ff569a3', method: 'GET', http_code: status, response: { error_data: null, data } },
})
const legRefusal = (status: number, message = 'what was wrong'): Reply => ({
  status,
  body: {
    request_id: 'x',
    method: 'POST',
    http_code: status,
    response: { error_data: { code: 1101, message, description: message }, data: null },
  },
})
/** A leg as the documentation shows it, over after a minute and a half on the line. */
const leg = (fields: Record<string, unknown> = {}) => ({
  leg_sid: callerSid,
  account_sid: accountSid,
  contact_uri: '09800000001',
  exophone: '08030752400',
  caller_id: '8030752400',
  direction: 'outbound',
  network_type: 'pstn',
  time_limit: 635,
  state: 'terminal',
  terminal_status: 'completed',
  date_created: '2027-05-31T08:02:32.608752571Z',
  date_updated: '2027-05-31T08:04:12.207740524Z',
  start_time: '2027-05-31T08:02:32.678845375Z',
  end_time: '2027-05-31T08:04:12.500Z',
  on_call_duration_ms: 90_000,
  ...fields,
})
const calleesLeg = (fields: Record<string, unknown> = {}) =>
  leg({ leg_sid: calleeSid, end_time: '2027-05-31T08:04:11.900Z', on_call_duration_ms: 61_400, ...fields })
const asked = () => stub.asked.map(({ method, path }) => `${method} ${path}`)
const said = (at = 0): unknown => JSON.parse(stub.asked[at]?.body ?? 'null')

describe('ringing', () => {
  it('rings the caller’s phone alone, and hears of it at an address of the call', async () => {
    stub.reply(wrapped({ leg_sid: callerSid, created_at: '2027-05-31T08:02:32Z' }, 202))
    expect(await exotel.dial(wish)).toEqual({ legId: callerSid })
    expect(asked()).toEqual([`POST ${below}/legs`])
    expect(said()).toEqual({
      contact_uri: '+919800000001',
      exophone: '08030752400',
      network_type: 'pstn',
      leg_event_endpoint: `${callUrl}/leg-events?leg=caller`,
      time_limit: 635,
      timeout: 35,
      ring_timeout: 25,
    })
  })

  it('rings the callee’s beside it, for no longer than the two may talk', async () => {
    stub.reply(ok({ leg_sid: calleeSid }))
    expect(await exotel.dialCallee?.(wish, callerSid)).toEqual({ legId: calleeSid })
    expect(said()).toMatchObject({
      contact_uri: '+919800000002',
      leg_event_endpoint: `${callUrl}/leg-events?leg=callee`,
      time_limit: 602,
      reference_leg_sid: callerSid,
    })
  })

  it.each([
    ['an invalid number', legRefusal(400, 'Invalid contact_uri: not a valid phone number'), 'invalid_number'],
    ['an account that is not enabled', legRefusal(403), 'refused'],
    ['too many requests', legRefusal(429), 'not_sent'],
    ['a failure', legRefusal(500), 'unknown'],
    ['success without an id', wrapped({}), 'unknown'],
    ['success with a path for an id', wrapped({ leg_sid: '../../x/../../x/..' }), 'unknown'],
  ])('takes %s for what it is, and rings once', async (_, reply, failure) => {
    stub.reply(reply)
    await expect(exotel.dial(wish)).rejects.toMatchObject({ failure })
    await expect(exotel.dialCallee?.(wish, callerSid)).rejects.toMatchObject({ failure })
    expect(stub.asked).toHaveLength(2)
  })

  it('cannot be looked for afterwards, and says so by finding nothing', async () => {
    expect(await exotel.findDialed(wish, new Date())).toEqual([])
    expect(exotel.abilities).toEqual({ hangUp: true, asks: true, tellsJoin: true })
  })
})

describe('joining', () => {
  it('bridges both legs, and hears of it at an address that names them', async () => {
    stub.reply(wrapped({ bridge_sid: bridgeSid, leg_sids: [callerSid, calleeSid] }, 202))
    await exotel.join?.(wish, callerSid, calleeSid)
    expect(asked()).toEqual([`POST ${below}/bridges`])
    expect(said()).toEqual({
      leg_sids: [callerSid, calleeSid],
      bridge_event_endpoint: `${callUrl}/leg-events?caller=${callerSid}&callee=${calleeSid}`,
    })
  })

  it('is content with legs that are joined already', async () => {
    for (const status of [400, 409]) {
      stub.reply(legRefusal(status, 'Leg is already in a bridge'))
      await exotel.join?.(wish, callerSid, calleeSid)
      expect(stub.asked).toHaveLength(1)
    }
  })

  it.each([
    ['legs that nobody is on', legRefusal(400, 'The leg is not active'), 'refused'],
    ['a leg that does not exist', legRefusal(404), 'refused'],
    ['a failure', legRefusal(503, 'already'), 'unknown'],
    ['too many requests', legRefusal(429, 'already'), 'not_sent'],
    ['an answer that cannot be read', wrapped(null), 'unknown'],
  ])('is not content with %s', async (_, reply, failure) => {
    stub.reply(reply)
    await expect(exotel.join?.(wish, callerSid, calleeSid)).rejects.toMatchObject({ failure })
    expect(stub.asked).toHaveLength(1)
  })
})

describe('what a call came to', () => {
  const fetchWith = (caller: unknown, callee: unknown): Promise<ProviderCall | undefined> => {
    stub.reply(wrapped(caller), wrapped(callee))
    return exotel.fetchCall(callerSid, calleeSid)
  }

  it('counts the whole seconds for which both were on the line', async () => {
    expect(await fetchWith(leg(), calleesLeg())).toEqual({
      caller: {
        id: callerSid,
        status: 'completed',
        durationSeconds: 90,
        startedAt: new Date('2027-05-31T08:02:42.500Z'),
        endedAt: new Date('2027-05-31T08:04:12.500Z'),
      },
      callee: {
        id: calleeSid,
        status: 'completed',
        durationSeconds: 61,
        startedAt: new Date('2027-05-31T08:03:10.500Z'),
        endedAt: new Date('2027-05-31T08:04:11.900Z'),
      },
      unreadable: false,
    })
    expect(asked()).toEqual([`GET ${below}/legs/${callerSid}`, `GET ${below}/legs/${calleeSid}`])
  })

  it('counts nothing for which the other was gone', async () => {
    // The caller hung up at 08:03:40.500; the callee heard silence until 08:04:11.900.
    const early = leg({ end_time: '2027-05-31T08:03:40.500Z', on_call_duration_ms: 58_000 })
    expect(await fetchWith(early, calleesLeg())).toMatchObject({
      callee: { durationSeconds: 30, endedAt: new Date('2027-05-31T08:03:40.500Z') },
      unreadable: false,
    })
    const gone = leg({ end_time: '2027-05-31T08:03:00Z', on_call_duration_ms: '20000' })
    expect(await fetchWith(gone, calleesLeg())).toMatchObject({ callee: { durationSeconds: 0 }, unreadable: false })
  })

  it.each([
    ['busy', 'busy'],
    ['no-answer', 'no_answer'],
    ['no_answer', 'no_answer'],
    ['failed', 'failed'],
    ['canceled', 'canceled'],
    ['cancelled', 'canceled'],
  ])('gives a callee who was %s nothing to pay', async (word, status) => {
    const told = await fetchWith(leg(), calleesLeg({ terminal_status: word, on_call_duration_ms: null }))
    expect(told).toMatchObject({ callee: { status, durationSeconds: 0 }, unreadable: false })
    expect(told?.figuresPending).toBeUndefined()
  })

  it('shows legs that go on', async () => {
    const running = { terminal_status: null, end_time: null, on_call_duration_ms: null }
    expect(await fetchWith(leg({ ...running, state: 'connected' }), calleesLeg({ ...running, state: 'ringing' }))).toMatchObject({
      caller: { status: 'in_progress', durationSeconds: null, endedAt: null },
      callee: { status: 'ringing', durationSeconds: null },
      unreadable: false,
    })
    stub.reply(wrapped(leg({ ...running, state: 'connecting' })))
    expect(await exotel.fetchCall(callerSid, null)).toMatchObject({ caller: { status: 'queued' }, callee: null, unreadable: false })
  })

  it.each([
    ['how long the callee was on the line', leg(), calleesLeg({ on_call_duration_ms: null })],
    ['how long the caller was on the line', leg({ on_call_duration_ms: null }), calleesLeg()],
    ['when the callee’s leg ended', leg(), calleesLeg({ end_time: null })],
  ])('says that %s comes later', async (_, caller, callee) => {
    expect(await fetchWith(caller, callee)).toMatchObject({ callee: { durationSeconds: null }, unreadable: false, figuresPending: true })
  })

  const riddles = [-1, '-1', 1e9, 14_460_001, 'abc', '1e3', 12.5, undefined, true, [], {}]
  it.each(riddles.map((ms) => ({ ms })))('does not guess what $ms milliseconds mean', async ({ ms }) => {
    expect(await fetchWith(leg(), calleesLeg({ on_call_duration_ms: ms }))).toMatchObject({
      unreadable: true,
      callee: { durationSeconds: null },
    })
  })

  it.each([
    ['a state it does not know', { state: 'teleported' }],
    ['an outcome it does not know', { terminal_status: 'teleported' }],
    ['no outcome', { terminal_status: null }],
    ['a time that is no time', { end_time: 'soon' }],
    ['a time in another zone', { end_time: '2027-05-31T08:04:11.900+05:30' }],
    ['an end before the start', { end_time: '2027-05-31T08:00:00Z' }],
  ])('says that it cannot read %s', async (_, fields) => {
    const told = await fetchWith(leg(), calleesLeg(fields))
    expect(told).toMatchObject({ unreadable: true, callee: { durationSeconds: null } })
    expect(JSON.stringify(told)).not.toMatch(/NaN|Invalid/)
  })

  it('says so when the callee’s leg, of which we know, is not there', async () => {
    stub.reply(wrapped(leg()), legRefusal(404))
    expect(await exotel.fetchCall(callerSid, calleeSid)).toMatchObject({ callee: null, unreadable: true })
  })

  it('does not take an answer about another leg, or of another server, for one', async () => {
    for (const reply of [wrapped(calleesLeg()), ok([]), legRefusal(500), { status: 404, body: '<html></html>' }]) {
      stub.reply(reply)
      await expect(exotel.fetchCall(callerSid, null)).rejects.toMatchObject({ name: 'ProviderError' })
    }
  })
})

describe('hanging up', () => {
  it('ends both legs', async () => {
    stub.reply(wrapped({ leg_sid: callerSid }, 202))
    await exotel.hangUp(callerSid, calleeSid)
    expect(asked().sort()).toEqual(
      [`POST ${below}/legs/${callerSid}/actions/hangup`, `POST ${below}/legs/${calleeSid}/actions/hangup`].sort(),
    )
    expect(said()).toEqual({})
  })

  it('is content with a leg that is over', async () => {
    stub.reply(legRefusal(409), wrapped(leg()))
    await exotel.hangUp(callerSid, null)
    expect(stub.asked).toHaveLength(2)
  })

  it('is not content with a refusal about a leg that goes on, or a failure', async () => {
    stub.reply(legRefusal(409), wrapped(leg({ state: 'connected' })))
    await expect(exotel.hangUp(callerSid, null)).rejects.toMatchObject({ failure: 'refused' })
    stub.reply(legRefusal(500))
    await expect(exotel.hangUp(callerSid, null)).rejects.toMatchObject({ failure: 'unknown' })
  })

  it('tries the one though the other fails', async () => {
    stub.reply(legRefusal(500), wrapped({ leg_sid: calleeSid }, 202))
    await expect(exotel.hangUp(callerSid, calleeSid)).rejects.toMatchObject({ failure: 'unknown' })
    expect(stub.asked).toHaveLength(2)
  })
})

describe('calls that come in', () => {
  const both = () => exotelAt(stub.url, { pattern: 'legs' })

  it('are looked up as the flow’s calls that they are', async () => {
    stub.reply(legRefusal(404), ok(endedCall()))
    expect(await both().fetchCall(callSid, null)).toMatchObject({ caller: { id: callSid }, callee: { id: calleeLeg, durationSeconds: 8 } })
    stub.reply(ok(endedCall()))
    expect(await both().fetchCall(callSid, calleeLeg)).toMatchObject({ callee: { durationSeconds: 8 } })
    expect(asked()).toEqual([`GET /v1/Accounts/${accountSid}/Calls/${callSid}.json`])
  })

  it('are not hung up by what cannot hang them up', async () => {
    const running = ok(newCall({ Details: details({ Leg1Status: null, Leg2Status: null }) }))
    stub.reply(legRefusal(404), running)
    await expect(both().hangUp(callSid, null)).rejects.toMatchObject({ failure: 'refused' })
    stub.reply(running)
    await expect(both().hangUp(callSid, calleeLeg)).rejects.toMatchObject({ failure: 'refused' })
    stub.reply(legRefusal(404), refusal(404))
    await both().hangUp(callSid, null)
  })
})
