import type { ReferralPolicy } from '@impacthub/sdk/contract'
import { fail } from '../../../base/problem.ts'
import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import { referralPolicyOf } from '../../tenants/index.ts'
import { gatherFacts } from '../checks/gather-facts.ts'
import { judge } from '../checks/verdict.ts'
import type { ReferralDeps } from '../referral-deps.ts'
import type { Attribution } from '../referral-row.ts'
import { referrerFacts } from '../referrer-facts-store.ts'
import type { Judgement } from '../take-step.ts'
import { newsOf, type News } from './news-of.ts'
import { isAnyGone, sharedBefore } from './release-store.ts'

/** What an app gives for referrals, and to whom not. */
export interface PolicyNow {
  readonly policy: ReferralPolicy
  readonly version: number
}

/** The policy of now. Asked before a transaction begins: it may be looked for by another connection. */
export async function policyNow({ directory }: Pick<ReferralDeps, 'directory'>, tenantId: TenantId): Promise<PolicyNow> {
  const tenant = (await directory.tenant(tenantId)) ?? fail('not_found')
  return { policy: referralPolicyOf(tenant), version: tenant.referralVersion }
}

/** What has come out about a referral that is held, by the policy of now. */
export async function judgeAgain(
  tx: Tx,
  tenantId: TenantId,
  one: Attribution,
  { policy, version }: PolicyNow,
): Promise<{ readonly outcome: News['outcome']; readonly judgement: Judgement }> {
  const { refereeId, referrerId, createdAt: at } = one
  const known = referrerFacts(tx, tenantId, { refereeId, referrerId, at, referralId: one.id, appCap: null })
  const [facts, before, isGone] = await Promise.all([
    gatherFacts(tx, tenantId, { refereeId, referrerId, at, referralId: one.id, policy, known }),
    sharedBefore(tx, tenantId, one),
    isAnyGone(tx, tenantId, [refereeId, referrerId]),
  ])
  // Whoever leaves has done nothing wrong, and is counted among the blocked there.
  const blocked = isGone ? { referrerBlocked: false, refereeBlocked: false } : {}
  const { outcome, reasons, score } = newsOf(one, judge(policy, { ...facts, ...before, ...blocked }))
  return { outcome, judgement: { reasons, score, policyVersion: version } }
}
