import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { officialClient, OWNED, type Scene, setScene } from './test-customer.ts'

let scene: Scene
const TWIML = '<Response><Pause length="3600"/></Response>'

beforeEach(async () => {
  scene = await setScene()
})
afterEach(() => scene.close())

const root = (): string => `${scene.sandbox.url}/2010-04-01/Accounts/${scene.sandbox.accountSid}`
const authorization = (): string => `Basic ${Buffer.from(`${scene.sandbox.accountSid}:${scene.sandbox.authToken}`).toString('base64')}`
const raw = (
  path: string,
  init: { method?: string; body?: string | URLSearchParams; headers?: Record<string, string> } = {},
): Promise<Response> => fetch(`${root()}${path}`, { ...init, headers: { authorization: authorization(), ...init.headers } })

describe('access', () => {
  it('refuses a wrong token with 401 and 20003', async () => {
    const stranger = officialClient(scene.sandbox, 'wrong')
    await expect(stranger.calls.list()).rejects.toMatchObject({ status: 401, code: 20003, moreInfo: expect.stringContaining('20003') })
    const answer = await fetch(`${root()}/Calls.json`)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('Basic')
  })

  it('is the same with and without a leading /api', async () => {
    expect((await raw('/Calls.json')).status).toBe(200)
    const prefixed = await fetch(`${scene.sandbox.url}/api/2010-04-01/Accounts/${scene.sandbox.accountSid}.json`, {
      headers: { authorization: authorization() },
    })
    expect(await prefixed.json()).toMatchObject({ sid: scene.sandbox.accountSid, status: 'active' })
  })
})

describe('bad requests get an answer in the form of Twilio', () => {
  const bad: [string, string, Parameters<typeof raw>[1], number, number][] = [
    ['an unknown path', '/Nothing.json', {}, 404, 20404],
    ['a path without .json', '/Calls', {}, 404, 20404],
    ['a method that is not there', '/Calls.json', { method: 'DELETE' }, 405, 20004],
    ['a method of another kind', '/Calls.json', { method: 'PATCH' }, 405, 20004],
    ['a country named like a property of every object', '/AvailablePhoneNumbers/XX/Local.json', {}, 404, 20404],
    ['JSON instead of a form', '/Calls.json', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }, 415, 20001],
    ['a body without end', '/Calls.json', { method: 'POST', body: 'x'.repeat(70_000) }, 413, 20413],
    ['half an escape in the path', '/Calls/%E0%A4%A.json', {}, 404, 20404],
    ['a page size of nothing', '/Calls.json?PageSize=-1', {}, 400, 20001],
    ['a page token of nobody', '/Calls.json?PageToken=PAx', {}, 400, 20006],
    ['a date that is none', '/Calls.json?StartTime=yesterday', {}, 400, 20001],
    ['a status that is none', '/Calls.json?Status=sleeping', {}, 400, 20001],
  ]
  it.each(bad)('%s', async (_, path, init, status, code) => {
    const answer = await raw(path, init)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toEqual({ code, message: expect.any(String), more_info: expect.any(String), status })
  })

  it('and what is not HTTP at all ends the connection, not the server', async () => {
    const { port } = new URL(scene.sandbox.url)
    await new Promise<void>((resolve) => {
      const broken = request({ port, host: '127.0.0.1', method: 'GET', path: '/x', headers: { 'x-long': 'y'.repeat(20_000) } })
      broken.on('response', (response) => response.resume().on('end', resolve))
      broken.on('error', () => resolve())
      broken.end()
    })
    expect((await raw('/Calls.json')).status).toBe(200)
  })
})

describe('creating a call', () => {
  const wrong: [string, Record<string, unknown>, number][] = [
    ['no To', { to: '' }, 21201],
    ['no From', { from: '' }, 21213],
    ['a To that is no number', { to: 'bob' }, 21211],
    ['a To without a country', { to: '4155550000' }, 21211],
    ['a From that is no number', { from: '12' }, 21212],
    ['a From of somebody else', { from: '+15005550009' }, 21210],
    ['no instructions', { twiml: undefined }, 21205],
    ['an address that is none', { url: 'ftp://x.test/a' }, 21205],
    ['a status callback to a host with an underscore', { statusCallback: 'http://my_host.test/' }, 21609],
    ['a timeout beyond ten minutes', { timeout: 601 }, 20001],
    ['a document of 4001 characters', { twiml: `<Response>${' '.repeat(4_000)}</Response>` }, 20001],
  ]
  it.each(wrong)('with %s is refused', async (_, change, code) => {
    const call = { to: '+14155550000', from: OWNED, twiml: TWIML, ...change }
    await expect(scene.client.calls.create(call)).rejects.toMatchObject({ code, status: 400 })
    expect(await scene.client.calls.list()).toEqual([])
  })

  it('answers 201 with a queued call in the documented shape', async () => {
    const form = new URLSearchParams({ To: '+1 (415) 555-0000', From: OWNED, Twiml: TWIML })
    const answer = await raw('/Calls.json', { method: 'POST', body: form })
    expect(answer.status).toBe(201)
    const call: { sid: string } = await answer.json()
    expect(call).toMatchObject({
      sid: expect.stringMatching(/^CA[0-9a-f]{32}$/),
      account_sid: scene.sandbox.accountSid,
      to: '+14155550000',
      to_formatted: '(415) 555-0000',
      from: OWNED,
      status: 'queued',
      direction: 'outbound-api',
      duration: null,
      start_time: null,
      end_time: null,
      parent_call_sid: null,
      queue_time: '0',
      price: null,
      date_created: 'Mon, 05 Jan 2026 09:00:00 +0000',
      api_version: '2010-04-01',
      uri: `/2010-04-01/Accounts/${scene.sandbox.accountSid}/Calls/${call.sid}.json`,
      subresource_uris: { events: expect.stringContaining(`${call.sid}/Events.json`) },
    })
  })
})

describe('listing calls', () => {
  const to = (digits: string) => `+1415555${digits}`
  const place = async (digits: string) => (await scene.client.calls.create({ to: to(digits), from: OWNED, twiml: TWIML })).sid

  it('filters by number, status and UTC day, newest first', async () => {
    const monday = await place('1010')
    await scene.clock.advance(86_400_000)
    const tuesday = await place('0000')
    await scene.clock.settled()
    const sids = async (filter: Parameters<typeof scene.client.calls.list>[0]) =>
      (await scene.client.calls.list(filter)).map(({ sid }) => sid)
    expect(await sids({})).toEqual([tuesday, monday])
    expect(await sids({ to: to('1010') })).toEqual([monday])
    expect(await sids({ to: to('1010'), from: '+15005550009' })).toEqual([])
    expect(await sids({ status: 'in-progress' })).toEqual([tuesday])
    expect(await sids({ startTime: new Date('2026-01-05T23:00:00Z') })).toEqual([monday])
    expect(await sids({ startTimeAfter: new Date('2026-01-06T23:59:00Z') })).toEqual([tuesday])
    expect(await sids({ startTimeBefore: new Date('2026-01-06T00:00:00Z') })).toEqual([monday])
    expect(await sids({ parentCallSid: monday })).toEqual([])
  })

  it('finds a call that is only just ringing by the day it was placed', async () => {
    scene.sandbox.control.answerAfter(null)
    const sid = await place('0000')
    const [found] = await scene.client.calls.list({ to: to('0000'), startTimeAfter: new Date('2026-01-05') })
    expect(found?.sid).toBe(sid)
  })

  it('pages without losing or repeating a call while new ones come in', async () => {
    const placed: string[] = []
    for (let index = 0; index < 7; index += 1) placed.unshift(await place('0000'))
    const seen: string[] = []
    const firstPage = await scene.client.calls.page({ pageSize: 3 })
    for (let page: Awaited<ReturnType<typeof firstPage.nextPage>> = firstPage; page; page = await page.nextPage()) {
      seen.push(...page.instances.map(({ sid }) => sid))
      await place('0000')
    }
    expect(seen).toEqual(placed)
  })

  it('says where the pages are', async () => {
    await place('0000')
    await place('0000')
    const json: Record<string, unknown> = await (await raw('/Calls.json?PageSize=1')).json()
    expect(json).toMatchObject({
      page: 0,
      page_size: 1,
      start: 0,
      end: 0,
      previous_page_uri: null,
      calls: [{ status: expect.any(String) }],
    })
    expect(json['next_page_uri']).toContain('Page=1')
    expect(json['first_page_uri']).toContain('Page=0')
  })
})

describe('numbers', () => {
  it('are searched by country and type, the same each time, and not those already bought', async () => {
    const first = await scene.client.availablePhoneNumbers('US').local.list({ areaCode: 212, limit: 3 })
    expect(first).toHaveLength(3)
    expect(first[0]).toMatchObject({ isoCountry: 'US', capabilities: { voice: true, sms: true }, addressRequirements: 'none' })
    const wanted = first[0]?.phoneNumber ?? ''
    await scene.client.incomingPhoneNumbers.create({ phoneNumber: wanted })
    const again = await scene.client.availablePhoneNumbers('US').local.list({ areaCode: 212, limit: 3 })
    expect(again.map((one) => one.phoneNumber).slice(0, 2)).toEqual(first.map((one) => one.phoneNumber).slice(1))
    const types = [
      await scene.client.availablePhoneNumbers('GB').mobile.list({ limit: 1 }),
      await scene.client.availablePhoneNumbers('IN').tollFree.list({ limit: 1 }),
      await scene.client.availablePhoneNumbers('IN').local.list({ limit: 1 }),
    ]
    expect(types.map(([one]) => one?.phoneNumber.slice(0, 3))).toEqual(['+44', '+91', '+91'])
    expect(Object.keys((await scene.client.availablePhoneNumbers('GB').fetch()).subresourceUris)).toEqual(['local', 'toll_free', 'mobile'])
    expect((await scene.client.availablePhoneNumbers.list()).map((one) => one.countryCode)).toContain('IN')
  })

  it('can be searched by digits, stars and letters, within limits', async () => {
    const local = scene.client.availablePhoneNumbers('US').local
    for (const { phoneNumber } of await local.list({ contains: '4155*52', limit: 20 })) expect(phoneNumber).toMatch(/4155\d52/)
    expect(await local.list({ contains: 'KLM2', limit: 1 })).toMatchObject([{ phoneNumber: expect.stringContaining('5562') }])
    expect(await local.list({ pageSize: 7, limit: 7 })).toHaveLength(7)
    await expect(local.list({ contains: '1' })).rejects.toMatchObject({ code: 21421 })
    await expect(local.list({ areaCode: 12 })).rejects.toMatchObject({ code: 21451 })
    await expect(scene.client.availablePhoneNumbers('IN').mobile.list({ contains: '(.*)+$' })).rejects.toMatchObject({ code: 21421 })
  })

  it('are bought, found, changed and released', async () => {
    const [offer] = await scene.client.availablePhoneNumbers('IN').local.list({ limit: 1 })
    const phoneNumber = offer?.phoneNumber ?? ''
    const bought = await scene.client.incomingPhoneNumbers.create({
      phoneNumber,
      voiceUrl: 'https://a.test/voice',
      friendlyName: 'Reception',
    })
    expect(bought).toMatchObject({ phoneNumber, friendlyName: 'Reception', voiceUrl: 'https://a.test/voice', voiceMethod: 'POST' })
    expect(await scene.client.incomingPhoneNumbers.list({ phoneNumber })).toMatchObject([{ sid: bought.sid }])
    await expect(scene.client.incomingPhoneNumbers.create({ phoneNumber })).rejects.toMatchObject({ code: 21422 })
    const changed = await scene.client.incomingPhoneNumbers(bought.sid).update({ voiceMethod: 'GET', voiceUrl: '' })
    expect(changed).toMatchObject({ voiceMethod: 'GET', voiceUrl: '', friendlyName: 'Reception' })
    expect(await scene.client.calls.create({ to: '+14155550000', from: phoneNumber, twiml: TWIML })).toMatchObject({
      phoneNumberSid: bought.sid,
    })
    expect(await scene.client.incomingPhoneNumbers(bought.sid).remove()).toBe(true)
    await expect(scene.client.incomingPhoneNumbers(bought.sid).fetch()).rejects.toMatchObject({ code: 20404 })
    await expect(scene.client.incomingPhoneNumbers.create({ phoneNumber })).resolves.toMatchObject({ phoneNumber })
  })

  it('are bought by type or area code; what is not on offer is not sold', async () => {
    const [free] = await scene.client.availablePhoneNumbers('US').tollFree.list({ limit: 1 })
    const phoneNumber = free?.phoneNumber ?? ''
    await expect(scene.client.incomingPhoneNumbers.local.create({ phoneNumber })).rejects.toMatchObject({ code: 21422 })
    expect(await scene.client.incomingPhoneNumbers.tollFree.create({ phoneNumber })).toMatchObject({ phoneNumber })
    expect(await scene.client.incomingPhoneNumbers.create({ areaCode: '907' })).toMatchObject({
      phoneNumber: expect.stringMatching(/^\+1907/),
    })
    await expect(scene.client.incomingPhoneNumbers.create({ phoneNumber: '+12' })).rejects.toMatchObject({ code: 21421 })
    await expect(scene.client.incomingPhoneNumbers.create({ phoneNumber: '+14159990000' })).rejects.toMatchObject({ code: 21422 })
    await expect(scene.client.incomingPhoneNumbers.create({ areaCode: '212', voiceUrl: 'nonsense' })).rejects.toMatchObject({ code: 21502 })
    expect(await scene.client.incomingPhoneNumbers.tollFree.list()).toHaveLength(1)
    expect(await scene.client.incomingPhoneNumbers.list()).toHaveLength(3)
  })
})
