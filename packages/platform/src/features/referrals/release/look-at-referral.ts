import { after } from '../../../base/clock.ts'
import { Problem } from '../../../base/problem.ts'
import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import type { Task } from '../../../db/tasks.ts'
import { lockTraces } from '../checks/traces.ts'
import type { ReferralDeps } from '../referral-deps.ts'
import type { Attribution } from '../referral-row.ts'
import { findReferral, lockReferral } from '../referral-store.ts'
import { takeStep, type Turn } from '../take-step.ts'
import { conditionOf, type Condition } from './condition.ts'
import { deadlineOf, rewardedFrom } from './due.ts'
import { judgeAgain, policyNow, type PolicyNow } from './judge-again.ts'
import { isAnyGone } from './release-store.ts'
import { undoReferral } from './undo-referral.ts'

type Outcome = { again: Date } | undefined

const minute = 60_000
const day = 24 * 60 * minute

/**
 * Task `referral.release`: looks at one referral as everything stands now, and takes the step that follows. Whoever hears of something that may
 * concern it has it looked at; told ten times, or by two processes at once, it is rewarded once. Killed before the commit, the next one looks.
 */
export async function lookAtReferral(deps: ReferralDeps, { tenantId, subject: referralId }: Task): Promise<Outcome> {
  const rules = await policyNow(deps, tenantId)
  try {
    return await deps.db.transact(tenantId, async (tx): Promise<Outcome> => {
      const one = await holdReferral(tx, tenantId, referralId)
      const turn = { tx, tenantId, now: deps.clock.now() }
      if (one?.status === 'pending') return lookAtPending(deps, turn, one, rules)
      if (one?.status === 'review') await lookAtReviewed(deps, turn, one, rules)
      if (one?.status === 'rewarded') await lookAtRewarded(deps, turn, one, rules)
      return undefined
    })
  } catch (error) {
    // A frozen ledger gives nothing and takes nothing; a full wallet takes nothing in.
    if (!(error instanceof Problem) || (error.code !== 'ledger_frozen' && error.code !== 'conflict')) throw error
    deps.logger.warn('a referral has to wait', { referralId, code: error.code })
    return { again: after(deps.clock.now(), error.code === 'ledger_frozen' ? minute : 60 * minute) }
  }
}

/** The traces of the new user, then both totals and the row, in the order in which whoever decides about a referral holds them. */
export async function holdReferral(tx: Tx, tenantId: TenantId, referralId: string): Promise<Attribution | undefined> {
  const known = await findReferral(tx, tenantId, referralId)
  if (known === undefined) return undefined
  await lockTraces(tx, tenantId, known.refereeId, [])
  return lockReferral(tx, tenantId, referralId)
}

async function lookAtPending(deps: ReferralDeps, turn: Turn, one: Attribution, rules: PolicyNow): Promise<Outcome> {
  const { tx, tenantId, now } = turn
  const condition = await conditionOf(tx, tenantId, one)
  const deadline = deadlineOf(one)
  if (condition.state === 'open' && deadline !== undefined && now >= deadline) {
    await takeStep(deps, turn, one, { event: 'expire', actor: 'platform' })
    return undefined
  }
  if (await isAnyGone(tx, tenantId, [one.refereeId, one.referrerId])) {
    await takeStep(deps, turn, one, { event: 'refuse', actor: 'platform', note: 'One of the two was deleted' })
    return undefined
  }
  const { outcome, judgement } = await judgeAgain(tx, tenantId, one, rules)
  if (outcome !== 'accept') {
    await takeStep(deps, turn, one, { event: outcome === 'refuse' ? 'refuse' : 'doubt', actor: 'platform', judgement })
    return undefined
  }
  const met = metBy(condition)
  const dueAt = condition.state === 'met' ? rewardedFrom(one, condition.at) : (deadline ?? now)
  if (condition.state === 'met' && dueAt <= now) {
    await takeStep(deps, turn, one, { event: 'reward', actor: 'platform', change: { ...met, dueAt: null } })
    return undefined
  }
  if (met.metBy !== one.metBy) {
    const note = met.metBy === null ? 'What had happened was undone' : undefined
    await takeStep(deps, turn, one, { event: 'meet', actor: 'platform', note, change: { ...met, dueAt } })
  }
  // What is disputed is decided by a bank, which takes weeks.
  return { again: dueAt > now ? dueAt : after(now, day) }
}

/** Of what is met by nothing but time there is nothing to say. */
const metBy = (condition: Condition): Pick<Attribution, 'metAt' | 'metBy'> =>
  condition.state === 'met' && condition.by !== null ? { metAt: condition.at, metBy: condition.by } : { metAt: null, metBy: null }

/** Somebody is to look at it: what has come out since they were asked is written down for them, and what the policy refuses is refused. */
async function lookAtReviewed(deps: ReferralDeps, turn: Turn, one: Attribution, rules: PolicyNow): Promise<void> {
  const { outcome, judgement } = await judgeAgain(turn.tx, turn.tenantId, one, rules)
  if (outcome !== 'accept')
    await takeStep(deps, turn, one, { event: outcome === 'refuse' ? 'refuse' : 'doubt', actor: 'platform', judgement })
}

/** The coins are given: whether what they were given for still stands, and whether anything has come out. */
async function lookAtRewarded(deps: ReferralDeps, turn: Turn, one: Attribution, rules: PolicyNow): Promise<void> {
  const { tx, tenantId } = turn
  const { onRefund, cascade } = rules.policy
  const undoing = { actor: 'platform', cascade, depth: 0 } as const
  // Without `metBy` nothing had to happen, or a person has been told already that it was undone.
  const isUndone = one.metBy !== null && (await conditionOf(tx, tenantId, one)).state === 'open'
  if (isUndone && onRefund === 'reverse') {
    await undoReferral(deps, turn, one, { ...undoing, note: 'The money that it was given for went back' })
    return
  }
  const { outcome, judgement } = await judgeAgain(tx, tenantId, one, rules)
  if (outcome === 'refuse') {
    await undoReferral(deps, turn, one, { ...undoing, note: 'Found out later', judgement })
    return
  }
  const doubt = outcome === 'review' ? { judgement } : {}
  if (isUndone && onRefund === 'review') {
    const note = 'The money that it was given for went back'
    await takeStep(deps, turn, one, { event: 'flag', actor: 'platform', note, change: { metBy: null }, ...doubt })
  } else if (outcome === 'review') await takeStep(deps, turn, one, { event: 'flag', actor: 'platform', ...doubt })
}
