import { after } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { ReferralPolicy } from '@impacthub/sdk/contract'
import type { Verdict } from './checks/facts.ts'
import { referralTasks, type ReferralDeps } from './referral-deps.ts'
import { isAttribution, type Referral } from './referral-row.ts'
import { insertReferral, refusedCount } from './referral-store.ts'
import { firstDueOf, firstLookOf, isAtOnce } from './release/due.ts'
import { countAnew, record, takeStep, tell, type Turn } from './take-step.ts'

/** Two people of one app, by both their ids; null: the code was nobody's. */
export interface Pair {
  readonly referee: { readonly id: string; readonly hostId: string }
  readonly referrer: { readonly id: string; readonly hostId: string } | null
}

/** A code as it was entered, and what was decided. */
export interface Judged extends Pair {
  readonly code: string
  readonly via: Referral['via']
  readonly policy: ReferralPolicy
  readonly policyVersion: number
  readonly verdict: Verdict
  /** The coins are not given now, whatever the policy says: a task gives them. */
  readonly postponed: boolean
}

/** Of one user; what goes beyond says nothing new. */
const mostRefused = 20
const laterMs = 5 * 60_000

function draft({ referee, referrer, code, via, policy, policyVersion, verdict }: Judged, now: Date): Referral {
  const isRefused = verdict.outcome === 'refuse'
  const terms = { release: policy.release, holdDays: policy.holdDays, createdAt: now }
  return {
    id: newId('ref', now),
    referrerId: referrer?.id ?? null,
    refereeId: referee.id,
    hostReferrerId: referrer?.hostId ?? null,
    hostRefereeId: referee.hostId,
    code,
    via,
    status: isRefused ? 'refused' : verdict.outcome === 'review' ? 'review' : 'pending',
    attributed: !isRefused,
    flagged: false,
    referrerCoins: policy.bonus.referrer,
    refereeCoins: policy.bonus.referee,
    ...terms,
    expiresDays: policy.expiresDays,
    policyVersion,
    score: verdict.score,
    reasons: verdict.reasons,
    metAt: null,
    metBy: null,
    dueAt: verdict.outcome === 'accept' ? firstDueOf(terms) : null,
    transactionId: null,
    rewardedAt: null,
    endedAt: isRefused ? now : null,
  }
}

/**
 * Writes down what was decided about a code: row, evidence, coins where they are given at once, event, and what goes on by itself, in the
 * caller's one transaction, which holds both sides' totals.
 */
export async function keepEntry(deps: Pick<ReferralDeps, 'tasks'>, turn: Turn, judged: Judged): Promise<Referral> {
  const { tx, tenantId, now } = turn
  const one = draft(judged, now)
  // However often somebody tries.
  if (one.status === 'refused' && (await refusedCount(tx, tenantId, one.refereeId)) >= mostRefused) return one
  insertReferral(tx, tenantId, one)
  record(turn, one, { event: judged.verdict.outcome, from: null, actor: one.refereeId, note: null, transactionId: null })
  if (!isAttribution(one)) {
    await tell(turn, undefined, one)
    return one
  }
  countAnew(turn, undefined, one)
  if (one.status === 'pending' && isAtOnce(one) && !judged.postponed)
    return (await takeStep(deps, turn, one, { event: 'reward', actor: 'platform' })) ?? one
  await tell(turn, undefined, one)
  const due = one.dueAt === null ? [] : [referralTasks.release(one.id, judged.postponed ? later(one.dueAt, now) : firstLookOf(one))]
  await deps.tasks.add(tx, tenantId, [...due, referralTasks.announce(one.id)], now)
  return one
}

const later = (dueAt: Date, now: Date): Date => {
  const soonest = after(now, laterMs)
  return dueAt > soonest ? dueAt : soonest
}
