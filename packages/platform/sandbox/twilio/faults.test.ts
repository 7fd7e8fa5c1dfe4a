import twilio from 'twilio'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OWNED, type Scene, setScene } from './test-customer.ts'

let scene: Scene
beforeEach(async () => {
  scene = await setScene()
})
afterEach(() => scene.close())

const EVENTS = ['initiated', 'ringing', 'answered', 'completed']
const dial = async (to = '+14155551005'): Promise<string> => {
  const { sid } = await scene.client.calls.create({
    to,
    from: OWNED,
    twiml: '<Response><Pause length="3600"/></Response>',
    statusCallback: `${scene.customer.url}/status`,
    statusCallbackEvent: EVENTS,
  })
  await scene.clock.advance(5_000)
  return sid
}

describe('callbacks can be made to', () => {
  it('get lost, by event and by count', async () => {
    scene.sandbox.control.faultCallbacks({ action: 'drop', match: { event: 'completed' }, times: 1 })
    const first = await dial()
    const second = await dial()
    expect(scene.customer.progress(first)).toEqual(['initiated', 'ringing', 'in-progress'])
    expect(scene.customer.progress(second)).toEqual(['initiated', 'ringing', 'in-progress', 'completed'])
    expect((await scene.client.calls(first).fetch()).status).toBe('completed')
  })

  it('come twice, the same in every respect', async () => {
    scene.sandbox.control.faultCallbacks({ action: 'repeat', match: { event: 'answered' }, copies: 2 })
    const sid = await dial()
    expect(scene.customer.progress(sid)).toEqual(['initiated', 'ringing', 'in-progress', 'in-progress', 'in-progress', 'completed'])
    const copies = scene.customer.seen.filter(({ params }) => params['CallStatus'] === 'in-progress')
    expect(new Set(copies.map((one) => JSON.stringify(one))).size).toBe(1)
  })

  it('come late', async () => {
    scene.sandbox.control.faultCallbacks({ action: 'delay', delayMs: 60_000, match: { event: 'ringing' } })
    const sid = await dial()
    expect(scene.customer.progress(sid)).toEqual(['initiated', 'in-progress', 'completed'])
    await scene.clock.advance(60_000)
    expect(scene.customer.progress(sid)).toEqual(['initiated', 'in-progress', 'completed', 'ringing'])
  })

  it('be overtaken by the next one; the last one comes all the same', async () => {
    scene.sandbox.control.faultCallbacks({ action: 'reorder', match: { event: 'ringing' } })
    scene.sandbox.control.faultCallbacks({ action: 'reorder', match: { event: 'completed' } })
    const sid = await dial()
    expect(scene.customer.progress(sid)).toEqual(['initiated', 'in-progress', 'ringing'])
    await scene.clock.advance(5_000)
    expect(scene.customer.progress(sid)).toEqual(['initiated', 'in-progress', 'ringing', 'completed'])
  })

  it('wait until they are let go, in any order', async () => {
    scene.sandbox.control.faultCallbacks({ action: 'hold' })
    const sid = await dial()
    expect(scene.customer.seen).toEqual([])
    const held = scene.sandbox.control.held()
    expect(held.map(({ about }) => about['event'])).toEqual(EVENTS)
    await scene.sandbox.control.release([3, 1, 2].map((index) => held[index]?.id ?? ''))
    expect(scene.customer.progress(sid)).toEqual(['completed', 'ringing', 'in-progress'])
    await scene.sandbox.control.release()
    expect(scene.customer.progress(sid).at(-1)).toBe('initiated')
  })

  it('carry a wrong signature', async () => {
    scene.sandbox.control.faultCallbacks({ action: 'forge', match: { event: 'completed' } })
    await dial()
    const right = scene.customer.seen.map(({ signature, url, params }) =>
      twilio.validateRequest(scene.sandbox.authToken, signature, url, params),
    )
    expect(right).toEqual([true, true, true, false])
  })

  it('get lost by chance, which is the same for the same seed', async () => {
    const outcomes = async (): Promise<string[]> => {
      scene.sandbox.control.clearFaults()
      scene.sandbox.control.faultCallbacks({ action: 'drop', probability: 0.5, seed: 42 })
      const progress: string[] = []
      for (let round = 0; round < 5; round += 1) progress.push(scene.customer.progress(await dial()).join())
      return progress
    }
    const first = await outcomes()
    expect(await outcomes()).toEqual(first)
    expect(new Set(first).size).toBeGreaterThan(1)
  })

  it('be seen in the log with what became of them', async () => {
    scene.sandbox.control.faultCallbacks({ action: 'drop', match: { event: 'initiated' } })
    scene.customer.answers.set('/status', { status: 404 })
    const sid = await dial()
    const log = scene.sandbox.control.callbacks()
    expect(log.map(({ about, outcome, status }) => [about['event'], outcome, status])).toEqual([
      ['initiated', 'dropped', undefined],
      ['ringing', 'sent', 404],
      ['answered', 'sent', 404],
      ['completed', 'sent', 404],
    ])
    expect(log.every(({ key }) => key === sid)).toBe(true)
  })
})

describe('the API can be made to', () => {
  it.each([
    [429, 20429],
    [500, 20500],
    [503, 20503],
  ])('fail with %i without doing anything', async (status, code) => {
    scene.sandbox.control.faultApi({ action: 'fail', status, method: 'POST', path: '/Calls.json', times: 2 })
    await expect(dial()).rejects.toMatchObject({ status, code })
    await expect(dial()).rejects.toMatchObject({ status })
    expect(await scene.client.calls.list()).toEqual([])
    await expect(dial()).resolves.toMatch(/^CA/)
  })

  it('create the call and lose the answer', async () => {
    scene.sandbox.control.faultApi({ action: 'lose-answer', path: '/Calls.json' })
    await expect(dial()).rejects.toThrow()
    await scene.clock.advance(5_000)
    const [call] = await scene.client.calls.list()
    expect(call?.status).toBe('completed')
    expect(scene.customer.progress(call?.sid ?? '')).toEqual(['initiated', 'ringing', 'in-progress', 'completed'])
  })

  it('accept a request and never answer it, while it answers others', async () => {
    scene.sandbox.control.faultApi({ action: 'hang', path: '/Calls.json' })
    const { url, accountSid, authToken } = scene.sandbox
    const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
    const never = new AbortController()
    const hanging = fetch(`${url}/2010-04-01/Accounts/${accountSid}/Calls.json`, { headers: { authorization }, signal: never.signal })
    const outcome = hanging.then(
      () => 'answered',
      () => 'given up',
    )
    while ((await control('/faults')).json.faults?.length) await new Promise((resolve) => setImmediate(resolve))
    await expect(dial()).resolves.toMatch(/^CA/)
    never.abort()
    expect(await outcome).toBe('given up')
  })
})

interface Answer {
  readonly id?: string
  readonly calls?: unknown[]
  readonly faults?: unknown[]
  readonly numbers?: unknown[]
}

const control = async (
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
  method = body === undefined ? 'GET' : 'POST',
) => {
  const answer = await fetch(`${scene.sandbox.url}/_sandbox${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const json = (text === '' ? {} : JSON.parse(text)) as Answer
  return { status: answer.status, json }
}

describe('the control surface over HTTP', () => {
  it('works the telephones and the clock', async () => {
    expect((await control('/settings', { answerAfterMs: null })).json).toMatchObject({ answerAfterMs: null })
    const sid = await dial('+14155550000')
    expect((await control('/calls')).json.calls).toMatchObject([{ sid, status: 'ringing', to: '+14155550000' }])
    expect((await control(`/calls/${sid}/answer`, {})).status).toBe(204)
    expect((await control(`/calls/${sid}/answer`, {})).status).toBe(409)
    expect((await control('/clock', { advanceSeconds: 12 })).json).toMatchObject({ held: true })
    expect((await control(`/calls/${sid}/hangup`, {})).status).toBe(204)
    expect(await scene.client.calls(sid).fetch()).toMatchObject({ status: 'completed', duration: '12' })
    expect((await control('/calls')).json.calls).toEqual([])
    expect((await control('/calls?all=true')).json.calls).toHaveLength(1)
    const declined = await dial('+14155550000')
    expect((await control(`/calls/${declined}/busy`, {})).status).toBe(204)
    expect((await scene.client.calls(declined).fetch()).status).toBe('busy')
  })

  it('works numbers, inbound calls and faults', async () => {
    const voiceUrl = `${scene.customer.url}/voice`
    expect((await control('/numbers', { phoneNumber: '+918000000001', voiceUrl })).status).toBe(201)
    expect((await control('/numbers', { phoneNumber: '+918000000001' })).status).toBe(409)
    const dialled = await control('/calls', { from: '+919800000001', to: '+918000000001' })
    expect(dialled).toMatchObject({ status: 201, json: { direction: 'inbound', status: 'ringing' } })
    await scene.clock.settled()
    expect(scene.customer.at('/voice')).toHaveLength(1)
    const { json } = await control('/faults', { callback: { action: 'hold' } })
    await control('/faults', { api: { action: 'fail', status: 503 } })
    expect((await control('/faults')).json.faults).toHaveLength(2)
    expect((await control(`/faults/${json.id}`, undefined, {}, 'DELETE')).status).toBe(204)
    expect((await control('/reset', {})).status).toBe(204)
    expect((await control('/faults')).json.faults).toEqual([])
    expect((await control('/numbers')).json.numbers).toEqual([])
    expect((await control('/callbacks')).json).toEqual({ callbacks: [], held: [] })
  })

  const refused: [string, string, unknown, number][] = [
    ['an unknown control', '/nothing', {}, 404],
    ['a body that is no object', '/faults', [1], 400],
    ['a fault that does not exist', '/faults', { callback: { action: 'explode' } }, 400],
    ['time going backwards', '/clock', { advanceSeconds: -1 }, 400],
    ['a number that is none', '/numbers', { phoneNumber: 'x' }, 400],
    ['an address that is none', '/numbers', { phoneNumber: '+918000000001', voiceUrl: 'javascript:alert(1)' }, 400],
    ['a call to a number of nobody', '/calls', { from: '+919800000001', to: '+918000000009' }, 404],
    ['a setting out of range', '/settings', { answerAfterMs: -5 }, 400],
  ]
  it.each(refused)('refuses %s', async (_, path, body, status) => {
    expect(await control(path, body)).toMatchObject({ status, json: { error: expect.any(String) } })
  })

  it('refuses pages of other origins', async () => {
    expect((await control('/reset', {}, { origin: 'https://evil.test' })).status).toBe(403)
    expect((await control('/reset', {}, { origin: scene.sandbox.url })).status).toBe(204)
  })
})
