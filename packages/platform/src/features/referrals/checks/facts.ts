import type { ReferralCheck, ReferralReason } from '@impacthub/sdk/contract'

/** One reason of a decision; its detail is a word or a number, never something of a person. */
export type Reason = ReferralReason

/** The name of a check. */
export type CheckName = ReferralCheck

/** What becomes of a referral, and why. */
export interface Verdict {
  readonly outcome: 'accept' | 'review' | 'refuse'
  /** The points of all reasons together. */
  readonly score: number
  /** In the order of the checks. */
  readonly reasons: readonly Reason[]
}

/** One thing that only one person should have, and how many other accounts of the app have it. */
export interface Shared {
  /** false: the new user has told nothing of this kind. */
  readonly given: boolean
  /** Other accounts that had it earlier, or were rewarded with it. */
  readonly others: number
}

/** What only the tables of referrals know of the two. */
export interface ReferrerFacts {
  readonly ownCode: boolean
  /** The new user has a referral already that was not refused. */
  readonly secondRedemption: boolean
  readonly referrerBlocked: boolean
  readonly refereeBlocked: boolean
  /** How old the new user's account was when the code was entered. */
  readonly accountSeconds: number
  /** Referrals of this referrer that were not refused, this one left out. */
  readonly lastHour: number
  readonly lastDay: number
  readonly total: number
  /** The same of the whole app; 0 where the policy has no such cap. */
  readonly appLastDay: number
  /** Going up from the referrer, who referred whom, one comes to the new user. */
  readonly cycle: boolean
  /** From the first visit of this device with this code to the sign-up; null: no visit is known. */
  readonly secondsSinceVisit: number | null
}

/** What traces tell. */
export interface TraceFacts {
  readonly email: Shared
  readonly emailCollapsed: Shared
  readonly device: Shared
  readonly phone: Shared
  readonly payee: Shared
  readonly identity: Shared
  readonly mail: {
    readonly disposable: boolean
    readonly relay: boolean
  }
  readonly address: {
    readonly given: boolean
    /** Referrals, not refused, of others from one address of the new user's within a day. */
    readonly lastDay: number
    /** The same within seven days. */
    readonly lastWeek: number
    /** As `lastDay`, from its range: /24 of IPv4, /48 of IPv6. */
    readonly rangeLastDay: number
    /** Of those who were there within seven days, how many belong together: brought by the referrer, by each other, or bringing them. */
    readonly kin: number
  }
  readonly pattern: {
    /** Others whom the same referrer brought with the same mail name but for digits: asha01@, asha02@. */
    readonly mailStem: number
    /** The same for phone numbers that differ in their last two digits only. */
    readonly phoneBlock: number
  }
}

/** What is known of a new user and of whose code they bring, as numbers. */
export interface Facts extends ReferrerFacts, TraceFacts {}
