import type { BridgePlan, Instructions, Speech } from '../port.ts'
import { callbackUrl } from './callback-address.ts'
import { exoPhone } from './phone.ts'

/** What a flow's Connect applet is answered when it asks our address whom to ring. */

const longestRing = 60
const longestTalk = 14_400
const longestSpeech = 1_000

const reply = (body: object): Instructions => ({ contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) })

/** Asked once: without this, the applet asks anew after each number it has tried. */
const once = { fetch_after_attempt: false }

/**
 * Rings the callee and joins the two. Both see the virtual number. The limit is the conversation's own, the only such limit in the older API.
 * Nothing is recorded.
 */
export const bridge = (plan: BridgePlan): Instructions =>
  reply({
    ...once,
    destination: { numbers: [plan.calleePhone] },
    outgoing_phone_number: exoPhone(plan.from),
    record: false,
    max_ringing_duration: Math.min(plan.ringSeconds, longestRing),
    max_conversation_duration: Math.min(plan.limitSeconds, longestTalk),
    music_on_hold: { type: 'operator_tone' },
    parallel_ringing: { activate: false, max_parallel_attempts: 1 },
    dial_passthru_event_url: callbackUrl(plan.statusUrl, 'dial-events'),
  })

/** Rings nobody: the flow ends, and with it the call. Speech is read out in the voice that is set in the account, whatever its language. */
export const hangUp = (speech?: Speech): Instructions =>
  reply({
    ...once,
    destination: { numbers: [] },
    ...(speech === undefined
      ? {}
      : { start_call_playback: { playback_to: 'both', type: 'text', value: speech.text.slice(0, longestSpeech) } }),
  })
