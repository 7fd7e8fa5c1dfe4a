import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isRecord } from '../kit/json.ts'
import { type Scene, setScene } from './test-customer.ts'

let scene: Scene
const lines: string[] = []
beforeEach(async () => {
  lines.length = 0
  scene = await setScene({ log: (line) => lines.push(line), requestsPerMinute: null })
})
afterEach(() => scene.close())

const nasty = ['', '+', '0', '-1', '1e9', 'NaN', '__proto__', '\0', '%00', '+919811110000', 'http://', 'http://[', '<a>&</a>']
const odd = fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom(...nasty, 'http://127.0.0.1:1/\u2028', 'gte:;lte:'))
const names = fc.constantFrom(
  ...['From', 'To', 'CallerId', 'Url', 'TimeLimit', 'TimeOut', 'Record', 'CustomField', 'StatusCallback', 'StatusCallbackEvents[0]'],
  ...['StatusCallbackContentType', 'Sid', 'DateCreated', 'PageSize', 'After', 'Before', 'Status', 'PhoneNumber', 'VoiceUrl', 'Contains'],
)
const form = fc.array(fc.tuple(fc.oneof(names, odd), odd), { maxLength: 12 })
const path = fc.oneof(
  fc.constantFrom(
    ...['/v1/Accounts/sandbox1/Calls', '/v1/Accounts/sandbox1/Calls/connect', '/v1/Accounts/sandbox1/Calls/x'],
    ...['/v1/Accounts/sandbox1/Numbers/x', '/v2_beta/Accounts/sandbox1/IncomingPhoneNumbers'],
    ...['/v2_beta/Accounts/sandbox1/AvailablePhoneNumbers/IN/Mobile', '/v2/accounts/sandbox1/legs', '/v2/accounts/sandbox1/bridges'],
  ),
  odd.map((part) => `/v1/Accounts/sandbox1/${encodeURIComponent(part)}`),
)

describe('hostile input', () => {
  it('to the API is refused or done, but breaks nothing', async () => {
    await fc.assert(
      fc.asyncProperty(path, form, fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'), fc.boolean(), async (where, fields, method, asJson) => {
        const said = new URLSearchParams(fields)
        const target = `${where}${asJson ? '.json' : ''}`
        const reply =
          method === 'GET'
            ? await scene.ask('GET', `${target}?${said.toString()}`)
            : await scene.ask(method, target, said.toString(), { 'content-type': 'application/x-www-form-urlencoded' })
        expect(reply.status).toBeLessThan(500)
      }),
      { seed: 7, numRuns: 400 },
    )
  })

  it('to the Legs API is refused or done, but breaks nothing', async () => {
    const legs = fc.record(
      {
        contact_uri: fc.oneof(fc.jsonValue(), odd),
        exophone: fc.oneof(fc.jsonValue(), fc.constant('02269800001')),
        leg_event_endpoint: fc.oneof(fc.jsonValue(), odd, fc.constant(`${scene.customer.url}/legs`)),
        time_limit: fc.oneof(fc.jsonValue(), fc.double()),
        ring_timeout: fc.jsonValue(),
        leg_sids: fc.oneof(fc.jsonValue(), fc.array(odd)),
        exoml: fc.oneof(odd, fc.constant('<Flow><Hangup/></Flow>')),
      },
      { requiredKeys: [] },
    )
    const where = fc.constantFrom('legs', 'legs/x', 'legs/x/actions', 'legs/x/actions/hangup', 'bridges', 'bridges/x', 'legs/__proto__')
    await fc.assert(
      fc.asyncProperty(where, fc.oneof(legs, fc.jsonValue(), odd), fc.constantFrom('POST', 'PUT'), async (at, said, method) => {
        const body = typeof said === 'string' ? said : JSON.stringify(said)
        const reply = await scene.ask(method, `/v2/accounts/sandbox1/${at}`, body)
        expect(reply.status).toBeLessThan(500)
        expect(isRecord(reply.json) && isRecord(reply.json['response'])).toBe(true)
      }),
      { seed: 7, numRuns: 300 },
    )
    expect(lines.filter((line) => line.includes('Error:'))).toEqual([])
  })

  it('in the answer of a dynamic URL ends the call sooner or later, but breaks nothing', async () => {
    scene.sandbox.control.defineFlow({ appId: '1', connectUrl: `${scene.customer.url}/connect` })
    const reply = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          destination: fc.oneof(fc.jsonValue(), fc.record({ numbers: fc.oneof(fc.jsonValue(), fc.array(odd, { maxLength: 30 })) })),
          outgoing_phone_number: fc.jsonValue(),
          max_ringing_duration: fc.oneof(fc.jsonValue(), fc.double()),
          max_conversation_duration: fc.oneof(fc.jsonValue(), fc.double()),
          start_call_playback: fc.oneof(fc.jsonValue(), fc.record({ type: fc.constant('text'), value: odd })),
          dial_passthru_event_url: fc.oneof(fc.jsonValue(), odd),
        },
        { requiredKeys: [] },
      ),
    )
    await fc.assert(
      fc.asyncProperty(reply, async (json) => {
        scene.customer.answers.set('/connect', { status: 200, body: JSON.stringify(json) })
        await scene.connect({ Url: 'https://my.exotel.com/exoml/start/1', TimeLimit: '900' })
        await scene.clock.advance(1_000_000)
        expect(scene.sandbox.control.calls()).toEqual([])
      }),
      { seed: 7, numRuns: 60 },
    )
    expect(lines.filter((line) => line.includes('Error:'))).toEqual([])
  })

  it('in the form of a body without end, or no HTTP at all, is refused in the own form of the product', async () => {
    const { accountSid } = scene.sandbox
    const long = await scene.ask('POST', `/v1/Accounts/${accountSid}/Calls/connect.json`, 'x'.repeat(70_000))
    expect(long.status).toBe(413)
    expect(isRecord(long.json) && isRecord(long.json['RestException'])).toBe(true)
    expect((await scene.v1('GET', '/Calls/%E0%A4%A.json')).status).toBe(404)
  })
})
