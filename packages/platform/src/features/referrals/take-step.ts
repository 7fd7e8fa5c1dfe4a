import { after } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { rewardBoth, takeBackReward } from '../wallet/index.ts'
import { recordEvent } from '../webhooks/index.ts'
import type { Verdict } from './checks/facts.ts'
import { presentReferral } from './present-referral.ts'
import { referralTasks, type ReferralDeps } from './referral-deps.ts'
import { countsAs, isOver, statusAfter, type ReferralEvent } from './referral-lifecycle.ts'
import type { Attribution, Referral } from './referral-row.ts'
import { addToTotals, insertStep, updateReferral, type ReferralChange } from './referral-store.ts'

/** A transaction that holds a referral and the totals of both sides. */
export interface Turn {
  readonly tx: Tx
  readonly tenantId: TenantId
  readonly now: Date
}

/** A decision, and by which version of the policy. */
export type Judgement = Pick<Verdict, 'score' | 'reasons'> & { readonly policyVersion: number }

export interface Step {
  readonly event: ReferralEvent
  /** A user, a key or the platform: for the record. */
  readonly actor: string
  readonly note?: string | undefined
  /** How it was judged; absent: as it was. */
  readonly judgement?: Judgement | undefined
  readonly change?: Partial<Pick<ReferralChange, 'metAt' | 'metBy' | 'dueAt'>>
}

const dayMs = 86_400_000

/**
 * The one way in which a referral changes its status: row, coins of both sides, totals, evidence, event and announcement are the caller's one
 * transaction, which holds the row (`lockReferral`). Undefined: the event leads nowhere from here, and nothing has changed. Killed before the
 * commit, nothing of it has happened; after it, the tasks go on.
 */
export async function takeStep(
  deps: Pick<ReferralDeps, 'tasks'>,
  turn: Turn,
  before: Attribution,
  step: Step,
): Promise<Attribution | undefined> {
  const { tx, tenantId, now } = turn
  const status = statusAfter(before.status, step.event)
  if (status === undefined) return undefined
  const transactionId = await moveCoins(turn, before, step)
  const judged = step.judgement ?? before
  const next: Attribution = {
    ...before,
    flagged: step.event === 'flag' || (before.flagged && step.event === 'meet'),
    policyVersion: judged.policyVersion,
    score: judged.score,
    reasons: judged.reasons,
    dueAt: status === 'pending' ? before.dueAt : null,
    ...step.change,
    status,
    transactionId: step.event === 'reward' ? transactionId : before.transactionId,
    rewardedAt: step.event === 'reward' ? now : before.rewardedAt,
    endedAt: isOver(status) ? now : null,
  }
  updateReferral(tx, tenantId, before.id, next, now)
  record(turn, next, { event: step.event, from: before.status, actor: step.actor, note: step.note ?? null, transactionId })
  countAnew(turn, before, next)
  await tell(turn, before, next)
  await deps.tasks.add(tx, tenantId, [referralTasks.announce(before.id)], now)
  return next
}

/** The ledger's transaction that moved coins; null: they stayed where they were. */
async function moveCoins({ tx, tenantId, now }: Turn, one: Attribution, { event, actor }: Step): Promise<string | null> {
  const { id: referralId, referrerId, refereeId, referrerCoins, refereeCoins, expiresDays } = one
  if (event === 'reward') {
    const reward = {
      referralId,
      referrer: { userId: referrerId, coins: referrerCoins },
      referee: { userId: refereeId, coins: refereeCoins },
      expiresAt: expiresDays === null ? null : after(now, expiresDays * dayMs),
    }
    return (await rewardBoth(tx, tenantId, reward, now)).transactionId
  }
  if (event !== 'reverse') return null
  const taken = await takeBackReward(tx, tenantId, { referralId, sides: ['referrer', 'referee'], by: actor }, now)
  return taken.find((leg) => leg.transactionId !== null)?.transactionId ?? null
}

interface StepRecord {
  readonly event: string
  readonly from: Referral['status'] | null
  readonly actor: string
  readonly note: string | null
  readonly transactionId: string | null
}

/** As the referral stands after it. */
export function record({ tx, tenantId, now }: Turn, one: Referral, step: StepRecord): void {
  const { status: to, policyVersion, score, reasons } = one
  insertStep(tx, tenantId, one.id, { ...step, to, policyVersion, score, reasons, at: now })
}

/** The referrer's row is held. */
export function countAnew(
  { tx, tenantId }: Turn,
  before: Pick<Attribution, 'status'> | undefined,
  { referrerId, referrerCoins, status }: Attribution,
) {
  const [was, is] = [before && countsAs(before.status), countsAs(status)]
  const change = (name: 'pending' | 'rewarded') => Number(is === name) - Number(was === name)
  const rewarded = change('rewarded')
  addToTotals(tx, tenantId, referrerId, { pending: change('pending'), rewarded, coins: rewarded * referrerCoins })
}

/** The host's servers, where they have not been told the same before. */
export async function tell({ tx, tenantId, now }: Turn, before: Referral | undefined, one: Referral): Promise<void> {
  if (before?.status === one.status && before.flagged === one.flagged) return
  if (before?.flagged === true && one.status === 'rewarded') return
  const type = one.status === 'review' || one.flagged ? 'referral.review_needed' : (`referral.${one.status}` as const)
  await recordEvent(tx, tenantId, { type, objectId: one.id, data: presentReferral(one) }, now)
}
