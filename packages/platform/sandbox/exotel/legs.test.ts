import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../kit/json.ts'
import { clientOf, NEVER, OWNED, pick, type Scene, setScene, text } from './test-customer.ts'

let scene: Scene
beforeEach(async () => {
  scene = await setScene()
})
afterEach(() => scene.close())

const v2 = (method: string, path: string, said?: Json) =>
  scene.ask(method, `/v2/accounts/${scene.sandbox.accountSid}${path}`, said === undefined ? undefined : JSON.stringify(said))
const data = (json: Json | undefined, ...path: string[]) => text(json, 'response', 'data', ...path)
const dial = async (number: string, more: Record<string, Json> = {}): Promise<string> => {
  const wish = { contact_uri: number, exophone: OWNED, leg_event_endpoint: `${scene.customer.url}/legs`, custom_param: 'call_1' }
  const { json } = await v2('POST', '/legs', { ...wish, ...more })
  return data(json, 'leg_sid')
}
const bridge = async (...sids: string[]): Promise<string> => {
  const { json } = await v2('POST', '/bridges', { leg_sids: sids, bridge_event_endpoint: `${scene.customer.url}/bridges` })
  return data(json, 'bridge_sid')
}
const eventsOf = (sid: string) =>
  scene.customer
    .at('/legs')
    .filter(({ said }) => pick(said['data'] as Json, 'leg_sid') === sid)
    .map(({ said }) => said['event_name'])
const bridgeEvents = () => scene.customer.at('/bridges').map(({ said }) => said['event_name'])
const say = (sid: string, exoml: string) => v2('POST', `/legs/${sid}/actions`, { exoml, action_custom_param: 'low' })

describe('a leg', () => {
  it('is created at once and rings afterwards; its events say what is known by then', async () => {
    scene.sandbox.control.answerAfter(2_000)
    const created = await v2('POST', '/legs', {
      contact_uri: '09811110000',
      exophone: '02269800001',
      leg_event_endpoint: `${scene.customer.url}/legs`,
      custom_param: 'call_1',
    })
    expect(created).toMatchObject({
      status: 202,
      json: {
        request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        method: 'POST',
        http_code: 202,
        response: {
          error_data: null,
          data: {
            leg_sid: expect.stringMatching(/^\w{27}00000$/),
            account_sid: 'sandbox1',
            contact_uri: '09811110000',
            state: 'connecting',
          },
        },
      },
    })
    const sid = data(created.json, 'leg_sid')
    await scene.clock.advance(2_000)
    expect(eventsOf(sid)).toEqual(['leg_connecting', 'leg_ringing', 'leg_answered'])
    const answered = scene.customer.at('/legs').at(-1)
    expect(answered?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-exotel-event-sid': answered?.said['event_sid'],
      'x-exotel-request-id': `${String(answered?.said['event_sid'])}-1`,
    })
    expect(answered?.said).toMatchObject({
      event_type: 'leg_lifecycle_event',
      event_timestamp: '2026-01-05T09:00:02.000Z',
      action_custom_parameter: '',
      data: { leg_sid: sid, custom_param: 'call_1', state: 'in-progress', start_time: '2026-01-05T09:00:00.000Z', end_time: null },
    })
  })

  const ends: [string, string, string][] = [
    ['0001', 'leg_terminated', 'busy'],
    ['0002', 'leg_terminated', 'no-answer'],
    ['0003', 'leg_failed_to_create', 'failed'],
    ['1005', 'leg_terminated', 'completed'],
  ]
  it.each(ends)('to a number ending in %s ends with %s as %s', async (digits, event, status) => {
    const sid = await dial(`+91981111${digits}`, { ring_timeout: 20 })
    await scene.clock.advance(20_500)
    expect(eventsOf(sid).at(-1)).toBe(event)
    expect((await v2('GET', `/legs/${sid}`)).json).toMatchObject({ response: { data: { state: 'terminal', terminal_status: status } } })
  })

  it('is shown as in the documented sample, with how long it was on the phone once it is over', async () => {
    const sid = await dial('+919811111005', { time_limit: 200 })
    await scene.clock.advance(4_000)
    const sample = {
      leg_sid: sid,
      account_sid: 'sandbox1',
      contact_uri: '+919811111005',
      exophone: OWNED,
      caller_id: OWNED,
      direction: 'outbound',
      network_type: 'pstn',
      time_limit: 200,
      date_created: '2026-01-05T09:00:00.000Z',
      start_time: '2026-01-05T09:00:00.000Z',
    }
    const shown = async () => pick((await v2('GET', `/legs/${sid}`)).json, 'response', 'data')
    expect(await shown()).toEqual({ ...sample, state: 'connected', date_updated: '2026-01-05T09:00:00.000Z' })
    await scene.clock.advance(1_000)
    const over = { state: 'terminal', terminal_status: 'completed', end_time: '2026-01-05T09:00:05.000Z', on_call_duration_ms: 5_000 }
    expect(await shown()).toEqual({ ...sample, ...over, date_updated: '2026-01-05T09:00:05.000Z' })
  })

  it.each([[-1], [1e12], ['abc'], [null]])('can be told about wrongly: %j', async (wrong) => {
    const sid = await dial('+919811111005')
    scene.sandbox.control.misreport(sid, { duration: wrong, status: 'teleported' })
    await scene.clock.advance(5_000)
    expect((await v2('GET', `/legs/${sid}`)).json).toMatchObject({
      response: { data: { on_call_duration_ms: wrong, terminal_status: 'teleported' } },
    })
  })

  it('is cut off at its time limit, counted from the answer, and later if it is to overrun', async () => {
    scene.sandbox.control.overrunBy(3)
    const sid = await dial('+919811110000', { time_limit: 60 })
    await scene.clock.advance(62_999)
    expect(scene.sandbox.control.legs()).toMatchObject([{ sid, state: 'in-progress' }])
    await scene.clock.advance(1)
    expect(eventsOf(sid).at(-1)).toBe('leg_terminated')
  })

  it('is hung up by request, once, ringing or not', async () => {
    const first = await dial('+919811110000')
    const second = await dial('+919811110002')
    await scene.clock.settled()
    for (const [sid, status] of [
      [first, 'completed'],
      [second, 'canceled'],
    ] as const) {
      expect((await v2('POST', `/legs/${sid}/actions/hangup`, {})).status).toBe(202)
      expect(await v2('POST', `/legs/${sid}/actions/hangup`, {})).toMatchObject({ status: 409, json: { response: { data: null } } })
      await scene.clock.settled()
      expect(eventsOf(sid).at(-1)).toBe('leg_terminated')
      expect(data((await v2('GET', `/legs/${sid}`)).json, 'terminal_status')).toBe(status)
    }
  })

  it('is answered, declined and hung up by hand as any other phone', async () => {
    scene.sandbox.control.answerAfter(null)
    const first = await dial('+919811110000')
    const second = await dial('+919811110000')
    await scene.clock.settled()
    expect(scene.sandbox.control.answer(first)).toBe(true)
    expect(scene.sandbox.control.decline(second)).toBe(true)
    expect(scene.sandbox.control.hangUp(first)).toBe(true)
    await scene.clock.settled()
    expect(eventsOf(first).at(-1)).toBe('leg_terminated')
    expect(scene.sandbox.control.legs({ all: true }).map(({ state }) => state)).toEqual(['completed', 'busy'])
  })

  it('says what it is told to say, and tells when it has', async () => {
    const sid = await dial('+919811110000')
    await scene.clock.settled()
    const { json } = await say(sid, '<?xml version="1.0"?><Flow><StartSay language="en">Thirty seconds are left for you</StartSay></Flow>')
    await scene.clock.advance(2_999)
    expect(eventsOf(sid).at(-1)).toBe('say_started')
    await scene.clock.advance(1)
    expect(scene.customer.at('/legs').at(-1)?.said).toMatchObject({
      event_type: 'leg_action_event',
      event_name: 'say_completed',
      action_sid: data(json, 'action_sid'),
      action_custom_parameter: 'low',
    })
    await say(sid, '<Flow><StartPlay loop="2">https://a.test/tone.wav</StartPlay></Flow>')
    await say(sid, '<Flow><StopPlay/></Flow>')
    await say(sid, '<Flow><Hangup/></Flow>')
    await scene.clock.settled()
    expect(eventsOf(sid).slice(-3)).toEqual(['play_started', 'play_interrupted', 'leg_terminated'])
    expect(scene.sandbox.control.legs({ all: true })[0]?.heard).toEqual(['Thirty seconds are left for you', 'https://a.test/tone.wav'])
  })

  it.each([
    ['nothing', ''],
    ['no flow', '<Response><Hangup/></Response>'],
    ['two verbs', '<Flow><Hangup/><Hangup/></Flow>'],
    ['an unknown verb', '<Flow><Explode/></Flow>'],
    ['a verb named like a property of every object', '<Flow><toString/></Flow>'],
    ['no XML', '<Flow'],
    ['an entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Flow><StartSay>&x;</StartSay></Flow>'],
    ['silence', '<Flow><StartSay> </StartSay></Flow>'],
    ['a file', '<Flow><StartPlay>file:///etc/passwd</StartPlay></Flow>'],
  ])('does not run %s', async (_, exoml) => {
    const sid = await dial('+919811110000')
    await scene.clock.settled()
    expect((await say(sid, exoml)).status).toBe(400)
    expect(scene.sandbox.control.legs()).toMatchObject([{ heard: [], state: 'in-progress' }])
  })
})

describe('a bridge', () => {
  it('joins two legs, and ends for both when one hangs up; the other stays on the line', async () => {
    const first = await dial('+919811110000')
    const second = await dial('+919811110000')
    await scene.clock.settled()
    const sid = await bridge(first, second)
    await scene.clock.advance(61_000)
    expect(bridgeEvents()).toEqual(['bridge_created'])
    expect(scene.customer.at('/legs').at(-1)?.said).toMatchObject({ event_name: 'leg_joined_bridge', event_data: { bridge_sid: sid } })
    scene.sandbox.control.hangUp(second)
    await scene.clock.settled()
    expect(eventsOf(second).slice(-3)).toEqual(['leg_joined_bridge', 'leg_left_bridge', 'leg_terminated'])
    expect(eventsOf(first).slice(-2)).toEqual(['leg_joined_bridge', 'leg_left_bridge'])
    expect(bridgeEvents()).toEqual(['bridge_created', 'bridge_terminal'])
    expect(scene.sandbox.control.legs()).toMatchObject([{ sid: first, state: 'in-progress', bridge: undefined }])
    expect((await v2('GET', `/bridges/${sid}`)).json).toMatchObject({
      response: {
        data: {
          sid,
          state: 'terminal',
          terminal_status: 'completed',
          start_time: '2026-01-05T09:00:00.000Z',
          end_time: '2026-01-05T09:01:01.000Z',
          active_legs: [],
          leg_sids: [first, second],
        },
      },
    })
  })

  it('is stopped by request, once; both stay on the line', async () => {
    const legs = [await dial('+919811110000'), await dial('+919811110000')]
    await scene.clock.settled()
    const sid = await bridge(...legs)
    expect((await v2('PUT', `/bridges/${sid}`, { action: 'stop' })).status).toBe(202)
    expect((await v2('PUT', `/bridges/${sid}`, { action: 'stop' })).status).toBe(409)
    await scene.clock.settled()
    expect(bridgeEvents()).toEqual(['bridge_created', 'bridge_terminal'])
    expect(scene.sandbox.control.legs()).toHaveLength(2)
  })

  it('is refused for legs nobody is on, that are joined already, or that do not exist', async () => {
    const [talking, other, ringing] = [await dial('+919811110000'), await dial('+919811110000'), await dial('+919811110002')]
    await scene.clock.settled()
    const endpoint = { bridge_event_endpoint: `${scene.customer.url}/bridges` }
    const refusal = async (leg_sids: Json) => (await v2('POST', '/bridges', { leg_sids, ...endpoint })).status
    expect(await refusal([talking, ringing])).toBe(400)
    expect(await refusal([talking])).toBe(400)
    expect(await refusal([talking, talking])).toBe(400)
    expect(await refusal('both')).toBe(400)
    expect(await refusal([talking, 'nobody'])).toBe(404)
    await bridge(talking, other)
    expect(await refusal([talking, other])).toBe(409)
  })
})

describe('events', () => {
  it('are tried three times on errors of the server, under the same sid, and not after another refusal', async () => {
    scene.customer.answers.set('/legs', { status: 503 })
    await dial('+919811110000')
    await scene.clock.settled()
    const ids = scene.customer.at('/legs').map(({ headers }) => String(headers['x-exotel-request-id']))
    expect(ids.map((id) => id.slice(-2))).toEqual(['-1', '-2', '-3', '-1', '-2', '-3', '-1', '-2', '-3'])
    expect(new Set(ids.map((id) => id.slice(0, -2))).size).toBe(3)
    scene.customer.seen.length = 0
    scene.customer.answers.set('/legs', { status: 404 })
    await dial('+919811110000')
    await scene.clock.settled()
    expect(scene.customer.at('/legs')).toHaveLength(3)
  })

  it('are tried again when no answer comes within a second', async () => {
    let count = 0
    scene.customer.answers.set('/legs', () => ((count += 1) === 1 ? NEVER : { status: 200 }))
    scene.sandbox.control.answerAfter(null)
    await dial('+919811110000')
    while (count < 3) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(scene.customer.at('/legs').map(({ said }) => said['event_name'])).toEqual(['leg_connecting', 'leg_connecting', 'leg_ringing'])
  })

  it('carry the credentials that the address has', async () => {
    const endpoint = scene.customer.url.replace('http://', 'http://hook:s3cret@')
    await dial('+919811110000', { leg_event_endpoint: `${endpoint}/legs` })
    await scene.clock.settled()
    expect(scene.customer.at('/legs')[0]?.headers.authorization).toBe(`Basic ${Buffer.from('hook:s3cret').toString('base64')}`)
  })

  it('get lost, come twice and are forged like any other callback', async () => {
    const { control } = scene.sandbox
    control.faultCallbacks({ action: 'drop', match: { event: 'leg_ringing' } })
    control.faultCallbacks({ action: 'repeat', match: { event: 'leg_connecting' } })
    control.faultCallbacks({ action: 'forge', match: { event: 'leg_answered' } })
    const sid = await dial('+919811110000')
    await scene.clock.settled()
    expect(eventsOf(sid)).toEqual(['leg_connecting', 'leg_connecting'])
    expect(scene.customer.at('/legs').map(({ said }) => said['event_name'])).toEqual(['leg_connecting', 'leg_connecting', 'leg_answered'])
  })
})

describe('the Legs API is refused', () => {
  const wrong: [string, Record<string, Json>][] = [
    ['no number', { contact_uri: '' }],
    ['a number that is none', { contact_uri: 'sip:bob' }],
    ['the invalid number', { contact_uri: '+919811110004' }],
    ['an ExoPhone of somebody else', { exophone: '02269800009' }],
    ['an endpoint that speaks gRPC', { leg_event_endpoint: 'grpc://a.test:9001' }],
    ['no endpoint', { leg_event_endpoint: null }],
    ['a limit of nothing', { time_limit: 0 }],
    ['a limit that is a text', { time_limit: '60' }],
    ['internet telephony', { network_type: 'voip' }],
  ]
  it.each(wrong)('for %s, in its own wrapping', async (_, fields) => {
    const wish = { contact_uri: '09811110000', exophone: OWNED, leg_event_endpoint: `${scene.customer.url}/legs`, ...fields }
    expect(await v2('POST', '/legs', wish)).toMatchObject({
      status: 400,
      json: {
        method: 'POST',
        http_code: 400,
        response: { error_data: { code: expect.any(Number), message: expect.any(String) }, data: null },
      },
    })
    expect(scene.sandbox.control.legs({ all: true })).toEqual([])
  })

  it('where it is not enabled, to strangers, and for legs of nobody', async () => {
    expect((await v2('GET', '/legs/nobody')).status).toBe(404)
    expect((await v2('POST', '/legs/nobody/actions/hangup', {})).status).toBe(404)
    expect((await v2('POST', '/legs', [1])).status).toBe(400)
    const stranger = clientOf({ ...scene.sandbox, apiToken: 'x' })
    expect((await stranger('GET', '/v2/accounts/sandbox1/legs/x')).status).toBe(401)
    scene.sandbox.control.change({ legsEnabled: false })
    expect((await v2('POST', '/legs', {})).status).toBe(403)
    expect((await v2('GET', '/legs/nobody')).status).toBe(403)
  })
})
