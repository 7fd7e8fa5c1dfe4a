import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { everyTenant } from '../base/tenant.ts'
import { legId, publicUrl, startExchange, type Exchange } from './callbacks.fixture.ts'
import { createCallbacks } from './callbacks.ts'

let exchange: Exchange
beforeAll(async () => {
  exchange = await startExchange()
})
afterAll(() => exchange.close())
beforeEach(async () => {
  await exchange.db.transact(everyTenant, async (tx) => {
    await tx.query('delete from inbox')
    await tx.query('delete from tasks')
  })
  exchange.told.length = 0
  exchange.refused.length = 0
})

const status = (sequence: number, word: string, time: string) => ({
  AccountSid: `AC${'1'.repeat(32)}`,
  CallSid: legId,
  CallStatus: word,
  CallbackSource: 'call-progress-events',
  Caller: '+15005550006',
  From: '+15005550006',
  SequenceNumber: String(sequence),
  Timestamp: `Sun, 22 Nov 2026 10:00:${time} +0000`,
  To: '+919800000001',
})
const ringing = status(1, 'ringing', '01')
const answered = status(2, 'in-progress', '05')
const completed = status(3, 'completed', '40')
const picksUp = { CallSid: legId, CallStatus: 'in-progress', To: '+919800000001', From: '+15005550006' }

const refusal = (code: string): unknown => expect.objectContaining({ name: 'Problem', code })

describe('an authentic message', () => {
  it('is stored with the task that works on it, then acknowledged', async () => {
    expect(await exchange.send({ call: exchange.test, what: 'caller-status', fields: ringing })).toEqual({ status: 204 })
    const { tenantId, callId } = exchange.test
    expect(await exchange.rows()).toMatchObject([
      { tenant_id: tenantId, call_id: callId, applied_at: null, payload: { report: { leg: 'caller', status: 'ringing', sequence: 1 } } },
    ])
    expect(await exchange.tasks()).toEqual([{ tenant_id: tenantId, kind: 'inbox.apply', subject: callId }])
    // The work itself is not done while the provider waits.
    expect(exchange.told).toEqual([])
  })

  it('is kept without phone numbers', async () => {
    await exchange.send({ call: exchange.test, what: 'answer', fields: picksUp })
    await exchange.send({ call: exchange.test, what: 'caller-status', fields: ringing })
    expect(JSON.stringify(await exchange.rows())).not.toMatch(/9800000001|5005550006/)
  })

  it('is answered the same when it comes again, and changes nothing more', async () => {
    for (const [what, fields] of [
      ['caller-status', ringing],
      ['answer', picksUp],
      ['after', picksUp],
    ] as const) {
      const first = await exchange.send({ call: exchange.test, what, fields })
      for (let i = 0; i < 3; i++) expect(await exchange.send({ call: exchange.test, what, fields })).toEqual(first)
    }
    expect(await exchange.rows()).toHaveLength(3)
    await exchange.inbox.apply({ tenantId: exchange.test.tenantId, subject: exchange.test.callId })
    await exchange.send({ call: exchange.test, what: 'caller-status', fields: ringing })
    await exchange.inbox.apply({ tenantId: exchange.test.tenantId, subject: exchange.test.callId })
    expect(exchange.told).toHaveLength(3)
  })

  it('is stored once when it comes many times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => exchange.send({ call: exchange.test, what: 'caller-status', fields: ringing })),
    )
    expect(answers).toEqual(answers.map(() => ({ status: 204 })))
    expect(await exchange.rows()).toHaveLength(1)
  })

  it('brings a caller who picked up the instructions of their own call', async () => {
    expect(await exchange.send({ call: exchange.test, what: 'answer', fields: picksUp })).toEqual({
      status: 200,
      contentType: 'text/xml; charset=utf-8',
      body: `<Response>${exchange.test.callId}</Response>`,
    })
  })

  it('ends the caller’s leg when the callee’s is over', async () => {
    const fields = { ...picksUp, DialCallSid: `CA${'b'.repeat(32)}`, DialCallStatus: 'completed' }
    expect(await exchange.send({ call: exchange.test, what: 'after', fields })).toMatchObject({
      status: 200,
      body: expect.stringContaining('<Hangup/>'),
    })
  })

  it('is verified on the configured address, with its query, whatever the Host header says', async () => {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
    expect(await exchange.send({ call: exchange.test, what: 'caller-status', fields: ringing, headers, query: '?a=1&b=%20' })).toEqual({
      status: 204,
    })
  })

  it('of live mode is signed by the live account', async () => {
    expect(await exchange.send({ call: exchange.live, what: 'caller-status', fields: ringing, account: 'live' })).toEqual({ status: 204 })
    expect(await exchange.rows()).toMatchObject([{ tenant_id: exchange.live.tenantId, call_id: exchange.live.callId }])
  })
})

describe('a message that is not authentic', () => {
  const cases: [string, string, Partial<Parameters<Exchange['send']>[0]>][] = [
    ['with a signature over other fields', 'forbidden', { signed: completed }],
    ['without a signature', 'forbidden', { headers: { 'x-twilio-signature': undefined } }],
    ['signed by another account', 'forbidden', { account: 'live' }],
    ['with a wrong path token', 'not_found', { token: 'token-0000000000000000000000' }],
    ['with a token that is no token', 'not_found', { token: 'short' }],
    ['to a path that does not exist', 'not_found', { what: 'anything' }],
  ]
  it.each(cases)('%s is refused as %s and leaves nothing', async (_, code, change) => {
    const sent = { call: exchange.test, what: 'caller-status', fields: ringing, ...change }
    await expect(exchange.send(sent)).rejects.toEqual(refusal(code))
    expect(await exchange.rows()).toEqual([])
    expect(await exchange.tasks()).toEqual([])
  })

  it('is counted against where it came from', async () => {
    await expect(exchange.send({ call: exchange.test, what: 'caller-status', fields: ringing, signed: completed })).rejects.toEqual(
      refusal('forbidden'),
    )
    await expect(
      exchange.send({ call: exchange.test, what: 'caller-status', fields: ringing, token: 'token-0000000000000000000000' }),
    ).rejects.toEqual(refusal('not_found'))
    expect(exchange.refused).toEqual(['203.0.113.7', '203.0.113.7'])
  })

  it('opens no call of another tenant: neither their token nor our account is enough', async () => {
    const fields = ringing
    await expect(
      exchange.send({ call: { ...exchange.live, token: exchange.test.token }, what: 'caller-status', fields, account: 'live' }),
    ).rejects.toEqual(refusal('not_found'))
    await expect(exchange.send({ call: exchange.live, what: 'caller-status', fields, account: 'test' })).rejects.toEqual(
      refusal('forbidden'),
    )
    expect(await exchange.rows()).toEqual([])
  })

  it('cannot be moved to another message of the same call', async () => {
    const request = exchange.received({ call: exchange.test, what: 'caller-status', fields: ringing })
    const path = request.path.replace('/caller-status', '/callee-status')
    await expect(exchange.routes({ ...request, path, url: path })).rejects.toEqual(refusal('forbidden'))
    await expect(exchange.routes({ ...request, raw: request.raw.subarray(0, -1) })).rejects.toEqual(refusal('forbidden'))
    expect(await exchange.routes(request)).toEqual({ status: 204 })
  })

  it.each([
    'application/json',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/x-www-form-urlencoded; charset=latin1',
    undefined,
  ])('is not even read as %s', async (type) => {
    await expect(
      exchange.send({ call: exchange.test, what: 'caller-status', fields: ringing, headers: { 'content-type': type } }),
    ).rejects.toEqual(refusal('unsupported_media_type'))
    expect(await exchange.rows()).toEqual([])
  })
})

describe('an authentic message that makes no sense', () => {
  it('is refused and leaves nothing', async () => {
    const fields = { ...ringing, CallSid: 'nonsense' }
    await expect(exchange.send({ call: exchange.test, what: 'caller-status', fields })).rejects.toEqual(refusal('invalid_request'))
    expect(await exchange.rows()).toEqual([])
  })
})

describe('when a message cannot be stored', () => {
  it('is not acknowledged, so that it may come again', async () => {
    const broken = createCallbacks({
      publicUrl,
      masterKey: Buffer.alloc(32, 7),
      telephonyOf: () => undefined,
      incoming: async () => Promise.reject(new Error('not asked')),
      findCallback: async () => exchange.test.tenantId,
      telephonyFor: async () => Promise.reject(new Error('the database is away')),
      inbox: exchange.inbox,
      onlyLegOf: () => null,
      answerInstructions: async () => Promise.reject(new Error('not asked')),
      limiter: { failed: async () => undefined },
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    })
    const path = `/providers/twilio/calls/${exchange.test.callId}/${exchange.test.token}/after`
    await expect(
      broken({
        method: 'POST',
        path,
        url: path,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        raw: Buffer.alloc(0),
        ip: '::1',
      }),
    ).rejects.toEqual(refusal('unavailable'))
  })

  it('leaves no task behind when the row is refused', async () => {
    const { inbox, test } = exchange
    const report = {
      kind: 'status',
      leg: 'caller',
      legId,
      otherLegId: null,
      status: 'ringing',
      sequence: 1,
      at: null,
      endedBy: null,
    } as const
    const arrival = { provider: 'twilio', deliveryId: 'd', callId: 'call_of_nobody', report }
    await expect(inbox.accept(test.tenantId, arrival)).rejects.toThrow(/foreign key/)
    expect(await exchange.tasks()).toEqual([])
  })
})

describe('working on what came', () => {
  const apply = () => exchange.inbox.apply({ tenantId: exchange.test.tenantId, subject: exchange.test.callId })
  const send = (fields: Record<string, string>) => exchange.send({ call: exchange.test, what: 'caller-status', fields })
  const told = () => exchange.told.map(({ report }) => report.status)

  it('tells the call in the provider’s order, once', async () => {
    await Promise.all([send(completed), send(ringing), send(answered)])
    await apply()
    expect(told()).toEqual(['ringing', 'in_progress', 'completed'])
    expect(exchange.told[0]).toMatchObject({ tenantId: exchange.test.tenantId, callId: exchange.test.callId })
    expect(exchange.told[0]?.report.at).toEqual(new Date('2026-11-22T10:00:01Z'))
    await apply()
    expect(told()).toHaveLength(3)
    expect((await exchange.rows()).every((row) => row.applied_at !== null)).toBe(true)
  })

  it('tells everything again after a crash in mid-work', async () => {
    await send(ringing)
    await send(answered)
    exchange.failNext()
    await expect(apply()).rejects.toThrow('killed while applying')
    expect((await exchange.rows()).every((row) => row.applied_at === null)).toBe(true)
    await apply()
    expect(told()).toEqual(['ringing', 'in_progress'])
  })

  it('tells at once where there is room, and a repeated message once', async () => {
    const { begun } = exchange.makeRoom(true)
    await Promise.all([send(ringing), send(ringing)])
    await send(ringing)
    expect(told()).toEqual(['ringing'])
    expect(await exchange.rows()).toMatchObject([{ applied_at: expect.any(Date) as Date }])
    expect([await exchange.tasks(), begun]).toEqual([[], []])
    exchange.makeRoom(false)
  })

  it('stores what could not be told at once, with the task that tells it', async () => {
    const { begun } = exchange.makeRoom(true)
    exchange.failNext()
    await send(ringing)
    expect(told()).toEqual([])
    expect(await exchange.rows()).toMatchObject([{ applied_at: null }])
    expect(begun).toEqual([exchange.test.callId])
    exchange.makeRoom(false)
    await apply()
    expect(told()).toEqual(['ringing'])
  })

  it('tells a call nothing of another', async () => {
    await exchange.send({ call: exchange.live, what: 'caller-status', fields: ringing, account: 'live' })
    await apply()
    await exchange.inbox.apply({ tenantId: exchange.test.tenantId, subject: exchange.live.callId })
    expect(exchange.told).toEqual([])
  })

  it('forgets what is older than 30 days, except what still waits', async () => {
    const started = new Date('2026-11-22T10:00:00Z')
    await send(ringing)
    await apply()
    await send(answered)
    exchange.at(new Date(started.getTime() + 29 * 86_400_000))
    expect(await exchange.inbox.forgetOld()).toBe(0)
    exchange.at(new Date(started.getTime() + 31 * 86_400_000))
    expect(await exchange.inbox.forgetOld()).toBe(1)
    expect(await exchange.rows()).toMatchObject([{ applied_at: null }])
    exchange.at(started)
  })
})
