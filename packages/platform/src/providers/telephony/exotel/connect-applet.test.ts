import { expect, it } from 'vitest'
import { callee, callUrl, exoPhone, exotelAt } from './exotel-stub.fixture.ts'

const exotel = exotelAt('http://127.0.0.1:1')
const plan = {
  calleePhone: callee,
  from: exoPhone,
  ringSeconds: 25,
  limitSeconds: 600,
  statusUrl: `${callUrl}/callee-status`,
  afterUrl: `${callUrl}/after`,
}

it('rings the callee once, shows the virtual number, and limits the conversation', () => {
  const { contentType, body } = exotel.bridge(plan)
  expect(contentType).toBe('application/json; charset=utf-8')
  expect(JSON.parse(body)).toEqual({
    fetch_after_attempt: false,
    destination: { numbers: ['+919800000002'] },
    outgoing_phone_number: '08030752400',
    record: false,
    max_ringing_duration: 25,
    max_conversation_duration: 600,
    music_on_hold: { type: 'operator_tone' },
    parallel_ringing: { activate: false, max_parallel_attempts: 1 },
    dial_passthru_event_url: `${callUrl}/dial-events`,
  })
})

it('asks for no more than Exotel allows', () => {
  const { body } = exotel.bridge({ ...plan, ringSeconds: 300, limitSeconds: 50_000 })
  expect(JSON.parse(body)).toMatchObject({ max_ringing_duration: 60, max_conversation_duration: 14_400 })
})

it('rings nobody when the call is to end, and says why where there are words for it', () => {
  expect(JSON.parse(exotel.hangUpInstructions().body)).toEqual({ fetch_after_attempt: false, destination: { numbers: [] } })
  const text = 'Please call "from the app" \u2028 </Response>'
  expect(JSON.parse(exotel.hangUpInstructions({ text, language: 'en' }).body)).toEqual({
    fetch_after_attempt: false,
    destination: { numbers: [] },
    start_call_playback: { playback_to: 'both', type: 'text', value: text },
  })
})
