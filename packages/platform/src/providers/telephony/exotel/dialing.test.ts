import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ProviderError, type ProviderFailure } from '../port.ts'
import { startStub, type Reply, type Stub } from '../stub.fixture.ts'
import { accountSid, apiKey, apiToken, callSid, callUrl, exotelAt, newCall, refusal, wish } from './exotel-stub.fixture.ts'

let stub: Stub
beforeAll(async () => {
  stub = await startStub()
})
afterAll(() => stub.close())

const failureOf = async (work: Promise<unknown>): Promise<ProviderError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ProviderError)) throw new Error('expected a ProviderError', { cause: error })
  return error
}

describe('dialling', () => {
  it('gives Exotel both numbers once, as documented', async () => {
    stub.reply({ status: 200, body: newCall() })
    expect(await exotelAt(stub.url).dial(wish)).toEqual({ legId: callSid })
    expect(stub.asked).toHaveLength(1)
    expect(stub.asked[0]).toMatchObject({
      method: 'POST',
      path: `/v1/Accounts/${accountSid}/Calls/connect.json`,
      authorization: `Basic ${Buffer.from(`${apiKey}:${apiToken}`).toString('base64')}`,
    })
    expect(Object.fromEntries(stub.asked[0]?.form ?? [])).toEqual({
      From: '+919800000001',
      To: '+919800000002',
      CallerId: '08030752400',
      CallType: 'trans',
      TimeLimit: '635',
      TimeOut: '25',
      CustomField: wish.reference,
      StatusCallback: `${callUrl}/status`,
      'StatusCallbackEvents[0]': 'terminal',
      'StatusCallbackEvents[1]': 'answered',
      StatusCallbackContentType: 'application/json',
    })
  })

  it('gives a flow the caller only: whom to ring, it asks', async () => {
    stub.reply({ status: 200, body: newCall({ To: null }) })
    await exotelAt(stub.url, { pattern: 'flow', flowId: '926' }).dial(wish)
    const form = Object.fromEntries(stub.asked[0]?.form ?? [])
    expect(form).toMatchObject({ From: '+919800000001', Url: `http://my.exotel.com/${accountSid}/exoml/start_voice/926`, TimeLimit: '635' })
    expect(Object.keys(form).filter((name) => name === 'To' || name.startsWith('StatusCallbackEvents'))).toEqual([])
  })

  it('asks for no more than Exotel allows', async () => {
    stub.reply({ status: 200, body: newCall() })
    await exotelAt(stub.url).dial({ ...wish, ringSeconds: 90, maxSeconds: 20_000 })
    expect(Object.fromEntries(stub.asked[0]?.form ?? [])).toMatchObject({ TimeOut: '60', TimeLimit: '14400' })
  })

  it('keeps a path of the base URL', async () => {
    stub.reply({ status: 200, body: newCall() })
    await exotelAt(`${stub.url}/exotel/`).dial(wish)
    expect(stub.asked[0]?.path).toBe(`/exotel/v1/Accounts/${accountSid}/Calls/connect.json`)
  })

  it.each([{ accountSid: '../../v2' }, { accountSid: '' }, { pattern: 'flow' as const }, { pattern: 'flow' as const, flowId: '../1' }])(
    'is not set up with %j',
    (settings) => {
      expect(() => exotelAt(stub.url, settings)).toThrow('Exotel')
    },
  )

  const html = '<html><body>Bad gateway</body></html>'
  const answers: [string, Reply, ProviderFailure][] = [
    ['429', refusal(429), 'not_sent'],
    ['429 without a body', { status: 429, body: '' }, 'not_sent'],
    ['an invalid callee', refusal(400, 'Invalid To: not a valid phone number'), 'invalid_number'],
    ['an invalid caller', refusal(400, 'Invalid parameter From'), 'invalid_number'],
    ['a caller ID that is not ours', refusal(400, 'Invalid CallerId: not an ExoPhone of the account'), 'refused'],
    ['another bad parameter', refusal(400, 'TimeLimit is invalid, failed to read it from the request'), 'refused'],
    ['a missing parameter', refusal(400, 'Mandatory parameter From is missing'), 'refused'],
    ['wrong credentials', refusal(401), 'refused'],
    ['no balance', refusal(402), 'refused'],
    ['a suspended account', refusal(403, 'Invalid To'), 'refused'],
    ['an unknown account', refusal(404), 'refused'],
    ['a conflict', refusal(409), 'refused'],
    ['a refusal in HTML', { status: 403, body: html, headers: { 'content-type': 'text/html' } }, 'refused'],
    ['a refusal in XML', { status: 400, body: '<TwilioResponse><RestException/></TwilioResponse>' }, 'refused'],
    ['a refusal of another shape', { status: 400, body: { RestException: ['To', 7] } }, 'refused'],
    ['408', { status: 408, body: '' }, 'unknown'],
    ['500', refusal(500), 'unknown'],
    ['503', refusal(503), 'unknown'],
    ['500 that names the number', refusal(500, 'Invalid To'), 'unknown'],
    ['502 in HTML', { status: 502, body: html, headers: { 'content-type': 'text/html' } }, 'unknown'],
    ['a redirect', { status: 307, body: '', headers: { location: 'http://127.0.0.1:1/' } }, 'unknown'],
    ['success without a body', { status: 200, body: '' }, 'unknown'],
    ['success in broken JSON', { status: 200, body: '{"Call": {"Sid": "b6' }, 'unknown'],
    ['success in XML', { status: 200, body: `<TwilioResponse><Call><Sid>${callSid}</Sid></Call></TwilioResponse>` }, 'unknown'],
    ['success with null', { status: 200, body: 'null' }, 'unknown'],
    ['success with a list', { status: 200, body: [newCall()] }, 'unknown'],
    ['success without an id', { status: 200, body: newCall({ Sid: undefined }) }, 'unknown'],
    ['success with a number for an id', { status: 200, body: newCall({ Sid: 7 }) }, 'unknown'],
    ['success with a path for an id', { status: 200, body: newCall({ Sid: '../'.repeat(10) }) }, 'unknown'],
    ['success of endless length', { status: 200, body: JSON.stringify(newCall({ Uri: 'x'.repeat(3 * 1024 * 1024) })) }, 'unknown'],
    ['a connection that is cut', (response) => void response.destroy(), 'unknown'],
    [
      'a cut in mid-answer',
      (response) => void response.writeHead(200, { 'content-length': '900' }).write('{"Call":', () => response.destroy()),
      'unknown',
    ],
    ['silence', () => undefined, 'unknown'],
    ['an answer that trickles', trickle, 'unknown'],
  ]

  it.each(answers)('takes %s for what it is, and dials only once', async (what, reply, failure) => {
    stub.reply(reply)
    // Only what never comes is not waited for.
    const error = await failureOf(exotelAt(stub.url, /silence|trickles/.test(what) ? { timeoutMs: 300 } : {}).dial(wish))
    expect(error.failure).toBe(failure)
    expect(stub.asked).toHaveLength(1)
  })

  it('knows that a refused connection rang nobody', async () => {
    const gone = await startStub()
    await gone.close()
    expect((await failureOf(exotelAt(gone.url).dial(wish))).failure).toBe('not_sent')
  })

  it('carries its credentials nowhere else', async () => {
    const elsewhere = await startStub()
    elsewhere.reply({ status: 200, body: newCall() })
    stub.reply({ status: 302, body: '', headers: { location: `${elsewhere.url}/v1/x` } })
    await failureOf(exotelAt(stub.url).dial(wish))
    expect(elsewhere.asked).toEqual([])
    await elsewhere.close()
  })

  it('keeps phone numbers, our secret and credentials out of its errors', async () => {
    stub.reply((response) => void response.destroy())
    const cut = await failureOf(exotelAt(stub.url).dial(wish))
    stub.reply(refusal(400, 'Invalid To: +919800000002', 1234))
    const refused = await failureOf(exotelAt(stub.url).dial(wish))
    expect(refused).toMatchObject({ failure: 'invalid_number', providerCode: '1234' })
    for (const error of [cut, refused]) {
      const everything = JSON.stringify([error, error.message, error.stack, error.cause, error.providerCode])
      expect(everything).not.toMatch(/98000000|token0123456789/)
      expect(everything).not.toContain(apiToken)
    }
  })

  it('leaves a provider alone that fails five times in a row', async () => {
    const clock = { now: () => new Date('2027-03-03T00:00:00Z') }
    const exotel = exotelAt(stub.url, { clock })
    stub.reply(refusal(503))
    for (let time = 1; time <= 5; time++) await failureOf(exotel.dial(wish))
    expect(exotel.isResting?.()).toBe(true)
    expect(await failureOf(exotel.dial(wish))).toMatchObject({ failure: 'not_sent', providerCode: 'circuit open' })
    expect(stub.asked).toHaveLength(5)
  })
})

/** A byte now and then: never silent for long, never done. */
function trickle(response: Parameters<Extract<Reply, (response: never) => void>>[0]): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 20)
  response.on('close', () => clearInterval(timer))
}
