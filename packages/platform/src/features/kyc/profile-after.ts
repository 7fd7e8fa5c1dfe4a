import { after } from '../../base/clock.ts'
import { isOpen, statusOf } from './submission-lifecycle.ts'
import type { Profile, Submission } from './submission-row.ts'

/** Pure: how a user stands after something has become of a submission of theirs. */

const dayMs = 86_400_000

const notVerified = { verifiedId: null, verifiedAt: null, expiresAt: null, isAdult: false } as const

/** Without the submission as a proof: of being verified, or of the PAN. */
function withoutProof(profile: Profile, id: string): Profile {
  return {
    ...profile,
    ...(profile.verifiedId === id ? notVerified : {}),
    ...(profile.panId === id ? { panId: null, panLastFour: null } : {}),
  }
}

function verifiedBy(profile: Profile, submission: Submission, validDays: number | null, now: Date): Profile {
  const isPan = submission.type === 'pan' && submission.numberMasked !== null
  return {
    ...profile,
    status: 'verified',
    submissionId: submission.id,
    type: submission.type,
    verifiedId: submission.id,
    verifiedAt: now,
    expiresAt: validDays === null ? null : after(now, validDays * dayMs),
    isAdult: true,
    reasons: [],
    note: null,
    rejections: 0,
    ...(isPan ? { panId: submission.id, panLastFour: submission.numberMasked.slice(-4) } : {}),
  }
}

/**
 * The user follows their newest submission, but a verification holds until it is taken back: one who is verified and hands in a further
 * document stays verified, whatever becomes of that one; unless it shows that they are under age.
 */
export function profileAfter(before: Profile, submission: Submission, validDays: number | null, now: Date): Profile {
  const { id, stage, type } = submission
  if (stage === 'verified') return verifiedBy(before, submission, validDays, now)
  const isChild = stage === 'rejected' && submission.reasons.includes('under_age')
  const profile = isChild && before.verifiedId !== null ? withoutProof(before, before.verifiedId) : withoutProof(before, id)
  const followed = { ...profile, submissionId: id, type }
  if (profile.verifiedId !== null) return followed
  if (isOpen(stage)) {
    // A reviewer who opens one again opens the way as well.
    const rejections = submission.reviewReasons.includes('reopened') ? 0 : profile.rejections
    return { ...followed, status: 'pending', reasons: [], note: submission.note, rejections }
  }
  const rejections = stage === 'rejected' ? profile.rejections + 1 : profile.rejections
  return { ...followed, status: statusOf(stage), reasons: submission.reasons, note: submission.note, rejections }
}

/** Nothing is known of them any more. */
export const profileErased = (profile: Profile): Profile => ({
  ...profile,
  ...notVerified,
  status: 'not_started',
  submissionId: null,
  type: null,
  panId: null,
  panLastFour: null,
  reasons: [],
  note: null,
  rejections: 0,
})
