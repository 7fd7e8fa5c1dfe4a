import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isRecord, type Json, readJson } from '../kit/json.ts'
import { list, OWNED, pick, type Scene, setScene, text } from './test-customer.ts'

let scene: Scene
beforeEach(async () => {
  scene = await setScene()
})
afterEach(() => scene.close())

const dial = async (wish: Record<string, string> = {}): Promise<string> => {
  const sid = await scene.connect({ To: '+919811111005', ...wish })
  await scene.clock.advance(5_000)
  return sid
}
const events = () => scene.customer.at('/status').map(({ said }) => said['EventType'])

describe('callbacks can be made to', () => {
  it('get lost, by event and by count, and are not tried again then', async () => {
    scene.sandbox.control.faultCallbacks({ action: 'drop', match: { event: 'terminal' }, times: 1 })
    await dial()
    await scene.clock.advance(3_600_000)
    expect(events()).toEqual(['answered', 'answered'])
    await dial()
    expect(events()).toEqual(['answered', 'answered', 'answered', 'answered', 'terminal'])
  })

  it('come ten times, the same in every respect', async () => {
    scene.sandbox.control.faultCallbacks({ action: 'repeat', match: { event: 'terminal' }, copies: 9 })
    await dial()
    const copies = scene.customer.at('/status').filter(({ said }) => said['EventType'] === 'terminal')
    expect(copies).toHaveLength(10)
    expect(new Set(copies.map(({ body }) => body)).size).toBe(1)
  })

  it('come late, out of order, or when they are let go', async () => {
    const { control } = scene.sandbox
    control.faultCallbacks({ action: 'delay', delayMs: 1_200_000, match: { event: 'terminal' }, times: 1 })
    await dial()
    expect(events()).toEqual(['answered', 'answered'])
    await scene.clock.advance(1_200_000)
    expect(events().at(-1)).toBe('terminal')
    scene.customer.seen.length = 0
    control.faultCallbacks({ action: 'hold' })
    await dial()
    expect(events()).toEqual([])
    await control.release(
      control
        .held()
        .map(({ id }) => id)
        .reverse(),
    )
    expect(events()).toEqual(['terminal', 'answered', 'answered'])
  })

  it('say what a stranger would like them to say', async () => {
    scene.sandbox.control.faultCallbacks({ action: 'forge', match: { event: 'terminal' } })
    const sid = await dial()
    const forged = scene.customer.at('/status').at(-1)?.said
    expect(forged).toMatchObject({ EventType: 'terminal', ConversationDuration: 3_599 })
    expect(forged?.['CallSid']).not.toBe(sid)
  })

  it('be seen in the log with what became of them', async () => {
    scene.customer.answers.set('/status', { status: 404 })
    await dial({ 'StatusCallbackEvents[1]': 'terminal' })
    expect(scene.sandbox.control.callbacks().map(({ about, outcome, status }) => [about['event'], outcome, status])).toEqual([
      ['terminal', 'sent', 404],
    ])
  })
})

describe('the API can be made to', () => {
  it.each([401, 402, 403, 429, 500, 503])('fail with %i without doing anything', async (status) => {
    scene.sandbox.control.faultApi({ action: 'fail', status, method: 'POST', path: '/Calls/connect' })
    await expect(dial()).rejects.toThrow(`"Status":${status}`)
    expect(scene.sandbox.control.calls({ all: true })).toEqual([])
    await expect(dial()).resolves.toMatch(/^[0-9a-f]{32}$/)
  })

  it('create the call and lose the answer; the list finds it by number and time', async () => {
    scene.sandbox.control.faultApi({ action: 'lose-answer', path: '/Calls/connect' })
    await expect(dial()).rejects.toThrow('fetch failed')
    await scene.clock.advance(5_000)
    const query = new URLSearchParams({ PhoneNumber: OWNED, DateCreated: 'gte:2026-01-05 14:30:00', details: 'true' })
    const { json } = await scene.v1('GET', `/Calls.json?${query.toString()}`)
    const sid = pick(json, 'Calls', 0, 'Sid')
    expect(pick(json, 'Calls', 0, 'Status')).toBe('completed')
    expect(scene.customer.at('/status').map(({ said }) => said['CallSid'])).toEqual([sid, sid, sid])
  })

  it('create the call and never answer, while its callbacks come', async () => {
    scene.sandbox.control.faultApi({ action: 'stall', path: '/Calls/connect' })
    const outcome = dial().then(
      () => 'answered',
      () => 'given up',
    )
    while (scene.sandbox.control.calls().length === 0) await new Promise((resolve) => setImmediate(resolve))
    await scene.clock.advance(5_000)
    expect(events()).toEqual(['answered', 'answered', 'terminal'])
    await scene.sandbox.close()
    expect(await outcome).toBe('given up')
  })

  it('accept a request and never answer it, while it answers others', async () => {
    scene.sandbox.control.faultApi({ action: 'hang', path: '/Calls.json' })
    const never = new AbortController()
    const { url, accountSid, apiKey, apiToken } = scene.sandbox
    const authorization = `Basic ${Buffer.from(`${apiKey}:${apiToken}`).toString('base64')}`
    const outcome = fetch(`${url}/v1/Accounts/${accountSid}/Calls.json`, { headers: { authorization }, signal: never.signal }).then(
      () => 'answered',
      () => 'given up',
    )
    while (list((await control('/faults')).json, 'faults').length > 0) await new Promise((resolve) => setImmediate(resolve))
    await expect(dial()).resolves.toMatch(/^[0-9a-f]{32}$/)
    never.abort()
    expect(await outcome).toBe('given up')
  })
})

const control = async (path: string, body?: Json, headers: Record<string, string> = {}, method = body === undefined ? 'GET' : 'POST') => {
  const answer = await fetch(`${scene.sandbox.url}/_sandbox${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const json = readJson(await answer.text())
  return { status: answer.status, json: isRecord(json) ? json : undefined }
}

describe('the control surface over HTTP', () => {
  it('works the telephones and the clock', async () => {
    expect((await control('/settings', { answerAfterMs: null })).json).toMatchObject({ answerAfterMs: null, figuresAfterMs: 2_000 })
    const sid = await dial({ To: '+919811110000' })
    expect((await control('/calls')).json).toMatchObject({ calls: [{ sid, caller: 'ringing' }] })
    expect((await control(`/calls/${sid}/answer`, {})).status).toBe(204)
    expect((await control(`/calls/${sid}/answer`, { who: 'caller' })).status).toBe(409)
    expect((await control('/clock', { advanceSeconds: 1 })).json).toMatchObject({ held: true })
    expect((await control(`/calls/${sid}/answer`, { who: 'callee' })).status).toBe(204)
    await control('/clock', { advanceSeconds: 12 })
    expect((await control(`/calls/${sid}/misreport`, { conversationDuration: 'abc' })).status).toBe(204)
    expect((await control(`/calls/${sid}/hangup`, {})).status).toBe(204)
    await control('/clock', { advanceSeconds: 2 })
    expect(pick(await scene.details(sid), 'Details', 'ConversationDuration')).toBe('abc')
    expect((await control(`/calls/${sid}/misreport`, {})).status).toBe(204)
    expect(pick(await scene.details(sid), 'Details', 'ConversationDuration')).toBe(12)
    const declined = await dial({ To: '+919811110000' })
    expect((await control(`/calls/${declined}/busy`, {})).status).toBe(204)
    expect(await scene.details(declined)).toMatchObject({ Status: 'busy' })
    expect((await control('/calls')).json).toEqual({ calls: [] })
  })

  it('works numbers, flows, inbound calls and faults', async () => {
    const flow = { appId: '7', connectUrl: `${scene.customer.url}/connect` }
    expect((await control('/flows', flow)).status).toBe(201)
    const voiceUrl = 'https://my.exotel.com/exoml/start/7'
    expect((await control('/numbers', { phoneNumber: '02269800007', voiceUrl })).status).toBe(201)
    expect((await control('/numbers', { phoneNumber: '+912269800007' })).status).toBe(409)
    const dialled = await control('/calls', { from: '+919800000001', to: '+912269800007' })
    expect(dialled).toMatchObject({ status: 201, json: { Direction: 'inbound', Status: 'in-progress' } })
    await scene.clock.settled()
    expect(scene.customer.at('/connect')).toHaveLength(1)
    expect((await control('/dnd', { phoneNumber: '+919800000001', dnd: true })).status).toBe(204)
    const { json } = await control('/faults', { callback: { action: 'hold' } })
    expect((await control(`/faults/${text(json, 'id')}`, undefined, {}, 'DELETE')).status).toBe(204)
    expect((await control('/reset', {})).status).toBe(204)
    expect((await control('/numbers')).json).toEqual({ numbers: [] })
    expect((await control('/flows')).json).toEqual({ flows: [] })
    expect((await control('/callbacks')).json).toEqual({ callbacks: [], held: [] })
  })

  const refused: [string, string, Json, number][] = [
    ['an unknown control', '/nothing', {}, 404],
    ['a body that is no object', '/faults', [1], 400],
    ['a fault that does not exist', '/faults', { callback: { action: 'explode' } }, 400],
    ['time going backwards', '/clock', { advanceSeconds: -1 }, 400],
    ['a number that is none', '/numbers', { phoneNumber: 'x' }, 400],
    ['an address that is no flow', '/numbers', { phoneNumber: '+912269800007', voiceUrl: 'javascript:alert(1)' }, 400],
    ['a flow without an address', '/flows', { appId: '7' }, 400],
    ['a flow with a strange name', '/flows', { appId: '../7', connectUrl: 'http://a.test/' }, 400],
    ['a call to a number of nobody', '/calls', { from: '+919800000001', to: '+912269800009' }, 404],
    ['a setting that is none', '/settings', { toString: 1 }, 400],
    ['a setting out of range', '/settings', { answerAfterMs: -5 }, 400],
    ['a phone of nobody', '/calls/x/answer', { who: 'postman' }, 400],
    ['a misreport that is none', '/calls/x/misreport', { where: 'everywhere' }, 400],
  ]
  it.each(refused)('refuses %s', async (_, path, body, status) => {
    expect(await control(path, body)).toMatchObject({ status, json: { error: expect.any(String) } })
  })

  it('refuses pages of other origins', async () => {
    expect((await control('/reset', {}, { origin: 'https://evil.test' })).status).toBe(403)
    expect((await control('/reset', {}, { origin: scene.sandbox.url })).status).toBe(204)
  })
})
