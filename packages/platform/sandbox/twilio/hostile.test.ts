import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OWNED, type Scene, setScene } from './test-customer.ts'

let scene: Scene
const lines: string[] = []
beforeEach(async () => {
  lines.length = 0
  scene = await setScene({ log: (line) => lines.push(line) })
})
afterEach(() => scene.close())

const odd = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom(
    '',
    '+',
    '0',
    '-1',
    '1e9',
    'NaN',
    '__proto__',
    '\0',
    '%00',
    '+14155550000',
    'http://',
    'http://[',
    'http://127.0.0.1:1/\u2028',
  ),
)
const names = [
  'To',
  'From',
  'Url',
  'Twiml',
  'Method',
  'Timeout',
  'TimeLimit',
  'StatusCallback',
  'StatusCallbackEvent',
  'Status',
  'PhoneNumber',
]
const form = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...names), odd), odd), { maxLength: 12 })
const path = fc.oneof(
  fc.constantFrom(
    '/Calls',
    '/Calls/CA1',
    '/IncomingPhoneNumbers',
    '/IncomingPhoneNumbers/Local',
    '/AvailablePhoneNumbers/US/Local',
    '/Conferences',
  ),
  odd.map((part) => `/${encodeURIComponent(part)}`),
)
const verb = fc.constantFrom('Dial', 'Say', 'Play', 'Pause', 'Redirect', 'Reject', 'Hangup', 'Gather', 'Number', 'Conference', 'Sip')
const escaped = odd.map((text) => text.replace(/[\u0000-\u001f<>&"']/g, '-'))
const element = fc
  .tuple(verb, fc.constantFrom('url', 'action', 'timeout', 'timeLimit', 'length', 'loop', 'callerId', 'method'), escaped, verb, escaped)
  .map(([outer, attribute, value, inner, text]) => `<${outer} ${attribute}="${value}">${text}<${inner}>${text}</${inner}></${outer}>`)

describe('hostile input', () => {
  it('to the API is refused or done, but breaks nothing', async () => {
    const { url, accountSid, authToken } = scene.sandbox
    const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
    const send = async (where: string, fields: [string, string][], method: string): Promise<number> => {
      const body = new URLSearchParams(fields)
      const target = `${url}/2010-04-01/Accounts/${accountSid}${where}.json${method === 'POST' ? '' : `?${body.toString()}`}`
      return (await fetch(target, { method, headers: { authorization }, ...(method === 'POST' ? { body } : {}) })).status
    }
    await fc.assert(
      fc.asyncProperty(path, form, fc.constantFrom('GET', 'POST', 'DELETE'), async (where, fields, method) => {
        expect(await send(where, fields, method)).toBeLessThan(500)
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  it('in a document ends the call sooner or later, but breaks nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          odd,
          fc.array(element, { maxLength: 4 }).map((all) => `<Response>${all.join('')}</Response>`),
        ),
        async (twiml) => {
          scene.customer.answers.set('/voice', twiml)
          const { sid } = await scene.client.calls.create({
            to: '+14155550000',
            from: OWNED,
            url: `${scene.customer.url}/voice`,
            timeLimit: 900,
          })
          await scene.clock.advance(1_000_000)
          expect((await scene.client.calls(sid).fetch()).status).toBe('completed')
        },
      ),
      { seed: 7, numRuns: 60 },
    )
    expect(scene.sandbox.control.calls()).toEqual([])
    expect(lines.filter((line) => line.includes('Error:'))).toEqual([])
  })
})
