import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js'
import type { BridgePlan, Instructions, Speech } from '../port.ts'

const instructions = (response: VoiceResponse): Instructions => ({ contentType: 'text/xml; charset=utf-8', body: response.toString() })

/**
 * Rings the callee and joins the two. Both see the virtual number. `answerOnBridge` lets the caller hear the callee's ringing, and keeps
 * the caller's leg from counting as a conversation before there is one.
 */
export function bridge(plan: BridgePlan): Instructions {
  const response = new VoiceResponse()
  const dial = response.dial({
    callerId: plan.from,
    timeout: plan.ringSeconds,
    timeLimit: plan.limitSeconds,
    answerOnBridge: true,
    action: plan.afterUrl,
    method: 'POST',
  })
  dial.number(
    {
      statusCallback: plan.statusUrl,
      // Each of them tells that there is such a leg: should all but one be lost, the call still waits for the account of it.
      statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
      statusCallbackMethod: 'POST',
    },
    plan.calleePhone,
  )
  return instructions(response)
}

const voices: ReadonlyMap<string, VoiceResponse.SayAttributes> = new Map([
  ['en', { language: 'en-IN', voice: 'Google.en-IN-Standard-A' }],
  ['hi', { language: 'hi-IN', voice: 'Google.hi-IN-Standard-A' }],
  ['bn', { language: 'bn-IN', voice: 'Google.bn-IN-Standard-A' }],
  ['te', { language: 'te-IN', voice: 'Google.te-IN-Standard-A' }],
  ['mr', { language: 'mr-IN', voice: 'Google.mr-IN-Standard-A' }],
  ['ta', { language: 'ta-IN', voice: 'Google.ta-IN-Standard-A' }],
  ['gu', { language: 'gu-IN', voice: 'Google.gu-IN-Standard-A' }],
  ['kn', { language: 'kn-IN', voice: 'Google.kn-IN-Standard-A' }],
  ['ml', { language: 'ml-IN', voice: 'Google.ml-IN-Standard-A' }],
  ['pa', { language: 'pa-IN', voice: 'Google.pa-IN-Standard-A' }],
])

/** Ends the call, with words before it; in a language that no voice here speaks, without. */
export function hangUp(speech?: Speech): Instructions {
  const response = new VoiceResponse()
  const voice = speech === undefined ? undefined : voices.get(speech.language)
  if (speech !== undefined && voice !== undefined) response.say(voice, speech.text)
  response.hangup()
  return instructions(response)
}
