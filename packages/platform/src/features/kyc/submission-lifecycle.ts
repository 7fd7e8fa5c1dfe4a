import type { KycStatus } from './kyc-standing.ts'

/** Pure: what a submission can come to. If you want to know what may happen to one, this is the place. */

export type Stage = 'checking' | 'review' | 'second_review' | 'verified' | 'rejected' | 'expired' | 'erased'

/**
 * passed, failed, unclear: what came of asking a provider, and of the platform's rules. approved, half_approved, refused, reopened: a reviewer.
 * silent: nobody has answered for so long that a reviewer has to.
 */
export type SubmissionEvent =
  'passed' | 'failed' | 'unclear' | 'silent' | 'approved' | 'half_approved' | 'refused' | 'reopened' | 'expired' | 'erased'

const byReviewer = { approved: 'verified', half_approved: 'second_review', refused: 'rejected', erased: 'erased' } as const

const after = {
  checking: { ...byReviewer, passed: 'verified', failed: 'rejected', unclear: 'review', silent: 'review' },
  review: byReviewer,
  second_review: { approved: 'verified', refused: 'rejected', erased: 'erased' },
  // A verification that turns out wrong is refused like one that has not been given.
  verified: { refused: 'rejected', reopened: 'review', expired: 'expired', erased: 'erased' },
  rejected: { reopened: 'review', erased: 'erased' },
  expired: { reopened: 'review', erased: 'erased' },
  erased: {},
} as const satisfies Record<Stage, Partial<Record<SubmissionEvent, Stage>>>

/** Where an event leads; undefined: it finds no arrow, and changes nothing. */
export function advance(stage: Stage, event: SubmissionEvent): Stage | undefined {
  const arrows: Partial<Record<SubmissionEvent, Stage>> = after[stage]
  return arrows[event]
}

const statuses: Readonly<Record<Stage, KycStatus>> = {
  checking: 'pending',
  review: 'pending',
  second_review: 'pending',
  verified: 'verified',
  rejected: 'rejected',
  expired: 'rejected',
  erased: 'not_started',
}

/** What a user is told of a stage. */
export const statusOf = (stage: Stage): KycStatus => statuses[stage]

export const isOpen = (stage: Stage): boolean => statuses[stage] === 'pending'

/** All stages that are told as this status. */
export const stagesOf = (status: KycStatus): Stage[] => {
  const all: readonly Stage[] = ['checking', 'review', 'second_review', 'verified', 'rejected', 'expired', 'erased']
  return all.filter((stage) => statuses[stage] === status)
}
