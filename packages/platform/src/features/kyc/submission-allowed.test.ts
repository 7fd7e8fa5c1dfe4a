import { expect, it } from 'vitest'
import { whenAllowed } from './submission-allowed.ts'
import type { Profile } from './submission-row.ts'

const now = new Date('2026-11-23T06:00:00Z')
const day = 86_400_000
const rules = { maxRejections: 3, documents: ['pan', 'aadhaar'] as const }
const profile: Profile = {
  userId: 'usr_1',
  hostUserId: 'asha',
  status: 'verified',
  submissionId: 'kyc_1',
  verifiedId: 'kyc_1',
  panId: 'kyc_1',
  panLastFour: '234C',
  isAdult: true,
  reasons: [],
  note: null,
  type: 'pan',
  verifiedAt: now,
  expiresAt: null,
  rejections: 0,
  updatedAt: now,
}
const asked = (change: Partial<Profile> = {}, isOpen = false) => ({ profile: { ...profile, ...change }, isOpen, lately: [], rules, now })

it('takes one submission at a time', () => {
  expect(whenAllowed(asked({ status: 'pending' }, true))).toMatchObject({ isAllowed: false, code: 'submission_pending' })
  expect(whenAllowed(asked({ status: 'not_started' })).isAllowed).toBe(true)
})

it('takes no more of somebody who was rejected too often', () => {
  expect(whenAllowed(asked({ status: 'rejected', rejections: 2 })).isAllowed).toBe(true)
  expect(whenAllowed(asked({ status: 'rejected', rejections: 3 }))).toMatchObject({ isAllowed: false, code: 'too_many_submissions' })
})

it('takes of somebody verified only what their record lacks: a PAN, or a renewal in time', () => {
  expect(whenAllowed(asked(), 'aadhaar')).toEqual({ isAllowed: false, retryAt: null, code: 'already_verified' })
  expect(whenAllowed(asked({ panId: null }), 'pan').isAllowed).toBe(true)
  expect(whenAllowed(asked({ panId: null })).isAllowed).toBe(true)
  expect(whenAllowed(asked({ panId: null }), 'aadhaar').isAllowed).toBe(false)
  const expiresAt = new Date(now.getTime() + 40 * day)
  expect(whenAllowed(asked({ expiresAt }), 'pan')).toMatchObject({ isAllowed: false, retryAt: new Date(now.getTime() + 10 * day) })
  expect(whenAllowed({ ...asked({ expiresAt }), now: new Date(now.getTime() + 10 * day) }, 'aadhaar').isAllowed).toBe(true)
})

it('takes five in a day, and says when the next one is taken', () => {
  const lately = [20, 10, 5, 2, 1].map((hours) => new Date(now.getTime() - hours * 3_600_000))
  const rejected = { ...asked({ status: 'rejected', rejections: 2 }), lately }
  expect(whenAllowed({ ...rejected, lately: lately.slice(1) }).isAllowed).toBe(true)
  expect(whenAllowed(rejected)).toEqual({ isAllowed: false, code: 'rate_limited', retryAt: new Date(now.getTime() + 4 * 3_600_000) })
})
