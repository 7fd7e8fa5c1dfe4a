import { describe, expect, it } from 'vitest'
import { callUrl, exotelAt } from './exotel-stub.fixture.ts'

const nowhere = 'http://127.0.0.1:1'
const exotel = exotelAt(nowhere, { pattern: 'legs' })
const login = { username: 'hook', password: 's3cret' }

const callerSid = '2QYATxQ9t4UKcUwcqJClSa9OEZ400000'
const calleeSid = '2tdAcyul4xmM2zXiK8nkYYmxrsg00000'
const eventSid = '2QmZ1DghXqX1iU9PUrfexRHkECU00000'

const event = (name: string, data: Record<string, unknown> = {}, fields: Record<string, unknown> = {}) => ({
  event_sid: eventSid,
  event_type: 'leg_lifecycle_event',
  event_name: name,
  event_timestamp: '2027-01-15T10:30:00.529Z',
  action_sid: null,
  action_custom_parameter: '',
  event_data: { data: {} },
  data: { leg_sid: callerSid, contact_uri: '+919800000001', exophone: '+918030752400', state: 'in-progress', end_time: null, ...data },
  ...fields,
})
const both = `caller=${callerSid}&callee=${calleeSid}`
const deliver = (query: string, body: unknown, headers: Record<string, string> = {}, to = exotel) =>
  to.verify({
    url: `${callUrl}/leg-events?${query}`,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    raw: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  })

describe('an event of a leg', () => {
  it.each([
    ['leg_connecting', {}, 'queued'],
    ['leg_ringing', {}, 'ringing'],
    ['leg_answered', {}, 'in_progress'],
    ['leg_joined_bridge', {}, 'in_progress'],
    ['leg_left_bridge', {}, 'unknown'],
    ['leg_terminated', { state: 'terminal', terminal_status: 'busy' }, 'busy'],
    ['leg_terminated', { state: 'terminal', terminal_status: 'no-answer' }, 'no_answer'],
    ['leg_terminated', { state: 'terminal' }, 'completed'],
    ['leg_failed_to_create', {}, 'failed'],
    ['say_completed', {}, 'unknown'],
  ])('%s with %j tells of the side that its address names: %s', async (name, data, status) => {
    for (const side of ['caller', 'callee'])
      expect((await deliver(`leg=${side}`, event(name, data)))?.report).toEqual({
        kind: 'status',
        leg: side,
        legId: callerSid,
        otherLegId: null,
        status,
        sequence: null,
        at: new Date('2027-01-15T10:30:00.529Z'),
        endedBy: null,
      })
  })

  it.each([
    ['bridge_created', 'in_progress'],
    ['bridge_terminal', 'unknown'],
    ['bridge_failed_to_create', 'failed'],
  ])('%s is told as the callee’s', async (name, status) => {
    const data = { bridge_sid: eventSid, leg_sid: undefined }
    expect((await deliver(both, event(name, data)))?.report).toMatchObject({
      leg: 'callee',
      legId: calleeSid,
      otherLegId: callerSid,
      status,
    })
  })

  it('of a bridge tells which of the two legs it is about, and hears of no third one', async () => {
    expect((await deliver(both, event('leg_left_bridge', { leg_sid: callerSid })))?.report).toMatchObject({
      leg: 'caller',
      otherLegId: calleeSid,
    })
    expect((await deliver(both, event('leg_joined_bridge', { leg_sid: calleeSid })))?.report).toMatchObject({
      leg: 'callee',
      otherLegId: callerSid,
    })
    await expect(deliver(both, event('leg_joined_bridge', { leg_sid: eventSid }))).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('is known again by its own id alone', async () => {
    const first = await deliver('leg=caller', event('leg_answered'))
    expect((await deliver('leg=caller', event('leg_ringing')))?.deliveryId).toBe(first?.deliveryId)
    expect((await deliver('leg=caller', event('leg_answered', {}, { event_sid: callerSid })))?.deliveryId).not.toBe(first?.deliveryId)
  })

  it('keeps notes without phone numbers', async () => {
    const told = await deliver('leg=caller', event('leg_answered'))
    expect(told?.notes).toEqual({ event_name: 'leg_answered', event_timestamp: '2027-01-15T10:30:00.529Z', state: 'in-progress' })
    expect(JSON.stringify(told)).not.toMatch(/98000000|80307524/)
  })

  it('brings the login where one was agreed', async () => {
    const guarded = exotelAt(nowhere, { pattern: 'legs', eventLogin: login })
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
    expect(await deliver('leg=caller', event('leg_answered'), basic('hook:s3cret'), guarded)).toBeDefined()
    for (const headers of [{}, basic('hook:other'), basic('hook'), { authorization: 'Bearer s3cret' }, { authorization: 'Basic ???' }])
      expect(await deliver('leg=caller', event('leg_answered'), headers, guarded)).toBeUndefined()
  })

  it.each([
    ['an address that names no side', 'leg=nobody', event('leg_answered')],
    ['an address that names one leg of two', `caller=${callerSid}`, event('leg_joined_bridge')],
    ['an address that names a path', `caller=${callerSid}&callee=../../x`, event('bridge_created')],
    ['no leg', 'leg=caller', event('leg_answered', { leg_sid: undefined })],
    ['a leg that is a path', 'leg=caller', event('leg_answered', { leg_sid: '../../../../../x' })],
    ['a bridge at a leg’s address', 'leg=caller', event('bridge_created', { leg_sid: undefined })],
    ['no id', 'leg=caller', event('leg_answered', {}, { event_sid: undefined })],
    ['a name that is none', 'leg=caller', event('Leg answered!')],
    ['no data', 'leg=caller', event('leg_answered', {}, { data: undefined })],
    ['data that is text', 'leg=caller', event('leg_answered', {}, { data: 'x' })],
    ['a list', 'leg=caller', [event('leg_answered')]],
    ['broken JSON', 'leg=caller', '{"event_sid":'],
    ['nothing', 'leg=caller', ''],
  ])('is refused with %s', async (_, query, body) => {
    await expect(deliver(query, body)).rejects.toEqual(expect.objectContaining({ name: 'Problem', code: 'invalid_request' }))
  })
})
