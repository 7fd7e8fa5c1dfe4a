/** What the platform needs of a telephone provider, in its own words. A provider's names stop at its adapter. */

export interface DialWish {
  readonly callId: string
  /** E.164. */
  readonly callerPhone: string
  /** The virtual number that the caller's phone shows. */
  readonly from: string
  /** How long the caller's phone may ring. */
  readonly ringSeconds: number
  /** The longest the caller's leg may last from its answer, ringing of the callee included. */
  readonly maxSeconds: number
  /** Where the provider asks what to do when the caller answers, and where it reports the caller's leg. Public URLs of ours. */
  readonly answerUrl: string
  readonly statusUrl: string
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

export interface Telephony {
  readonly name: 'twilio'
  /** Rings the caller's phone. Throws ProviderError. */
  dial(wish: DialWish): Promise<{ readonly legId: string }>
  /** Finds caller legs that were created to this phone from this number since then: for a dial whose answer was lost. */
  findDialed(wish: Pick<DialWish, 'callerPhone' | 'from'>, since: Date): Promise<readonly Leg[]>
  /** Both legs by the caller leg's id; undefined when the provider does not know it. */
  fetchCall(callerLegId: string): Promise<ProviderCall | undefined>
  /** Ends the call by its caller leg, ringing or answered. A call that is over already is a success. */
  hangUp(callerLegId: string): Promise<void>
  /** Instructions that ring the callee and join the two. */
  bridge(plan: BridgePlan): Instructions
  /** Instructions that end the call. */
  hangUpInstructions(): Instructions
  /** Checks the signature on the received bytes; undefined when it is not the provider's. Throws on an authentic but unreadable message. */
  verify(delivery: Delivery): VerifiedDelivery | undefined
  /** True when the provider account owns the number. */
  ownsNumber(phoneNumber: string): Promise<boolean>
  /** Finds and buys a number in a country (ISO 3166 alpha-2) and gives it in E.164. */
  buyNumber(country: string): Promise<string>
}
