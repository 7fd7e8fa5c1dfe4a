import type { AnswerOf, allSchemas } from '@impacthub/sdk/contract'
import type { IdentityKind, KycProviderName } from '../../providers/kyc/port.ts'
import type { KycStatus } from './kyc-standing.ts'
import type { Stage } from './submission-lifecycle.ts'

type Shown = AnswerOf<(typeof allSchemas)['kyc']['getSubmission']>
export type RejectReason = Shown['reasons'][number]
export type ReviewReason = Shown['reviewReasons'][number]

/** What somebody handed in, and what has become of it. Names and numbers are sealed, in rows of their own. */
export interface Submission {
  readonly id: string
  readonly userId: string
  readonly hostUserId: string
  readonly type: IdentityKind
  readonly stage: Stage
  readonly stageSince: Date
  /** How often it has been taken up: an answer to an earlier one is stale. */
  readonly attempt: number
  readonly reasons: readonly RejectReason[]
  readonly reviewReasons: readonly ReviewReason[]
  readonly note: string | null
  /** `XXXXXXXX1234`; null when it has been erased. */
  readonly numberMasked: string | null
  readonly isLegacy: boolean
  /** HMAC by which equal numbers of one app are known as equal; null when it has been erased. */
  readonly fingerprint: Buffer | null
  readonly consentId: string
  readonly provider: KycProviderName | null
  readonly decidedBy: 'rule' | 'reviewer' | null
  readonly decidedAt: Date | null
  readonly createdAt: Date
}

/** How a user stands: one row a user, held by whoever changes it or relies on it. */
export interface Profile {
  readonly userId: string
  readonly hostUserId: string
  readonly status: KycStatus
  /** The newest submission, whose course the user follows. */
  readonly submissionId: string | null
  /** The one by which they are verified now. */
  readonly verifiedId: string | null
  /** The one that proved their PAN, which may be another. */
  readonly panId: string | null
  readonly panLastFour: string | null
  readonly isAdult: boolean
  readonly reasons: readonly RejectReason[]
  readonly note: string | null
  readonly type: IdentityKind | null
  readonly verifiedAt: Date | null
  readonly expiresAt: Date | null
  /** Since they were last verified, or the way was opened again. */
  readonly rejections: number
  readonly updatedAt: Date
}

/** What is sealed of a submission, each under a key of its own. */
export type SecretKind = 'number' | 'person' | 'found'
