import { isRecord, type Json } from '../kit/json.ts'
import type { Call, DialPlan } from './call.ts'
import { toE164 } from './phone-number.ts'
import { notify, type World } from './world.ts'

const MAX_NUMBERS = 10
const DEFAULT_RING_SECONDS = 30
const MAX_RING_SECONDS = 60
const MAX_TALK_SECONDS = 14_400
const MAX_SPEECH_CHARACTERS = 1_000

const seconds = (value: Json | undefined, most: number): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? Math.min(value, most) : undefined

const isAddress = (value: Json | undefined): value is string =>
  typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? '')

function numbersIn(world: World, call: Call, destination: Json | undefined): string[] {
  const listed = isRecord(destination) && Array.isArray(destination['numbers']) ? destination['numbers'] : []
  return listed.slice(0, MAX_NUMBERS).flatMap((one: Json) => {
    const number = typeof one === 'string' ? toE164(one) : undefined
    if (number === undefined) notify(world, call.sid, 'the dynamic URL named a number that is none')
    return number ?? []
  })
}

/** Only numbers of the account may be shown to the callee. */
function shownNumber(world: World, call: Call, value: Json | undefined): string {
  const number = typeof value === 'string' ? toE164(value) : undefined
  const owned = [...world.store.numbers.all.values()].some((one) => one.phoneNumber === number)
  if (value !== undefined && !owned) notify(world, call.sid, 'outgoing_phone_number is not a number of the account')
  return number !== undefined && owned ? number : call.exophone
}

function speechIn(playback: Json | undefined): string | undefined {
  const value = isRecord(playback) && playback['type'] === 'text' ? playback['value'] : undefined
  return typeof value === 'string' && value.trim() !== '' ? value.slice(0, MAX_SPEECH_CHARACTERS) : undefined
}

/** Reads what a dynamic URL said; what is left out or makes no sense is as if not said. */
export function readDialPlan(
  world: World,
  call: Call,
  reply: { readonly [name: string]: Json },
): { plan: DialPlan; speech: string | undefined } {
  const eventUrl = reply['dial_passthru_event_url']
  const plan: DialPlan = {
    numbers: numbersIn(world, call, reply['destination']),
    show: shownNumber(world, call, reply['outgoing_phone_number']),
    ringForMs: (seconds(reply['max_ringing_duration'], MAX_RING_SECONDS) ?? DEFAULT_RING_SECONDS) * 1_000,
    talkForMs: (seconds(reply['max_conversation_duration'], MAX_TALK_SECONDS) ?? MAX_TALK_SECONDS) * 1_000,
    eventUrl: isAddress(eventUrl) ? eventUrl : undefined,
  }
  return { plan, speech: speechIn(reply['start_call_playback']) }
}
