import type { ReferralEventData } from '@impacthub/sdk/contract'
import type { Referral, ReferralStep } from './referral-row.ts'

const timeOf = (time: Date | null): string | null => time?.toISOString() ?? null

/** A redemption as the app's servers are told it. */
export const presentReferral = (one: Referral): ReferralEventData => ({
  id: one.id,
  status: one.status,
  flagged: one.flagged,
  referrerId: one.hostReferrerId,
  refereeId: one.hostRefereeId,
  code: one.code,
  via: one.via,
  referrerCoins: one.referrerCoins,
  refereeCoins: one.refereeCoins,
  release: { ...one.release },
  score: one.score,
  reasons: [...one.reasons],
  policyVersion: one.policyVersion,
  createdAt: one.createdAt.toISOString(),
  dueAt: timeOf(one.dueAt),
  rewardedAt: timeOf(one.rewardedAt),
  endedAt: timeOf(one.endedAt),
})

/** The same with what was decided about it, step by step. */
export const presentCase = (one: Referral, steps: readonly ReferralStep[]) => ({
  ...presentReferral(one),
  transactionId: one.transactionId,
  history: steps.map(({ at, reasons, ...step }) => ({ ...step, at: at.toISOString(), reasons: [...reasons] })),
})

/** What the new user is told of it: that somebody has to look is nobody's business, nor why it came to nothing. */
export function presentToReferee({ id, status, refereeCoins }: Pick<Referral, 'id' | 'status' | 'refereeCoins'>) {
  const shown = status === 'rewarded' ? 'rewarded' : status === 'pending' || status === 'review' ? 'pending' : 'closed'
  return { id, status: shown, coins: refereeCoins } as const
}
