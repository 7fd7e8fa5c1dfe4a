import type { ReferralEventData, ReferralPolicy, ReferralReason } from '@impacthub/sdk/contract'

export type ReferralStatus = ReferralEventData['status']

/** What has to happen before both sides are rewarded. */
export type Release = ReferralPolicy['release']

/** One use of a code: who came by whose, on which terms, and what has become of it. */
export interface Referral {
  /** `ref_…` */
  readonly id: string
  /** `usr_…`; null: the code was nobody's. */
  readonly referrerId: string | null
  /** `usr_…` */
  readonly refereeId: string
  /** The host's ids of the two. */
  readonly hostReferrerId: string | null
  readonly hostRefereeId: string
  readonly code: string
  readonly via: 'redemption' | 'signup'
  readonly status: ReferralStatus
  /** It was not refused when the code was entered: the new user belongs to this referrer, whatever becomes of it. */
  readonly attributed: boolean
  /** It was rewarded, and something has come out since: somebody has to look. */
  readonly flagged: boolean
  /** Terms of the day on which the code was entered. */
  readonly referrerCoins: number
  readonly refereeCoins: number
  readonly release: Release
  readonly holdDays: number
  readonly expiresDays: number | null
  /** As it was judged last. */
  readonly policyVersion: number
  readonly score: number
  readonly reasons: readonly ReferralReason[]
  /** What had to happen has happened, and by what: `top_…`, `call_…`. */
  readonly metAt: Date | null
  readonly metBy: string | null
  /** When a pending one is looked at again. */
  readonly dueAt: Date | null
  /** The ledger's transaction that rewarded it. */
  readonly transactionId: string | null
  readonly createdAt: Date
  readonly rewardedAt: Date | null
  readonly endedAt: Date | null
}

/** Both sides are known: all but refused guesses. */
export type Attribution = Referral & { readonly referrerId: string; readonly hostReferrerId: string }

export const isAttribution = (one: Referral): one is Attribution => one.attributed && one.referrerId !== null && one.hostReferrerId !== null

export interface ReferralStep {
  readonly event: string
  readonly from: ReferralStatus | null
  readonly to: ReferralStatus
  /** A user, a key or the platform. */
  readonly actor: string
  readonly note: string | null
  readonly policyVersion: number
  readonly score: number
  readonly reasons: readonly ReferralReason[]
  readonly transactionId: string | null
  readonly at: Date
}
