import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ProviderError, type ProviderFailure, type Telephony } from '../port.ts'
import { createTwilio } from './adapter.ts'
import { accountSid, authToken, callResource, parentSid, refusal, startStub, type Reply, type TwilioStub } from './twilio-stub.fixture.ts'

let stub: TwilioStub
let twilio: Telephony
beforeAll(async () => {
  stub = await startStub()
  twilio = createTwilio({ baseUrl: stub.url, accountSid, authToken, timeoutMs: 10_000 })
})
afterAll(() => stub.close())

const wish = {
  callId: 'call_1',
  callerPhone: '+919800000001',
  calleePhone: '+919800000002',
  from: '+15017122661',
  ringSeconds: 25,
  limitSeconds: 600,
  maxSeconds: 640,
  urls: {
    answer: 'https://connect.example/providers/twilio/calls/call_1/t/answer?a=1&b=2',
    callerStatus: 'https://connect.example/providers/twilio/calls/call_1/t/caller-status',
    calleeStatus: 'https://connect.example/providers/twilio/calls/call_1/t/callee-status',
    after: 'https://connect.example/providers/twilio/calls/call_1/t/after',
  },
  reference: 'call_1.token',
}

const failureOf = async (work: Promise<unknown>): Promise<ProviderError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ProviderError)) throw new Error('expected a ProviderError', { cause: error })
  return error
}

describe('dialling', () => {
  it('asks Twilio once, as documented, with each status event as a field of its own', async () => {
    stub.reply({ status: 201, body: callResource({ status: 'queued', start_time: null, end_time: null, duration: null }) })
    expect(await twilio.dial(wish)).toEqual({ legId: parentSid })
    expect(stub.asked).toHaveLength(1)
    const [asked] = stub.asked
    expect(asked?.method).toBe('POST')
    expect(asked?.path).toBe(`/2010-04-01/Accounts/${accountSid}/Calls.json`)
    expect(asked?.authorization).toBe(`Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`)
    expect([...(asked?.form ?? [])]).toEqual([
      ['To', '+919800000001'],
      ['From', '+15017122661'],
      ['Url', wish.urls.answer],
      ['Method', 'POST'],
      ['FallbackUrl', wish.urls.answer],
      ['FallbackMethod', 'POST'],
      ['StatusCallback', wish.urls.callerStatus],
      ['StatusCallbackMethod', 'POST'],
      ['StatusCallbackEvent', 'initiated'],
      ['StatusCallbackEvent', 'completed'],
      ['Timeout', '25'],
      ['TimeLimit', '640'],
    ])
  })

  it('keeps a path of the base URL', async () => {
    stub.reply({ status: 201, body: callResource() })
    await createTwilio({ baseUrl: `${stub.url}/twilio/`, accountSid, authToken }).dial(wish)
    expect(stub.asked[0]?.path).toBe(`/twilio/2010-04-01/Accounts/${accountSid}/Calls.json`)
  })

  it('goes nowhere but to its base URL, whatever edge or region the environment names', async () => {
    const before = { ...process.env }
    Object.assign(process.env, { TWILIO_EDGE: 'sydney', TWILIO_REGION: 'au1' })
    try {
      stub.reply({ status: 201, body: callResource() })
      await createTwilio({ baseUrl: stub.url, accountSid, authToken }).dial(wish)
      expect(stub.asked[0]?.path).toBe(`/2010-04-01/Accounts/${accountSid}/Calls.json`)
    } finally {
      for (const name of ['TWILIO_EDGE', 'TWILIO_REGION']) {
        if (before[name] === undefined) delete process.env[name]
        else process.env[name] = before[name]
      }
    }
  })

  const html = '<html><body>Bad gateway</body></html>'
  const answers: [string, Reply, ProviderFailure][] = [
    ['429', refusal(429, 20429), 'not_sent'],
    ['429 without a body', { status: 429, body: '' }, 'not_sent'],
    ['429 that asks to come back at once', { status: 429, body: {}, headers: { 'retry-after': '0' } }, 'not_sent'],
    ['an invalid number', refusal(400, 21211), 'invalid_number'],
    ['a number that is not a phone', refusal(400, 21214), 'invalid_number'],
    ['an unreachable number', refusal(400, 21217), 'invalid_number'],
    ['a Dial to an invalid number', refusal(400, 13223), 'invalid_number'],
    ['a Dial to a number without a form', refusal(400, 13224), 'invalid_number'],
    ['a code given as text', { status: 400, body: { code: '21211' } }, 'invalid_number'],
    ['a caller ID that is not ours', refusal(400, 21210), 'refused'],
    ['no permission for the country', refusal(400, 21215), 'refused'],
    ['wrong credentials', refusal(401, 20003), 'refused'],
    ['an unknown account', refusal(404, 20404), 'refused'],
    ['a refusal in HTML', { status: 403, body: html, headers: { 'content-type': 'text/html' } }, 'refused'],
    ['a refusal without a usable code', { status: 400, body: { code: { a: 1 } } }, 'refused'],
    ['408', { status: 408, body: '' }, 'unknown'],
    ['500', refusal(500, 20500), 'unknown'],
    ['503', refusal(503, 20503), 'unknown'],
    ['500 that names the number', refusal(500, 21211), 'unknown'],
    ['502 in HTML', { status: 502, body: html, headers: { 'content-type': 'text/html' } }, 'unknown'],
    ['a redirect', { status: 307, body: '', headers: { location: 'http://127.0.0.1:1/' } }, 'unknown'],
    ['success without a body', { status: 201, body: '' }, 'unknown'],
    ['success in broken JSON', { status: 201, body: '{"sid": "CA' }, 'unknown'],
    ['success with null', { status: 201, body: 'null' }, 'unknown'],
    ['success with a list', { status: 201, body: [callResource()] }, 'unknown'],
    ['success without an id', { status: 201, body: callResource({ sid: undefined }) }, 'unknown'],
    ['success with a number for an id', { status: 201, body: callResource({ sid: 7 }) }, 'unknown'],
    ['success with a path for an id', { status: 201, body: callResource({ sid: `CA${'../'.repeat(10)}ab` }) }, 'unknown'],
    [
      'success of endless length',
      { status: 201, body: JSON.stringify(callResource({ annotation: 'x'.repeat(5 * 1024 * 1024) })) },
      'unknown',
    ],
    ['a connection that is cut', (response) => void response.destroy(), 'unknown'],
    [
      'a cut in mid-answer',
      (response) => void response.writeHead(201, { 'content-length': '900' }).write('{"sid":', () => response.destroy()),
      'unknown',
    ],
    ['silence', () => undefined, 'unknown'],
    ['an answer that trickles', trickle, 'unknown'],
  ]

  it.each(answers)('takes %s for what it is, and dials only once', async (what, reply, failure) => {
    stub.reply(reply)
    // Only what never comes is not waited for.
    const hasty = createTwilio({ baseUrl: stub.url, accountSid, authToken, timeoutMs: 300 })
    const error = await failureOf((/silence|trickles/.test(what) ? hasty : twilio).dial(wish))
    expect(error.failure).toBe(failure)
    expect(stub.asked).toHaveLength(1)
  })

  it('knows that a refused connection rang nobody', async () => {
    const gone = await startStub()
    await gone.close()
    const error = await failureOf(createTwilio({ baseUrl: gone.url, accountSid, authToken }).dial(wish))
    expect(error.failure).toBe('not_sent')
  })

  it('keeps phone numbers and credentials out of its errors', async () => {
    stub.reply((response) => void response.destroy())
    const cut = await failureOf(twilio.dial(wish))
    stub.reply(refusal(400, 21211))
    const refused = await failureOf(twilio.dial(wish))
    expect(refused.providerCode).toBe('21211')
    for (const error of [cut, refused]) {
      const everything = JSON.stringify([error, error.message, error.stack, error.cause, error.providerCode])
      expect(everything).not.toContain('9800000001')
      expect(everything).not.toContain(authToken)
    }
  })
})

/** A byte now and then: never silent for long, never done. */
function trickle(response: Parameters<Extract<Reply, (response: never) => void>>[0]): void {
  response.writeHead(201, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 20)
  response.on('close', () => clearInterval(timer))
}
