import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseXml } from '../kit/xml.ts'
import { clientOf, list as listIn, OWNED, pick, type Scene, setScene, text } from './test-customer.ts'

let scene: Scene
beforeEach(async () => {
  scene = await setScene({ accountSid: 'exotel60' })
})
afterEach(() => scene.close())

const pair = { From: '09800030240', To: '09811138847', CallerId: '02269800001' }
const time = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)

describe('the documented samples', () => {
  it('of a call that was just created', async () => {
    const { status, type, json } = await scene.v1('POST', '/Calls/connect.json', pair)
    expect([status, type]).toEqual([200, 'application/json'])
    expect(json).toEqual({
      Call: {
        Sid: expect.stringMatching(/^[0-9a-f]{32}$/),
        ParentCallSid: null,
        DateCreated: '2026-01-05 14:30:00',
        DateUpdated: '2026-01-05 14:30:00',
        AccountSid: 'exotel60',
        To: '09811138847',
        From: '09800030240',
        PhoneNumberSid: '02269800001',
        Status: 'in-progress',
        StartTime: '2026-01-05 14:30:00',
        EndTime: null,
        Duration: null,
        Price: null,
        Direction: 'outbound-api',
        AnsweredBy: null,
        ForwardedFrom: null,
        CallerName: null,
        Uri: `/v1/Accounts/exotel60/Calls/${text(json, 'Call', 'Sid')}`,
        RecordingUrl: null,
      },
    })
  })

  it('of the same in XML, which is what one gets without .json', async () => {
    const { status, type, text } = await scene.v1('POST', '/Calls/connect', pair)
    expect([status, type]).toEqual([200, 'application/xml'])
    const root = parseXml(text)
    expect(root.name).toBe('TwilioResponse')
    const [call] = root.children
    const fields = new Map(call?.children.map((child) => [child.name, child.text]))
    expect([call?.name, fields.get('Status'), fields.get('From'), fields.get('EndTime')]).toEqual([
      'Call',
      'in-progress',
      '09800030240',
      '',
    ])
    const again = await scene.v1('GET', `/Calls/${fields.get('Sid')}?details=true`)
    expect(parseXml(again.text).children[0]?.children.at(-1)?.name).toBe('Details')
  })

  it('of a finished call with its details', async () => {
    const { json } = await scene.v1('POST', '/Calls/connect.json', { ...pair, To: '09811111008' })
    await scene.clock.advance(10_000)
    const call = await scene.details(text(json, 'Call', 'Sid'))
    expect(call).toMatchObject({
      Status: 'completed',
      StartTime: time,
      EndTime: time,
      Duration: '8',
      Price: expect.stringMatching(/^\d+\.\d{3}$/),
      Direction: 'outbound-api',
      Details: {
        ConversationDuration: 8,
        Leg1Status: 'completed',
        Leg2Status: 'completed',
        Legs: [{ Leg: { Id: 1, OnCallDuration: 8 } }, { Leg: { Id: 2, OnCallDuration: 8 } }],
      },
    })
    const plain = await scene.v1('GET', `/Calls/${text(call, 'Sid')}.json`)
    expect(pick(plain.json, 'Call')).not.toHaveProperty('Details')
  })

  it('of a refusal, in JSON and in XML', async () => {
    const json = await scene.v1('POST', '/Calls/connect.json', { ...pair, From: 'bob' })
    expect(json).toMatchObject({
      status: 400,
      json: { RestException: { Status: 400, Message: expect.any(String), Code: expect.any(Number) } },
    })
    const xml = await scene.v1('POST', '/Calls/connect', { ...pair, From: 'bob' })
    const [refusal] = parseXml(xml.text).children
    expect(refusal).toMatchObject({
      name: 'RestException',
      children: [{ name: 'Status', text: '400' }, { name: 'Message' }, { name: 'Code' }],
    })
  })
})

describe('the way in', () => {
  it('is closed to a wrong key, a wrong token, and nobody', async () => {
    const { url, apiKey, apiToken } = scene.sandbox
    const path = '/v1/Accounts/exotel60/Calls.json'
    for (const wrong of [
      { url, apiKey: 'x', apiToken },
      { url, apiKey, apiToken: 'x' },
      { url, apiKey: '', apiToken: '' },
    ]) {
      expect(await clientOf(wrong)('GET', path)).toMatchObject({ status: 401, json: { RestException: { Status: 401 } } })
    }
    expect((await fetch(`${url}${path}`)).headers.get('www-authenticate')).toMatch(/^Basic /)
    expect((await scene.ask('GET', path)).status).toBe(200)
  })

  it('to another account is 403, to nothing 404, by another method 405', async () => {
    expect(await scene.ask('GET', '/v1/Accounts/somebody/Calls.json')).toMatchObject({
      status: 403,
      json: { RestException: { Status: 403 } },
    })
    expect((await scene.ask('GET', '/v7/Accounts/exotel60/Calls.json')).status).toBe(404)
    expect((await scene.v1('GET', '/Nothing.json')).status).toBe(404)
    expect((await scene.v1('DELETE', '/Calls.json')).status).toBe(405)
    expect((await scene.v1('GET', '/Calls/00000000000000000000000000000000.json')).status).toBe(404)
  })

  it('lets 200 voice requests a minute in, and as many as one likes when told', async () => {
    for (let count = 0; count < 200; count += 1) await scene.v1('GET', '/Calls.json')
    expect(await scene.v1('POST', '/Calls/connect.json', pair)).toMatchObject({ status: 429, json: { RestException: { Status: 429 } } })
    expect((await scene.ask('GET', '/v2_beta/Accounts/exotel60/IncomingPhoneNumbers')).status).toBe(200)
    await scene.clock.advance(60_000)
    expect((await scene.v1('POST', '/Calls/connect.json', pair)).status).toBe(200)
    scene.sandbox.control.change({ requestsPerMinute: null })
    for (let count = 0; count < 250; count += 1) expect((await scene.v1('GET', '/Calls.json')).status).toBe(200)
  })
})

describe('creating a call is refused for', () => {
  const wrong: [string, Record<string, string>][] = [
    ['no From', { From: '' }],
    ['no To and no flow', { To: '' }],
    ['no CallerId', { CallerId: '' }],
    ['a CallerId of somebody else', { CallerId: '02269800009' }],
    ['a promotional call', { CallType: 'promo' }],
    ['a limit above four hours', { TimeLimit: '14401' }],
    ['a limit that is no number', { TimeLimit: '1e3' }],
    ['a ring time of nothing', { TimeOut: '0' }],
    ['a custom field above 128 characters', { CustomField: 'x'.repeat(129) }],
    ['an event that is none', { 'StatusCallbackEvents[0]': 'initiated' }],
    ['a content type that is none', { StatusCallbackContentType: 'text/xml' }],
    ['a callback to no address', { StatusCallback: 'javascript:alert(1)' }],
    ['a WaitUrl that is none', { WaitUrl: 'tone.wav' }],
    ['a recording of perhaps', { Record: 'perhaps' }],
  ]
  it.each(wrong)('%s', async (_, fields) => {
    expect(await scene.v1('POST', '/Calls/connect.json', { ...pair, ...fields })).toMatchObject({ status: 400 })
    expect(scene.sandbox.control.calls({ all: true })).toEqual([])
  })

  it('a form that is JSON', async () => {
    const { accountSid } = scene.sandbox
    const path = `/v1/Accounts/${accountSid}/Calls/connect.json`
    expect((await scene.ask('POST', path, JSON.stringify(pair), { 'content-type': 'application/json' })).status).toBe(400)
  })
})

describe('the list of calls', () => {
  const list = async (query: Record<string, string> = {}) => {
    const { status, json } = await scene.v1('GET', `/Calls.json?${new URLSearchParams(query).toString()}`)
    return { status, metadata: pick(json, 'Metadata'), sids: listIn(json, 'Calls').map((one) => text(one, 'Sid')) }
  }
  const call = async (wish: Record<string, string>) => {
    const { json } = await scene.v1('POST', '/Calls/connect.json', { ...pair, ...wish })
    return text(json, 'Call', 'Sid')
  }

  it('has calls that are over, newest first; those under way only when it is told to', async () => {
    const first = await call({ To: '09811111005' })
    await scene.clock.advance(10_000)
    const second = await call({ To: '09811110001' })
    const third = await call({ To: '09811110000' })
    await scene.clock.settled()
    expect((await list()).sids).toEqual([second, first])
    scene.sandbox.control.change({ listsOngoingCalls: true })
    expect((await list()).sids).toEqual([third, second, first])
    expect((await list({ SortBy: 'DateCreated:asc' })).sids).toEqual([first, second, third])
    expect((await list({ Status: 'in-progress' })).sids).toEqual([third])
    expect((await list({ Status: 'busy,completed' })).sids).toEqual([second, first])
    expect((await list({ Sid: `${first},${third}` })).sids).toEqual([third, first])
    expect((await list({ To: '+919811111005' })).sids).toEqual([first])
    expect((await list({ PhoneNumber: OWNED })).sids).toHaveLength(3)
    expect((await list({ PhoneNumber: '02269800009' })).sids).toEqual([])
    expect((await list({ DateCreated: 'gte:2026-01-05 14:30:00;lte:2026-01-05 14:30:09' })).sids).toEqual([first])
    expect((await list({ DateCreated: 'gte:2026-01-05 14:30:10' })).sids).toEqual([third, second])
  })

  it('is given in pages by cursors, which new calls do not shift', async () => {
    const sids: string[] = []
    for (let count = 0; count < 5; count += 1) {
      sids.unshift(await call({ From: '09800000001' }))
      await scene.clock.advance(1_000)
    }
    const first = await list({ PageSize: '2' })
    expect(first).toMatchObject({ sids: sids.slice(0, 2), metadata: { Total: 5, PageSize: 2, PrevPageUri: null } })
    await call({ From: '09800000001' })
    await scene.clock.settled()
    const follow = async (uri: unknown) => list(Object.fromEntries(new URL(String(uri), 'http://x.test').searchParams))
    const second = await follow(pick(first.metadata, 'NextPageUri'))
    expect(second.sids).toEqual(sids.slice(2, 4))
    const third = await follow(pick(second.metadata, 'NextPageUri'))
    expect(third).toMatchObject({ sids: sids.slice(4), metadata: { NextPageUri: null } })
    expect((await follow(pick(third.metadata, 'PrevPageUri'))).sids).toEqual(sids.slice(2, 4))
  })

  it.each([
    [{ DateCreated: 'yesterday' }],
    [{ DateCreated: 'gte:2025-11-01 00:00:00;lte:2026-01-05 00:00:00' }],
    [{ DateCreated: 'gte:2025-01-01 00:00:00;lte:2025-01-02 00:00:00' }],
    [{ Status: 'sleeping' }],
    [{ PageSize: '101' }],
    [{ SortBy: 'Price' }],
    [{ After: 'nobody' }],
    [{ Sid: Array.from({ length: 101 }, () => 'x').join() }],
    [{ From: '1,2,3,4,5,6' }],
  ])('refuses %j', async (query) => {
    expect((await list(query)).status).toBe(400)
  })
})
