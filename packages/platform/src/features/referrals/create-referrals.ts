import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { PeriodicJob } from '../../jobs/periodic.ts'
import type { TaskHandler } from '../../jobs/runner.ts'
import { announceReferral } from './announce-referral.ts'
import { forgetVisits } from './open-link.ts'
import { redeemAtSignup, type CodeEntry } from './redeem.ts'
import type { ReferralDeps } from './referral-deps.ts'
import { releaseHandlers } from './release/handlers.ts'
import { policyNow, type PolicyNow } from './release/judge-again.ts'
import { referralHooks, type ReferralHooks } from './release/hooks.ts'

/** What the rest of the platform needs of referrals. */
export interface Referrals extends ReferralHooks {
  /** By what codes are judged. Asked before a transaction begins. */
  policyNow(tenantId: TenantId): Promise<PolicyNow>
  /** A user who is just being made has brought a code. */
  redeemAtSignup(tx: Tx, tenantId: TenantId, entry: Omit<CodeEntry, 'via'>): Promise<void>
  readonly handlers: Readonly<Record<string, TaskHandler>>
  /** Somebody waits to be told. */
  readonly urgentKinds: readonly string[]
  readonly jobs: readonly PeriodicJob[]
}

const hourMs = 3_600_000

export function createReferrals(deps: ReferralDeps): Referrals {
  return {
    ...referralHooks(deps),
    policyNow: (tenantId) => policyNow(deps, tenantId),
    redeemAtSignup: (tx, tenantId, entry) => redeemAtSignup(deps, tx, tenantId, entry),
    handlers: { ...releaseHandlers(deps), 'referral.announce': (task) => announceReferral(deps, task) },
    urgentKinds: ['referral.announce'],
    jobs: [{ name: 'forget-visits', everyMs: 6 * hourMs, run: () => forgetVisits(deps) }],
  }
}
