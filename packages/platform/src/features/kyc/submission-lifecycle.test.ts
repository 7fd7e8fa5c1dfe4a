import { describe, expect, it } from 'vitest'
import { advance, stagesOf, statusOf, type Stage, type SubmissionEvent } from './submission-lifecycle.ts'

const stages: readonly Stage[] = ['checking', 'review', 'second_review', 'verified', 'rejected', 'expired', 'erased']
const events: readonly SubmissionEvent[] = [
  ...(['passed', 'failed', 'unclear', 'silent', 'approved', 'half_approved', 'refused', 'reopened', 'expired', 'erased'] as const),
]

describe('a submission', () => {
  it('is decided by a provider’s answer only while the provider is asked', () => {
    for (const event of ['passed', 'failed', 'unclear', 'silent'] as const)
      expect(stages.filter((stage) => advance(stage, event) !== undefined)).toEqual(['checking'])
  })

  it('becomes verified by a passed check or a whole approval, and by nothing else', () => {
    const ways = stages.flatMap((stage) =>
      events.filter((event) => advance(stage, event) === 'verified').map((event) => `${stage} ${event}`),
    )
    expect(ways.sort()).toEqual(['checking approved', 'checking passed', 'review approved', 'second_review approved'])
  })

  it('is not approved when it has been decided: it has to be opened again first', () => {
    for (const stage of ['verified', 'rejected', 'expired', 'erased'] as const) expect(advance(stage, 'approved')).toBeUndefined()
    for (const stage of ['verified', 'rejected', 'expired'] as const) expect(advance(stage, 'reopened')).toBe('review')
  })

  it('comes back from nowhere once it is erased', () => {
    for (const event of events) expect(advance('erased', event)).toBeUndefined()
  })

  it('is told in four words', () => {
    expect(stages.map(statusOf)).toEqual(['pending', 'pending', 'pending', 'verified', 'rejected', 'rejected', 'not_started'])
    expect(stagesOf('rejected')).toEqual(['rejected', 'expired'])
  })
})
