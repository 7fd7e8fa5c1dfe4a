import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NEVER, OWNED, pick, type Scene, setScene } from './test-customer.ts'

let scene: Scene
beforeEach(async () => {
  scene = await setScene()
  const { url } = scene.customer
  const flow = { appId: '4711', connectUrl: `${url}/connect?key=s3cret`, fallbackUrl: `${url}/fallback`, passthruUrl: `${url}/passthru` }
  scene.sandbox.control.defineFlow(flow)
})
afterEach(() => scene.close())

const flowUrl = () => `http://my.exotel.com/${scene.sandbox.accountSid}/exoml/start_voice/4711`
const start = (wish: Record<string, string> = {}) => scene.connect({ Url: flowUrl(), To: '', CustomField: 'call_1', ...wish })
const reply = (numbers: string[], more: Record<string, unknown> = {}) => {
  const json = {
    fetch_after_attempt: false,
    destination: { numbers },
    outgoing_phone_number: '02269800001',
    record: false,
    max_ringing_duration: 20,
    max_conversation_duration: 90,
    dial_passthru_event_url: `${scene.customer.url}/events`,
    ...more,
  }
  scene.customer.answers.set('/connect', { status: 200, json })
}
const events = () => scene.customer.at('/events').map(({ query }) => [query['EventType'], query['DialCallStatus']])
const details = async (sid: string) => {
  await scene.clock.advance(2_000)
  return scene.details(sid)
}

describe('a call to a flow', () => {
  it('asks the dynamic URL whom to dial as soon as the caller has answered', async () => {
    reply(['+919811111030'])
    scene.sandbox.control.answerAfter(3_000)
    const sid = await start()
    await scene.clock.advance(2_999)
    expect(scene.customer.seen).toEqual([])
    await scene.clock.advance(1)
    const [question] = scene.customer.at('/connect')
    expect(question?.method).toBe('GET')
    expect(question?.headers['exotel-version']).toBe('1.0')
    expect(question?.query).toMatchObject({
      key: 's3cret',
      CallSid: sid,
      CallFrom: '09800000000',
      CallTo: '02269800001',
      Direction: 'outbound-dial',
      Created: '2026-01-05 14:30:00',
      StartTime: '2026-01-05 14:30:00',
      EndTime: '1970-01-01 05:30:00',
      CurrentTime: '2026-01-05 14:30:03',
      CallType: 'call-attempt',
      DialCallDuration: '0',
      CustomField: 'call_1',
    })
    expect(scene.sandbox.control.calls()).toMatchObject([{ to: '+919811111030', callee: 'ringing' }])
  })

  it('tells the events of the dialled phone, then its Passthru, which counts the ringing as well', async () => {
    reply(['+919811111030'])
    scene.sandbox.control.answerAfter(4_000)
    const sid = await start()
    await scene.clock.advance(38_000)
    expect(events()).toEqual([
      ['ringing', 'ringing'],
      ['answered', 'in-progress'],
      ['completed', 'completed'],
    ])
    const [passthru, ...more] = scene.customer.at('/passthru')
    expect(more).toEqual([])
    expect(passthru?.query).toMatchObject({
      CallSid: sid,
      CallType: 'completed',
      DialWhomNumber: '09811111030',
      DialCallStatus: 'completed',
      DialCallDuration: '34',
      EndTime: '1970-01-01 05:30:00',
      CustomField: 'call_1',
    })
    expect(await details(sid)).toMatchObject({ Status: 'completed', To: '09811111030', Details: { ConversationDuration: 30 } })
  })

  it('is told about by the old, short callback alone, whatever events were asked for', async () => {
    reply(['+919811111030'])
    await start()
    await scene.clock.advance(30_000)
    const callbacks = scene.customer.at('/status').map(({ said }) => Object.keys(said).sort())
    expect(callbacks).toEqual([['CallSid', 'DateUpdated', 'RecordingUrl', 'Status']])
  })

  it('cuts the conversation, and not the call, at the limit of the reply', async () => {
    reply(['+919811110000'])
    scene.sandbox.control.answerAfter(10_000)
    const sid = await start()
    await scene.clock.advance(20_000 + 89_999)
    expect(scene.sandbox.control.calls()).toHaveLength(1)
    await scene.clock.advance(1)
    expect(scene.sandbox.control.calls()).toEqual([])
    expect(pick(await details(sid), 'Details', 'ConversationDuration')).toBe(90)
  })

  it('overruns that limit when it is told to', async () => {
    reply(['+919811110000'])
    scene.sandbox.control.overrunBy(11)
    const sid = await start()
    await scene.clock.advance(101_000)
    expect(pick(await details(sid), 'Details', 'ConversationDuration')).toBe(101)
  })

  it.each([
    ['+919811110001', 'busy', 'busy'],
    ['+919811110002', 'no-answer', 'no-answer'],
    ['+919811110003', 'failed', 'failed'],
    ['+919811110004', 'failed', 'failed'],
  ])('to %s, who cannot be had, ends as %s', async (number, status, leg) => {
    reply([number])
    const sid = await start()
    await scene.clock.advance(20_500)
    expect(await details(sid)).toMatchObject({
      Status: status,
      Details: { ConversationDuration: 0, Leg1Status: 'completed', Leg2Status: leg },
    })
    expect(scene.customer.at('/passthru')[0]?.query).toMatchObject({ CallType: 'incomplete', DialCallStatus: leg })
    expect(events().at(-1)).toEqual(['completed', leg])
  })

  it('tries one number after the other', async () => {
    reply(['+919811110001', '+919811110002', '+919811111005'])
    const sid = await start()
    await scene.clock.advance(20_000 + 5_000)
    expect(events().map(([, status]) => status)).toEqual(['ringing', 'busy', 'ringing', 'no-answer', 'ringing', 'in-progress', 'completed'])
    expect(pick(await details(sid), 'Details', 'ConversationDuration')).toBe(5)
  })

  it('dials nobody when the reply names nobody', async () => {
    reply([])
    const sid = await start()
    await scene.clock.settled()
    expect(scene.sandbox.control.calls({ all: true })).toMatchObject([{ status: 'completed', callee: undefined, to: undefined, heard: [] }])
    expect(scene.customer.at('/passthru')[0]?.query).toMatchObject({ CallType: 'call-attempt', DialCallDuration: '0' })
    expect(await details(sid)).toMatchObject({ Details: { ConversationDuration: 0, Leg1Status: 'completed', Leg2Status: null } })
  })

  it('lets the caller hear what was to be said before it is over', async () => {
    reply([], { start_call_playback: { playback_to: 'both', type: 'text', value: 'Please call from the app.......' } })
    await start()
    await scene.clock.advance(2_999)
    expect(scene.sandbox.control.calls()).toMatchObject([{ heard: ['Please call from the app.......'] }])
    await scene.clock.advance(1)
    expect(scene.sandbox.control.calls()).toEqual([])
  })

  it('is a client-hangup when the caller gives up while it rings', async () => {
    reply(['+919811110002'])
    const sid = await start()
    await scene.clock.advance(2_000)
    scene.sandbox.control.hangUp(sid, 'caller')
    await scene.clock.settled()
    expect(scene.customer.at('/passthru')[0]?.query).toMatchObject({ CallType: 'client-hangup', DialCallStatus: 'canceled' })
  })

  const broken: [string, () => void][] = [
    ['fails', () => scene.customer.answers.set('/connect', { status: 500 })],
    ['says nothing that is JSON', () => scene.customer.answers.set('/connect', { status: 200, body: '<Response/>' })],
    ['says a list', () => scene.customer.answers.set('/connect', { status: 200, json: ['+919811110000'] })],
  ]
  it.each(broken)('asks the fallback when the dynamic URL %s', async (_, breakIt) => {
    breakIt()
    scene.customer.answers.set('/fallback', { status: 200, json: { destination: { numbers: ['+919811111005'] } } })
    const sid = await start()
    await scene.clock.advance(5_000)
    expect(pick(await details(sid), 'Details', 'ConversationDuration')).toBe(5)
    expect(scene.sandbox.control.notifications()).toHaveLength(1)
  })

  it('asks the fallback when no answer comes within some seconds', async () => {
    scene.customer.answers.set('/connect', NEVER)
    scene.customer.answers.set('/fallback', { status: 200, json: { destination: { numbers: ['+919811111005'] } } })
    await start()
    while (scene.customer.at('/fallback').length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
    await scene.clock.advance(5_000)
    expect(scene.sandbox.control.calls({ all: true })).toMatchObject([{ status: 'completed', conversationSeconds: 5 }])
  }, 20_000)

  it('is over when neither the dynamic URL nor the fallback answers well', async () => {
    scene.customer.answers.set('/connect', { status: 503 })
    scene.customer.answers.set('/fallback', { status: 404 })
    await start()
    await scene.clock.settled()
    expect(scene.sandbox.control.calls({ all: true })).toMatchObject([{ status: 'completed', callee: undefined }])
    expect(scene.sandbox.control.notifications()).toHaveLength(2)
  })

  it('does not dial for an answer that came after the caller had hung up', async () => {
    scene.customer.answers.set('/connect', NEVER)
    const sid = await start()
    while (scene.customer.at('/connect').length === 0) await new Promise((resolve) => setImmediate(resolve))
    scene.sandbox.control.hangUp(sid, 'caller')
    expect(scene.sandbox.control.calls({ all: true })).toMatchObject([{ status: 'completed', callee: undefined }])
  })

  it.each([
    ['of another account', 'http://my.exotel.com/somebody/exoml/start_voice/4711'],
    ['that was never built', 'http://my.exotel.com/sandbox1/exoml/start_voice/1'],
    ['of another host', 'http://my.exotel.com.evil.test/sandbox1/exoml/start_voice/4711'],
    ['that is no address', 'start'],
  ])('is refused for a flow %s', async (_, Url) => {
    await expect(start({ Url })).rejects.toThrow('Invalid Url')
  })
})

describe('a call from outside', () => {
  const VIRTUAL = '+912269800002'
  beforeEach(() => void scene.sandbox.control.ownNumber(VIRTUAL, 'https://my.exotel.com/exoml/start/4711'))

  it('runs the flow behind the number at once', async () => {
    reply(['+919811111030'])
    const sid = scene.sandbox.control.dialIn('+919800000000', VIRTUAL)
    await scene.clock.settled()
    expect(scene.customer.at('/connect')[0]?.query).toMatchObject({
      CallSid: sid,
      CallFrom: '09800000000',
      CallTo: '02269800002',
      Direction: 'incoming',
    })
    await scene.clock.advance(30_000)
    expect(await details(sid)).toMatchObject({ Direction: 'inbound', Status: 'completed', Details: { ConversationDuration: 30 } })
    expect(scene.customer.at('/passthru')[0]?.query).toMatchObject({ CallType: 'completed', Direction: 'incoming' })
    expect(events().map(([event]) => event)).toEqual(['ringing', 'answered', 'completed'])
  })

  it('ends in words when the reply names nobody', async () => {
    reply([], { start_call_playback: { type: 'text', value: 'Unknown caller' } })
    scene.sandbox.control.dialIn('+919800000000', VIRTUAL)
    await scene.clock.advance(1_000)
    expect(scene.sandbox.control.calls({ all: true })).toMatchObject([
      { direction: 'inbound', heard: ['Unknown caller'], callee: undefined },
    ])
    expect(scene.sandbox.control.calls()).toEqual([])
  })

  it('ends at once when there is no flow behind the number, and is none when the number is nobody’s', async () => {
    scene.sandbox.control.dialIn('+919800000000', OWNED)
    await scene.clock.settled()
    expect(scene.sandbox.control.calls()).toEqual([])
    expect(scene.sandbox.control.notifications()).toHaveLength(1)
    expect(() => scene.sandbox.control.dialIn('+919800000000', '+912269800009')).toThrow('not a number of this account')
  })
})
