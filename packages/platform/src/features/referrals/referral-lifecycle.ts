import type { ReferralStatus } from './referral-row.ts'

/** Pure: which event leads a referral where. */

export type ReferralEvent = 'meet' | 'reward' | 'doubt' | 'approve' | 'refuse' | 'expire' | 'flag' | 'clear' | 'reverse'

/**
 * What is not here does not happen: what comes late, twice or out of order finds no arrow and changes nothing.
 * meet: what the policy asks for has happened. doubt: somebody has to look. flag: it was rewarded, and something has come out since; clear:
 * somebody has looked, and lets it be. Nothing leads out of refused, expired and reversed.
 */
const arrows: Readonly<Record<ReferralStatus, Partial<Record<ReferralEvent, ReferralStatus>>>> = {
  pending: { meet: 'pending', reward: 'rewarded', doubt: 'review', refuse: 'refused', expire: 'expired' },
  review: { meet: 'review', doubt: 'review', approve: 'pending', reward: 'rewarded', refuse: 'refused' },
  rewarded: { flag: 'rewarded', clear: 'rewarded', reverse: 'reversed' },
  refused: {},
  expired: {},
  reversed: {},
}

export const statusAfter = (status: ReferralStatus, event: ReferralEvent): ReferralStatus | undefined => arrows[status][event]

/** It came to nothing. */
export const isOver = (status: ReferralStatus): boolean => status === 'refused' || status === 'expired' || status === 'reversed'

/** What it counts as among those whom its referrer brought. */
export const countsAs = (status: ReferralStatus): 'pending' | 'rewarded' | undefined => {
  if (status === 'rewarded') return 'rewarded'
  return isOver(status) ? undefined : 'pending'
}
