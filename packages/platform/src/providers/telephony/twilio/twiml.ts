import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js'
import type { BridgePlan, Instructions } from '../port.ts'

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
      statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
      statusCallbackMethod: 'POST',
    },
    plan.calleePhone,
  )
  return instructions(response)
}

export function hangUp(): Instructions {
  const response = new VoiceResponse()
  response.hangup()
  return instructions(response)
}
