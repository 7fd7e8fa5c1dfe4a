/** What the platform needs of a telephone provider, in its own words. A provider's names stop at its adapter. */

import type { Mode } from '../../base/tenant.ts'

export type ProviderName = 'twilio' | 'exotel'

/** Public URLs of ours for one call; each holds that call's secret. */
export interface CallUrls {
  /** Asked what to do when the caller has answered. */
  readonly answer: string
  readonly callerStatus: string
  readonly calleeStatus: string
  /** Asked when the callee's leg is over. */
  readonly after: string
}

export interface DialWish {
  readonly callId: string
  /** E.164. */
  readonly callerPhone: string
  /** E.164. Providers that ask us once the caller has answered are not told it before. */
  readonly calleePhone: string
  /** The virtual number that both phones show. */
  readonly from: string
  /** How long each phone may ring. */
  readonly ringSeconds: number
  /** The longest the two may talk. */
  readonly limitSeconds: number
  /** The longest the caller's leg may last from its answer, ringing of the callee included. */
  readonly maxSeconds: number
  readonly urls: CallUrls
  /** The call's id and secret, `{callId}.{token}`, for providers that hand a text back instead of calling a URL of the call. Under 128 characters. */
  readonly reference: string
}

/** What a provider can do for a call; what it cannot is shown to the people of the call. */
export interface Abilities {
  /** Ends a call that has been dialled. */
  readonly hangUp: boolean
  /** Asks us whom to ring once the caller has answered: until then a call can still be refused. */
  readonly asks: boolean
  /** Tells, while the call goes on, when the two were joined. Without it the running timer is an estimate. */
  readonly tellsJoin: boolean
}

export interface BridgePlan {
  readonly calleePhone: string
  /** The virtual number that the callee's phone shows. */
  readonly from: string
  readonly ringSeconds: number
  /** The longest the two may talk. */
  readonly limitSeconds: number
  readonly statusUrl: string
  /** Asked when the callee's leg is over. */
  readonly afterUrl: string
}

/** Instructions as the provider wants them. */
export interface Instructions {
  readonly contentType: string
  readonly body: string
}

export type LegStatus = 'queued' | 'ringing' | 'in_progress' | 'completed' | 'busy' | 'no_answer' | 'failed' | 'canceled' | 'unknown'

export interface Leg {
  readonly id: string
  readonly status: LegStatus
  /** Seconds from answer to end; null while it is not over. Only whole, non-negative and plausible values pass the adapter. */
  readonly durationSeconds: number | null
  readonly startedAt: Date | null
  readonly endedAt: Date | null
}

/** Both legs as the provider itself tells them when asked: the truth that money follows. */
export interface ProviderCall {
  readonly caller: Leg
  /** Absent when the callee was never dialled. */
  readonly callee: Leg | null
  /** The provider said something about a leg that we cannot read (unknown status, impossible duration): for a person to see. */
  readonly unreadable: boolean
  /** The call is over, and the provider's figures about it come later: nothing is wrong, only not known yet. */
  readonly figuresPending?: boolean
}

/** What a verified callback says. Hints about statuses; who hung up first when it tells. */
export interface LegReport {
  readonly kind: 'status' | 'answer_request' | 'after_request'
  /** Of an after_request: the callee's leg, which is over; the caller's, with the caller's status, when the callee was never dialled. */
  readonly leg: 'caller' | 'callee'
  readonly legId: string
  readonly otherLegId: string | null
  readonly status: LegStatus
  readonly sequence: number | null
  readonly at: Date | null
  /** For after_request: which side ended the conversation, if it was one. */
  readonly endedBy: 'caller' | 'callee' | null
}

export interface Delivery {
  /** The configured public URL with the path and query as received. */
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The bytes received. */
  readonly raw: Buffer
}

export interface VerifiedDelivery {
  /** The same for every repetition of one message. */
  readonly deliveryId: string
  readonly report: LegReport
  /** What else the message said, without phone numbers: for people who look into a case. */
  readonly notes?: Readonly<Record<string, string>>
}

/**
 * Why a request to a provider failed.
 * refused: it answered no, and nothing was created. invalid_number: so, because of the number dialled. not_sent: it certainly did not
 * happen and may be repeated (429, refused connection). unknown: it may have happened (timeout, 5xx): look before repeating.
 */
export type ProviderFailure = 'refused' | 'invalid_number' | 'not_sent' | 'unknown'

export class ProviderError extends Error {
  readonly failure: ProviderFailure
  /** The provider's own code, for the log. */
  readonly providerCode: string | undefined
  constructor(failure: ProviderFailure, providerCode?: string, options?: ErrorOptions) {
    super(`telephony request ${failure}`, options)
    this.name = 'ProviderError'
    this.failure = failure
    this.providerCode = providerCode
  }
}

/** A call that somebody makes to a virtual number. */
export interface InboundCall {
  /** The caller's leg at the provider. */
  readonly legId: string
  /** E.164 of who calls; null when it is withheld or unreadable. */
  readonly from: string | null
  /** The virtual number dialled, in E.164. */
  readonly to: string
  /** What we gave the provider as `reference` of an outbound call, when it asks at the same place for those. */
  readonly reference: string | null
}

/** What is known when a provider asks what to do with a call that comes in: the call is verified, whose number it is is not known yet. */
export interface IncomingCall {
  readonly mode: Mode
  readonly telephony: Telephony
  readonly call: InboundCall
}

/** Words that a caller is told before the call is hung up. */
export interface Speech {
  readonly text: string
  /** ISO 639, e.g. `hi`. */
  readonly language: string
}

export type NumberType = 'local' | 'mobile' | 'toll_free'

export interface NumberQuery {
  /** ISO 3166 alpha-2. */
  readonly country: string
  readonly type?: NumberType | undefined
  /** Digits that the number shall contain. */
  readonly contains?: string | undefined
  readonly limit: number
}

/** A number that can be bought. */
export interface NumberOffer {
  readonly phoneNumber: string
  readonly country: string
  readonly type: NumberType
  readonly region: string | null
}

/** Numbers of the provider's account. All throw ProviderError. */
export interface NumberMarket {
  search(query: NumberQuery): Promise<readonly NumberOffer[]>
  /** Buys exactly this number. A purchase whose answer was lost is looked up, never repeated. */
  buy(phoneNumber: string): Promise<void>
  /** Gives a number back for good. One that the account does not own is a success. */
  release(phoneNumber: string): Promise<void>
  owns(phoneNumber: string): Promise<boolean>
  /** Lets calls to the number reach us. Where the provider's side is set up by hand (a flow), it checks that and changes nothing. */
  receiveCalls(phoneNumber: string, url: string): Promise<void>
}

export interface Telephony {
  readonly name: ProviderName
  readonly abilities: Abilities
  /** Whether it is left alone for the moment, since it did not answer: another one is tried first then. Absent: never. */
  isResting?(): boolean
  /** Rings the caller's phone. Throws ProviderError. */
  dial(wish: DialWish): Promise<{ readonly legId: string }>
  /** Finds caller legs that were created to this phone from this number since then: for a dial whose answer was lost. */
  findDialed(wish: Pick<DialWish, 'callerPhone' | 'calleePhone' | 'from' | 'reference'>, since: Date): Promise<readonly Leg[]>
  /**
   * For providers that do not join by instructions: rings the callee after the caller has answered. Sent once; a repetition might ring
   * twice. Throws ProviderError.
   */
  dialCallee?(wish: DialWish, callerLegId: string): Promise<{ readonly legId: string }>
  /** Joins two legs that have both answered. Two legs that are joined already are a success. */
  join?(wish: Pick<DialWish, 'urls'>, callerLegId: string, calleeLegId: string): Promise<void>
  /** Both legs by the caller leg's id (and the callee's, where the provider does not tie them together); undefined when it does not know it. */
  fetchCall(callerLegId: string, calleeLegId: string | null): Promise<ProviderCall | undefined>
  /** Ends the call by its legs, ringing or answered. A call that is over already is a success. `refused` where it cannot. */
  hangUp(callerLegId: string, calleeLegId: string | null): Promise<void>
  /** Instructions that ring the callee and join the two. */
  bridge(plan: BridgePlan): Instructions
  /** Instructions that end the call, with words before it where the provider can speak. */
  hangUpInstructions(speech?: Speech): Instructions
  /**
   * Checks that a message is the provider's; undefined when it is not. Providers that sign nothing are known by the secret in the URL, which
   * is checked before. Throws on an authentic but unreadable message.
   */
  verify(delivery: Delivery): Promise<VerifiedDelivery | undefined>
  /** The same for a call that comes in, or for an outbound one at a provider that asks about both at one place. */
  verifyInbound(delivery: Delivery): Promise<InboundCall | undefined>
  readonly numbers: NumberMarket
}
