import { type FinalState, finalStates, secondsBetween } from './line.ts'

/** The statuses that callers of the API see. A new call is `in-progress` at once, whether anybody answered or not. */
export type CallStatus = 'in-progress' | FinalState
/** What a filter may ask for. */
export const callStatuses: readonly string[] = ['queued', 'ringing', 'in-progress', ...finalStates]

/** Moments at which something happens to a call by itself. */
export const callDues = ['limit', 'conversation', 'spoken'] as const
/** One of them. */
export type CallDue = (typeof callDues)[number]

/** Where callbacks go. */
export interface CallbackTarget {
  readonly url: string
  /** Without any, the last one comes alone and in its old, short form. */
  readonly events: readonly ('terminal' | 'answered')[]
  readonly contentType: 'multipart/form-data' | 'application/json'
}

/** Whom the dynamic URL said to dial, and how. */
export interface DialPlan {
  /** Still to be tried, one after the other. */
  readonly numbers: readonly string[]
  readonly show: string
  readonly ringForMs: number
  readonly talkForMs?: number | undefined
  readonly eventUrl?: string | undefined
}

/** What a call that runs a flow is doing. */
export type Doing =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'asking'; readonly url: string; readonly fallbackUrl?: string | undefined }
  | { readonly kind: 'dialing'; readonly plan: DialPlan }
  | { readonly kind: 'speaking' }

/** A call of the v1 product: one phone, then another. */
export interface Call {
  readonly sid: string
  readonly direction: 'outbound-api' | 'inbound'
  /** The phone that is first on the line. */
  readonly from: string
  /** The other one, as soon as somebody has said whose it is. */
  to?: string | undefined
  /** The number of the account that both see. */
  readonly exophone: string
  /** The flow it runs; without one it connects `from` and `to`. */
  readonly appId?: string | undefined
  readonly createdAtMs: number
  updatedAtMs: number
  status: CallStatus
  readonly ringForMs: number
  readonly timeLimitMs: number
  readonly customField?: string | undefined
  readonly record: boolean
  readonly callback?: CallbackTarget | undefined
  callerLine: string
  calleeLine?: string | undefined
  bridgedAtMs?: number | undefined
  /** When the two stopped hearing each other. */
  partedAtMs?: number | undefined
  endedAtMs?: number | undefined
  due: Partial<Record<CallDue, number>>
  doing: Doing
  /** Goes up whenever the call turns to something else, so that a late answer finds itself unwanted. */
  epoch: number
  /** What was spoken to those on the line. */
  readonly heard: string[]
}

/** Whether the call is over. */
export function isOver(call: Call): boolean {
  return call.status !== 'in-progress'
}

/** How long the two could hear each other. */
export function conversationSeconds(call: Call): number {
  return call.partedAtMs === undefined ? 0 : secondsBetween(call.bridgedAtMs, call.partedAtMs)
}
