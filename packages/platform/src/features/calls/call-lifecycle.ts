/** Pure: what can become of a call. */

export type OpenStatus = 'initiated' | 'ringing' | 'in_progress'
export type OverStatus = 'completed' | 'busy' | 'no_answer' | 'declined' | 'canceled' | 'failed'
export type CallStatus = OpenStatus | OverStatus

/** What happens to a call: the first two while it lives, the others when the provider says that both legs are over. */
export type CallEvent =
  | 'callee_rings'
  | 'callee_answers'
  | 'talk_ended'
  | 'line_busy'
  | 'nobody_answered'
  | 'callee_declined'
  | 'caller_gave_up'
  | 'provider_failed'

// How a call ended is the provider's word, not the sum of the callbacks that happened to arrive: every open state can reach every end.
const ends = {
  talk_ended: 'completed',
  line_busy: 'busy',
  nobody_answered: 'no_answer',
  callee_declined: 'declined',
  caller_gave_up: 'canceled',
  provider_failed: 'failed',
} as const satisfies Partial<Record<CallEvent, OverStatus>>

export type EndEvent = keyof typeof ends

const after = {
  initiated: { callee_rings: 'ringing', callee_answers: 'in_progress', ...ends },
  ringing: { callee_answers: 'in_progress', ...ends },
  in_progress: { ...ends },
  completed: {},
  busy: {},
  no_answer: {},
  declined: {},
  canceled: {},
  failed: {},
} as const satisfies Record<CallStatus, Partial<Record<CallEvent, CallStatus>>>

/** The status after an event. One that is late, repeated or out of order finds no arrow and changes nothing. */
export function advance(status: CallStatus, event: CallEvent): CallStatus {
  const arrows: Partial<Record<CallEvent, CallStatus>> = after[status]
  return arrows[event] ?? status
}

export const isOver = (status: CallStatus): status is OverStatus => Object.keys(after[status]).length === 0

/** The terminal status that an end leads to, whatever came before it. */
export const endOf = (event: EndEvent): OverStatus => ends[event]
