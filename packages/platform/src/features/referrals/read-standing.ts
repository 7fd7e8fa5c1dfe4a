import type { ReferralNews, ReferralPolicy } from '@impacthub/sdk/contract'
import { fail } from '../../base/problem.ts'
import type { UserActor } from '../../base/tenant.ts'
import { referralPolicyOf } from '../tenants/index.ts'
import { presentToReferee } from './present-referral.ts'
import type { ReferralDeps } from './referral-deps.ts'
import { readProgress, type Progress } from './standing-store.ts'

/** As its user is told live. */
export const presentProgress = ({ hostId, invited, pending, rewarded, coins, cameBy }: Progress): ReferralNews => ({
  userId: hostId,
  // Who types a code instead of following a link was invited as well.
  invited: Math.max(invited, pending + rewarded),
  joined: pending + rewarded,
  rewarded,
  pending,
  coinsEarned: coins,
  redemption: cameBy === null ? null : presentToReferee(cameBy),
})

function linkOf({ link }: ReferralPolicy, code: string): string | null {
  if (link === null) return null
  const url = new URL(link)
  url.searchParams.set('ref', code)
  return url.href
}

const dayMs = 86_400_000

/** The user's own code, what it has brought, on which terms, and whether they may still enter one. */
export async function readStanding({ db, clock, directory }: ReferralDeps, { tenant, userId }: UserActor) {
  const policy = referralPolicyOf((await directory.tenant(tenant.id)) ?? fail('not_found'))
  const [progress] = await db.readTogether(tenant.id, (sql) => readProgress(sql, tenant.id, [userId]))
  if (progress === undefined) return fail('not_found')
  const { enabled, bonus, release, expiresDays, windowDays } = policy
  const isNew = clock.now().getTime() - progress.createdAt.getTime() <= windowDays * dayMs
  return {
    ...presentProgress(progress),
    code: progress.code,
    link: linkOf(policy, progress.code),
    terms: enabled ? { referrerCoins: bonus.referrer, refereeCoins: bonus.referee, release, expiresDays } : null,
    canRedeem: enabled && isNew && progress.cameBy === null,
  }
}
