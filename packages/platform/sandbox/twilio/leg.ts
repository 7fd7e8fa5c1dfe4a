import type { XmlElement } from '../kit/xml.ts'

/** The methods a webhook may use. */
export type HttpMethod = 'GET' | 'POST'

/** The statuses a call resource shows. */
export const callStatuses = ['queued', 'ringing', 'in-progress', 'completed', 'busy', 'failed', 'no-answer', 'canceled'] as const
/** One of them. */
export type CallStatus = (typeof callStatuses)[number]
/** How a call can be over. */
export type FinalStatus = Exclude<CallStatus, 'queued' | 'ringing' | 'in-progress'>

/** The call progress events a customer can ask for. */
export const progressEvents = ['initiated', 'ringing', 'answered', 'completed'] as const
/** One of them. */
export type ProgressEvent = (typeof progressEvents)[number]

/** Where to send which status callbacks. */
export interface StatusTarget {
  readonly url: string
  readonly method: HttpMethod
  readonly events: readonly string[]
}

/** A document to fetch: with what, and what to do if that fails. */
export interface DocumentRequest {
  readonly url: string
  readonly method: HttpMethod
  readonly extra: Readonly<Record<string, string>>
  readonly fallback?: { readonly url: string; readonly method: HttpMethod } | undefined
}

/** The instructions a call starts with. */
export interface Plan {
  readonly document?: DocumentRequest | undefined
  readonly twiml?: string | undefined
}

/** A `<Dial>` under way. */
export interface Dialing {
  readonly kind: 'dialing'
  readonly children: readonly string[]
  /** The child that was picked up first; the others are called off then. */
  readonly winner?: string | undefined
  readonly action?: { readonly url: string; readonly method: HttpMethod } | undefined
  readonly timeLimitMs: number
  readonly answerOnBridge: boolean
}

/** What a call is doing now. */
export type Doing =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'fetching'; readonly request: DocumentRequest }
  | { readonly kind: 'waiting' }
  | Dialing
  | { readonly kind: 'bridged' }
  | { readonly kind: 'conference'; readonly conferenceSid: string; readonly action?: Dialing['action'] }

/** Moments at which something happens to a call by itself; in this order when two fall together. */
export const dueKinds = ['fail', 'ring', 'busy', 'answer', 'giveUp', 'hangUp', 'dialLimit', 'limit', 'step'] as const
/** One of them. */
export type DueKind = (typeof dueKinds)[number]

/** One call as the exchange knows it: plain data, so that it can be stored and taken up again. */
export interface Leg {
  readonly sid: string
  readonly parentSid?: string | undefined
  readonly to: string
  readonly from: string
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial'
  readonly phoneNumberSid: string
  readonly createdAtMs: number
  updatedAtMs: number
  status: CallStatus
  answeredAtMs?: number | undefined
  endedAtMs?: number | undefined
  sipCode?: number | undefined
  statusTarget?: StatusTarget | undefined
  /** The SequenceNumber of the next status callback; counts events nobody asked for as well. */
  sequence: number
  plan: Plan
  readonly ringForMs: number
  timeLimitMs: number
  hangUpAfterMs?: number | undefined
  due: Partial<Record<DueKind, number>>
  doing: Doing
  /** Goes up whenever the call turns to something else, so that a late document finds itself unwanted. */
  epoch: number
  script: { readonly rest: readonly XmlElement[]; readonly base?: string | undefined }
  /** Documents run at one and the same instant; bounds redirects in a circle. */
  documents: { readonly atMs: number; readonly count: number }
  /** For a dialled leg: whether it was ever joined to its parent. */
  bridged: boolean
  /** For a dialled leg: it was redirected and no longer belongs to its parent's `<Dial>`. */
  detached: boolean
}

const live: readonly CallStatus[] = ['queued', 'ringing', 'in-progress']

/** Whether the call is not over. */
export function isLive(leg: Leg): boolean {
  return live.includes(leg.status)
}

const wholeSeconds = (ms: number): number => Math.floor(ms / 1000)

/** End minus start as both are shown, in whole seconds; 0 for a call nobody answered. */
export function durationSeconds(leg: Leg): number {
  if (leg.answeredAtMs === undefined || leg.endedAtMs === undefined) return 0
  return wholeSeconds(leg.endedAtMs) - wholeSeconds(leg.answeredAtMs)
}
