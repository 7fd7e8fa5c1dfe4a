import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pick, type Scene, setScene } from './test-customer.ts'

let scene: Scene
beforeEach(async () => {
  scene = await setScene()
})
afterEach(() => scene.close())

const figures = async (sid: string) => {
  await scene.clock.advance(2_000)
  return scene.details(sid)
}
const events = () => scene.customer.at('/status').map(({ said }) => [said['EventType'], said['Status']])

describe('connecting two numbers', () => {
  it('rings From, then To, then joins them; the conversation counts from the second answer', async () => {
    scene.sandbox.control.answerAfter(4_000)
    const sid = await scene.connect({ To: '+919811111061' })
    await scene.clock.advance(3_999)
    expect(scene.sandbox.control.calls()).toMatchObject([{ sid, caller: 'ringing', callee: undefined }])
    await scene.clock.advance(1)
    expect(scene.sandbox.control.calls()).toMatchObject([{ caller: 'in-progress', callee: 'ringing' }])
    await scene.clock.advance(4_000)
    expect(scene.sandbox.control.calls()).toMatchObject([{ caller: 'in-progress', callee: 'in-progress' }])
    await scene.clock.advance(61_000)
    expect(scene.sandbox.control.calls()).toEqual([])
    expect(await figures(sid)).toMatchObject({
      Status: 'completed',
      Duration: '65',
      Price: '2.400',
      Details: {
        ConversationDuration: 61,
        Leg1Status: 'completed',
        Leg2Status: 'completed',
        Legs: [{ Leg: { Id: 1, OnCallDuration: 65 } }, { Leg: { Id: 2, OnCallDuration: 61 } }],
      },
    })
  })

  it('says in-progress from the first moment, and nothing of the legs before the end', async () => {
    scene.sandbox.control.answerAfter(null)
    const sid = await scene.connect()
    expect(await scene.details(sid)).toMatchObject({
      Status: 'in-progress',
      EndTime: null,
      Duration: null,
      Price: null,
      Details: { ConversationDuration: null, Leg1Status: null, Leg2Status: null },
    })
  })

  const outcomes: [string, Record<string, string>, string, string | null, string | null][] = [
    ['the caller is busy', { From: '+919800000001' }, 'busy', 'busy', null],
    ['the caller does not answer', { From: '+919800000002' }, 'no-answer', 'no-answer', null],
    ['the caller cannot be reached', { From: '+919800000003' }, 'failed', 'failed', null],
    ['the callee is busy', { To: '+919811110001' }, 'busy', 'completed', 'busy'],
    ['the callee does not answer', { To: '+919811110002' }, 'no-answer', 'completed', 'no-answer'],
    ['the callee cannot be reached', { To: '+919811110003' }, 'failed', 'completed', 'failed'],
  ]
  it.each(outcomes)('when %s ends without a conversation', async (_, wish, status, first, second) => {
    const sid = await scene.connect({ TimeOut: '20', ...wish })
    await scene.clock.advance(20_500)
    const call = await figures(sid)
    expect(call).toMatchObject({ Status: status, Details: { ConversationDuration: 0, Leg1Status: first, Leg2Status: second } })
    expect(scene.customer.at('/status').at(-1)?.said).toMatchObject({ EventType: 'terminal', Status: status, ConversationDuration: 0 })
  })

  it('rings each phone for as long as TimeOut says, and never longer than a minute', async () => {
    scene.sandbox.control.answerAfter(null)
    const sid = await scene.connect({ TimeOut: '20', To: '+919811110002' })
    const long = await scene.connect({ TimeOut: '600' })
    await scene.clock.advance(19_000)
    scene.sandbox.control.answer(sid, 'caller')
    await scene.clock.advance(19_999)
    expect(scene.sandbox.control.calls().map((call) => call.sid)).toEqual([sid, long])
    await scene.clock.advance(1)
    expect(scene.sandbox.control.calls().map((call) => call.sid)).toEqual([long])
    await scene.clock.advance(21_000)
    expect(scene.sandbox.control.calls()).toEqual([])
  })

  it.each(['From', 'To', 'CallerId'])('refuses the invalid number as %s, and nothing is dialled', async (name) => {
    await expect(scene.connect({ [name]: '+919800000004' })).rejects.toThrow(`Invalid ${name}`)
    expect(scene.sandbox.control.calls({ all: true })).toEqual([])
  })

  it.each(['From', 'To'])('ends when the phone of %s hangs up by itself', async (name) => {
    const sid = await scene.connect({ [name]: '+919800001005' })
    await scene.clock.advance(5_000)
    expect(pick(await figures(sid), 'Details')).toMatchObject({ ConversationDuration: 5 })
  })

  it('ends at its limit, counted from the first answer; the tail of an overrun is told as it was', async () => {
    scene.sandbox.control.answerAfter(5_000)
    scene.sandbox.control.overrunBy(7)
    const sid = await scene.connect({ TimeLimit: '90' })
    await scene.clock.advance(5_000 + 96_999)
    expect(scene.sandbox.control.calls()).toHaveLength(1)
    await scene.clock.advance(1)
    expect(pick(await figures(sid), 'Details')).toMatchObject({ ConversationDuration: 92 })
  })

  it('or counted from the bridge, if that is how it is set', async () => {
    scene.sandbox.control.answerAfter(5_000)
    scene.sandbox.control.change({ timeLimitFrom: 'bridge' })
    const sid = await scene.connect({ TimeLimit: '90' })
    await scene.clock.advance(100_000)
    expect(pick(await figures(sid), 'Details')).toMatchObject({ ConversationDuration: 90 })
  })

  it('ends when the caller gives up while it rings', async () => {
    const sid = await scene.connect({ To: '+919811110002' })
    await scene.clock.advance(3_000)
    expect(scene.sandbox.control.hangUp(sid, 'caller')).toBe(true)
    expect(scene.sandbox.control.hangUp(sid, 'caller')).toBe(false)
    await scene.clock.settled()
    expect(pick(await figures(sid), 'Details')).toMatchObject({ ConversationDuration: 0, Leg1Status: 'completed', Leg2Status: 'canceled' })
    expect(scene.customer.at('/status').at(-1)?.said).toMatchObject({ Status: 'no-answer' })
  })
})

describe('status callbacks', () => {
  it('carry the documented fields, the custom field only at the end', async () => {
    const sid = await scene.connect({ To: '+919811111320', CustomField: 'call_1', Record: 'true' })
    await scene.clock.advance(320_000)
    expect(events()).toEqual([
      ['answered', 'in-progress'],
      ['answered', 'in-progress'],
      ['terminal', 'completed'],
    ])
    const [first, second, last] = scene.customer.at('/status')
    expect(first?.said).not.toHaveProperty('CustomField')
    expect(second?.said['Legs']).toMatchObject([{ Status: 'in-progress' }, { Status: 'in-progress' }])
    expect(last?.headers).toMatchObject({ 'content-type': 'application/json' })
    expect(last?.said).toEqual({
      CallSid: sid,
      EventType: 'terminal',
      DateCreated: '2026-01-05 14:30:00',
      DateUpdated: '2026-01-05 14:35:20',
      StartTime: '2026-01-05 14:30:00',
      EndTime: '2026-01-05 14:35:20',
      Status: 'completed',
      From: '09800000000',
      To: '09811111320',
      PhoneNumberSid: '02269800001',
      Direction: 'outbound-api',
      ConversationDuration: 320,
      CustomField: 'call_1',
      RecordingUrl: `https://recordings.exotel.com/exotelrecordings/sandbox1/${sid}.mp3`,
      Legs: [
        { OnCallDuration: 320, Status: 'completed', AnsweredBy: 'Human' },
        { OnCallDuration: 320, Status: 'completed', AnsweredBy: 'Human' },
      ],
    })
  })

  it('are the old, short form when no event was asked for, and a multipart form when JSON was not', async () => {
    const form = { StatusCallback: `${scene.customer.url}/old` }
    const { json } = await scene.v1('POST', '/Calls/connect.json', {
      From: '09800000000',
      To: '09811111005',
      CallerId: '02269800001',
      ...form,
    })
    await scene.clock.advance(5_000)
    const [callback, ...more] = scene.customer.at('/old')
    expect(more).toEqual([])
    expect(callback?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(callback?.said).toEqual({
      CallSid: pick(json, 'Call', 'Sid'),
      DateUpdated: '2026-01-05 14:30:05',
      Status: 'completed',
      RecordingUrl: '',
    })
  })

  it('name the fields of their legs in brackets when they are forms', async () => {
    await scene.connect({ StatusCallbackContentType: 'multipart/form-data', To: '+919811110001', 'StatusCallbackEvents[]': 'terminal' })
    await scene.clock.settled()
    expect(scene.customer.at('/status').at(-1)?.said).toMatchObject({
      'Legs[0][Status]': 'completed',
      'Legs[1][Status]': 'busy',
      'Legs[1][AnsweredBy]': 'NA',
    })
  })

  it.each([
    [['terminal'], 1],
    [['answered'], 2],
  ])('come for %j only when only that was asked for', async (wanted, count) => {
    await scene.connect({ To: '+919811111005', 'StatusCallbackEvents[0]': wanted[0] ?? '', 'StatusCallbackEvents[1]': wanted[0] ?? '' })
    await scene.clock.advance(5_000)
    expect(events().map(([event]) => event)).toEqual(Array.from({ length: count }, () => wanted[0]))
  })

  it('never come before the answer to the request that caused them', async () => {
    const order: string[] = []
    const { seen } = scene.customer
    const push = seen.push.bind(seen)
    seen.push = (...items) => {
      order.push('callback')
      return push(...items)
    }
    await Promise.all(Array.from({ length: 10 }, () => scene.connect({ From: '+919800001000' }).then(() => order.push('answer'))))
    await scene.clock.settled()
    expect(order[0]).toBe('answer')
    expect(order.filter((what) => what === 'callback').length).toBeGreaterThanOrEqual(20)
  })

  it('are tried again 5 and then 15 minutes later until they are taken with 200, then dropped', async () => {
    scene.customer.answers.set('/status', { status: 204 })
    await scene.connect({ To: '+919811110001', 'StatusCallbackEvents[1]': 'terminal' })
    await scene.clock.settled()
    expect(events()).toHaveLength(1)
    await scene.clock.advance(299_999)
    expect(events()).toHaveLength(1)
    await scene.clock.advance(1)
    expect(events()).toHaveLength(2)
    await scene.clock.advance(15 * 60_000)
    expect(events()).toHaveLength(3)
    await scene.clock.advance(86_400_000)
    expect(new Set(scene.customer.at('/status').map(({ body }) => body)).size).toBe(1)
    expect(events()).toHaveLength(3)
  })
})

describe('the figures of a call', () => {
  it('are null until they are known, though its end is', async () => {
    scene.sandbox.control.change({ figuresAfterMs: 600_000 })
    const sid = await scene.connect({ To: '+919811111030' })
    await scene.clock.advance(30_000)
    const unknown = { EndTime: null, Duration: null, Price: null }
    expect(await scene.details(sid)).toMatchObject({
      ...unknown,
      Status: 'completed',
      Details: {
        ConversationDuration: null,
        Leg1Status: 'completed',
        Legs: [{ Leg: { OnCallDuration: null } }, { Leg: { OnCallDuration: null } }],
      },
    })
    await scene.clock.advance(599_999)
    expect(await scene.details(sid)).toMatchObject(unknown)
    await scene.clock.advance(1)
    expect(await scene.details(sid)).toMatchObject({ EndTime: '2026-01-05 14:30:30', Details: { ConversationDuration: 30 } })
  })

  it.each([[-1], [1e9], ['abc'], [null]])('can be told wrongly: %j', async (wrong) => {
    const sid = await scene.connect({ To: '+919811111030' })
    scene.sandbox.control.misreport(sid, { conversationDuration: wrong, duration: wrong, status: 'teleported' })
    await scene.clock.advance(30_000)
    expect(await figures(sid)).toMatchObject({ Status: 'teleported', Duration: wrong, Details: { ConversationDuration: wrong } })
    expect(scene.customer.at('/status').at(-1)?.said).toMatchObject({ Status: 'teleported', ConversationDuration: wrong })
    scene.sandbox.control.misreport(sid)
    expect(await scene.details(sid)).toMatchObject({ Status: 'completed', Details: { ConversationDuration: 30 } })
  })

  it('can be told wrongly in callbacks only', async () => {
    scene.sandbox.control.misreport('*', { conversationDuration: 3_600, where: 'callbacks' })
    const sid = await scene.connect({ To: '+919811111030' })
    await scene.clock.advance(30_000)
    expect(scene.customer.at('/status').at(-1)?.said).toMatchObject({ ConversationDuration: 3_600 })
    expect(pick(await figures(sid), 'Details')).toMatchObject({ ConversationDuration: 30 })
  })
})
