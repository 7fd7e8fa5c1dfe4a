import { describe, expect, it } from 'vitest'
import { profileAfter, profileErased } from './profile-after.ts'
import type { Profile, Submission } from './submission-row.ts'

const now = new Date('2026-11-23T06:00:00Z')
const nobody: Profile = {
  userId: 'usr_1',
  hostUserId: 'asha',
  status: 'not_started',
  submissionId: null,
  verifiedId: null,
  panId: null,
  panLastFour: null,
  isAdult: false,
  reasons: [],
  note: null,
  type: null,
  verifiedAt: null,
  expiresAt: null,
  rejections: 0,
  updatedAt: now,
}
const aadhaar: Submission = {
  id: 'kyc_1',
  userId: 'usr_1',
  hostUserId: 'asha',
  type: 'aadhaar',
  stage: 'checking',
  stageSince: now,
  attempt: 1,
  reasons: [],
  reviewReasons: [],
  note: null,
  numberMasked: 'XXXXXXXX0124',
  isLegacy: false,
  fingerprint: Buffer.alloc(32),
  consentId: 'kcn_1',
  provider: null,
  decidedBy: null,
  decidedAt: null,
  createdAt: now,
}
const pan: Submission = { ...aadhaar, id: 'kyc_2', type: 'pan', numberMasked: 'XXXXXX234C' }
const at = (submission: Submission, stage: Submission['stage'], rest: Partial<Submission> = {}): Submission => ({
  ...submission,
  stage,
  ...rest,
})
const verified = profileAfter(nobody, at(aadhaar, 'verified'), 365, now)

describe('a user', () => {
  it('is pending while the submission is looked at, then verified for as long as the app says', () => {
    expect(profileAfter(nobody, aadhaar, null, now)).toMatchObject({ status: 'pending', submissionId: 'kyc_1' })
    expect(verified).toMatchObject({ status: 'verified', verifiedId: 'kyc_1', isAdult: true, panLastFour: null })
    expect(verified.expiresAt?.toISOString()).toBe('2027-11-23T06:00:00.000Z')
    expect(profileAfter(nobody, at(pan, 'verified'), null, now)).toMatchObject({ panLastFour: '234C', expiresAt: null })
  })

  it('has their rejections counted until a reviewer opens the way, or they are verified', () => {
    const once = profileAfter(nobody, at(aadhaar, 'rejected', { reasons: ['unreadable'] }), null, now)
    const twice = profileAfter(once, at(pan, 'rejected', { reasons: ['name_mismatch'] }), null, now)
    expect(twice).toMatchObject({ status: 'rejected', reasons: ['name_mismatch'], rejections: 2 })
    expect(profileAfter(twice, at(pan, 'review', { reviewReasons: ['reopened'] }), null, now)).toMatchObject({
      status: 'pending',
      rejections: 0,
    })
    expect(profileAfter(twice, at(pan, 'verified'), null, now).rejections).toBe(0)
  })

  it('stays verified while a further document is looked at, and when it is refused', () => {
    expect(profileAfter(verified, pan, null, now)).toMatchObject({ status: 'verified', verifiedId: 'kyc_1', submissionId: 'kyc_2' })
    expect(profileAfter(verified, at(pan, 'rejected', { reasons: ['name_mismatch'] }), null, now)).toMatchObject({ status: 'verified' })
    expect(profileAfter(verified, at(pan, 'verified'), null, now)).toMatchObject({ status: 'verified', panLastFour: '234C' })
  })

  it('loses it with the submission that it stands on, and when any shows a child', () => {
    for (const [submission, status] of [
      [at(aadhaar, 'review', { reviewReasons: ['reopened'] }), 'pending'],
      [at(aadhaar, 'rejected', { reasons: ['used_elsewhere'] }), 'rejected'],
      [at(aadhaar, 'expired', { reasons: ['expired'] }), 'rejected'],
      [at(pan, 'rejected', { reasons: ['under_age'] }), 'rejected'],
    ] as const)
      expect(profileAfter(verified, submission, null, now)).toMatchObject({ status, verifiedId: null, verifiedAt: null, isAdult: false })
  })

  it('loses the PAN with the submission that proved it', () => {
    const both = profileAfter(verified, at(pan, 'verified'), null, now)
    expect(profileAfter(both, at(pan, 'review', { reviewReasons: ['reopened'] }), null, now)).toMatchObject({
      panId: null,
      panLastFour: null,
    })
  })

  it('is as before the first submission when all is erased', () => {
    expect(profileErased(verified)).toEqual({ ...nobody, updatedAt: now })
  })
})
