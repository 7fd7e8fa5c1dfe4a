/** What the platform needs of somebody who asks registries about people, in its own words. A provider's names stop at its adapter. */

export type KycProviderName = 'karza' | 'signzy'

export type IdentityKind = 'aadhaar' | 'pan' | 'driving_license'

/** A page of a document as an image that every provider reads: JPEG or PNG, at least 1024×768, under 2 MB, and without metadata. */
export interface CheckPicture {
  readonly side: 'front' | 'back'
  readonly mediaType: 'image/jpeg' | 'image/png'
  readonly bytes: Buffer
}

/** Whom a provider shall ask about. */
export interface CheckInput {
  /** Our own id of the submission. Providers file their requests under it; it says nothing about the person. */
  readonly reference: string
  /** Normalised: upper case, without spaces and hyphens. Of Aadhaar all twelve digits, which never come back out. */
  readonly number: string
  /** As the person gave it. */
  readonly name: string
  /** As the person gave it, `YYYY-MM-DD`. */
  readonly dateOfBirth: string
  /** What the person agreed to. No provider is asked without. */
  readonly consent: {
    readonly text: string
    readonly givenAt: Date
    readonly userAgent?: string | undefined
  }
  /** Of Aadhaar, which is read from the card, the front first; of the others none is needed, since their registries are asked by number. */
  readonly pictures: readonly CheckPicture[]
  /** Where a provider that answers later may tell that it is done. What it tells there is not believed: it is asked again. */
  readonly callbackUrl?: string | undefined
}

/**
 * pass: the source knows the number, it is in force, and nothing that it said speaks against the person; what it did not compare itself is in
 * `extracted` and for the caller to compare. fail: it speaks against it, and asking again costs and changes nothing. review: somebody must
 * look. retryable: nobody could be asked; the same question may be put again. pending: it is being worked on; ask again later.
 */
export type CheckState = 'pass' | 'fail' | 'review' | 'retryable' | 'pending'

/** Why a check did not pass, each with the only states that it comes with. The list is closed: what a provider says beyond it is `unclear`. */
export const checkReasons = {
  /** The registry says that there can be no such number. */
  number_invalid: ['fail'],
  /** It has no record of it. */
  number_not_found: ['fail'],
  /** It was, and is no longer, in force. */
  number_inactive: ['fail'],
  /** It was for a time, which is over. */
  number_expired: ['fail'],
  /** Registries compare letter by letter; where `extracted.name` tells theirs, a caller who compares more justly may leave it to a reviewer. */
  name_mismatch: ['fail'],
  date_of_birth_mismatch: ['fail'],
  /** The registry's own birth date says so, whatever the person gave. */
  under_age: ['fail'],
  /** The card shows another number than was given. */
  document_mismatch: ['fail'],
  /** The picture shows another kind of card. */
  wrong_document: ['fail'],
  document_unreadable: ['fail'],
  /** The number belongs to several records, or was given out twice. */
  multiple_records: ['review'],
  not_supported: ['review'],
  /** Asked too often about this number: not to be repeated by itself. */
  too_many_attempts: ['review'],
  /** All that was asked agrees, and yet no source vouches for the person. */
  not_proven: ['review'],
  /** The provider found our question at fault: a mistake of ours, or a contract that does not cover it. */
  request_refused: ['review'],
  /** An answer that says nothing we know. */
  unclear: ['review'],
  /** The registry behind the provider is down, or it is the provider. */
  source_down: ['retryable'],
  /** No answer in time. */
  timed_out: ['retryable'],
  throttled: ['retryable'],
  /** The account at the provider is locked, or out of credit: an operator is told. */
  account_blocked: ['retryable'],
  in_progress: ['pending'],
} as const satisfies Readonly<Record<string, readonly [Exclude<CheckState, 'pass'>]>>

export type CheckReason = keyof typeof checkReasons

/** What a source told about the person that the decision needs. Nothing else of an answer leaves the adapter. */
export interface Extracted {
  /** As the registry or the card has it; null where the provider compared it itself, or has not told it. */
  readonly name: string | null
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth: string | null
  readonly lastFour: string | null
}

export interface CheckResult {
  readonly provider: KycProviderName
  /** The provider's own id of the last request, for the record and its support. */
  readonly providerRequestId: string | null
  readonly state: CheckState
  /** Null when it passed. */
  readonly reason: CheckReason | null
  /** Whether the name is the registry's: null when nobody has compared it, and `extracted.name` is to be compared. */
  readonly nameMatches: boolean | null
  /** The same of the birth date. Adapters compare dates themselves: null means that the source has not told it, so it is unproven. */
  readonly dateOfBirthMatches: boolean | null
  readonly extracted: Extracted
  /** 0 to 1, where the provider gives one. */
  readonly score: number | null
  /** The provider's own code, such as `103` or `http 503`, for the record. Never its text. */
  readonly providerCode: string | null
  /** How many of its requests were made, which is what it is paid for. */
  readonly requests: number
  readonly latencyMs: number
  /** The card's pictures as the provider returned them with the number hidden; none where it has not. */
  readonly maskedPictures: readonly Buffer[]
}

/** One of those who can be asked. */
export interface Kyc {
  readonly name: KycProviderName
  /** Whether it is left alone for the moment about this kind. */
  isResting(kind: IdentityKind): boolean
  /** Whether it asks a registry about this kind. One that only reads the card can never pass anybody. */
  proves(kind: IdentityKind): boolean
  /** Asks once. Whatever comes back, or does not, is a result: nothing is thrown but mistakes of ours. */
  startCheck(kind: IdentityKind, input: CheckInput): Promise<CheckResult>
}

/** Which providers an app asks about which kind, in this order; the next one when the one before it is down. */
export type KycOrder = Readonly<Partial<Record<IdentityKind, readonly KycProviderName[]>>>

/** By which hosts and envelopes a provider is asked; null: as the platform usually does. */
export interface KycGenerations {
  /** api: Karza's own host. hub: Perfios' hub. */
  readonly karza: 'api' | 'hub' | null
  readonly signzy: 'v2' | 'v3' | null
}

export const usualOrder = {
  pan: ['karza', 'signzy'],
  driving_license: ['karza', 'signzy'],
  aadhaar: ['signzy', 'karza'],
} as const satisfies Required<KycOrder>
