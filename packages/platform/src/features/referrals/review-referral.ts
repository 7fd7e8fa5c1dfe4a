import { hideAadhaar } from '../../base/hide-aadhaar.ts'
import { fail } from '../../base/problem.ts'
import type { SecretActor } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Tx } from '../../db/connect.ts'
import { referralTasks, type ReferralDeps } from './referral-deps.ts'
import type { ReferralEvent } from './referral-lifecycle.ts'
import type { Attribution, Referral } from './referral-row.ts'
import { findReferral } from './referral-store.ts'
import { isAtOnce } from './release/due.ts'
import { holdReferral } from './release/look-at-referral.ts'
import { isAnyGone } from './release/release-store.ts'
import { handOn } from './release/undo-referral.ts'
import { takeStep, type Step } from './take-step.ts'

export interface ReviewWish {
  readonly referralId: string
  readonly decision: 'approve' | 'refuse'
  readonly note: string
  /** Whether one that is reversed takes along those that its new user brought. */
  readonly cascade: 'none' | 'chain'
}

/** Who decides, and from where. */
export interface Decider {
  readonly actor: SecretActor
  readonly ip: string
}

/** What a decision does to a referral that somebody has to look at; undefined: nobody has to. */
function eventOf({ status, flagged, ...terms }: Attribution, decision: ReviewWish['decision']): ReferralEvent | undefined {
  if (status === 'review') return decision === 'refuse' ? 'refuse' : isAtOnce(terms) ? 'reward' : 'approve'
  if (!flagged) return undefined
  return decision === 'refuse' ? 'reverse' : 'clear'
}

/**
 * A person has looked. Approved, both sides have their coins at once, or as soon as what the policy asks for has happened; what was known is
 * not held against them again. Refused, nobody gets any, and what was given is taken back. Step, coins, audit, event and Idempotency-Key are
 * one transaction: killed before its commit nothing was decided, after it the tasks go on.
 */
export async function reviewReferral(deps: ReferralDeps, tx: Tx, { actor, ip }: Decider, wish: ReviewWish): Promise<Referral> {
  const tenantId = actor.tenant.id
  const one = await holdReferral(tx, tenantId, wish.referralId)
  if (one === undefined) {
    const known = (await findReferral(tx, tenantId, wish.referralId)) ?? fail('not_found')
    return notWaiting(known)
  }
  const event = eventOf(one, wish.decision)
  if (event === undefined) return notWaiting(one)
  if (event === 'reward' && (await isAnyGone(tx, tenantId, [one.referrerId, one.refereeId])))
    fail('conflict', { detail: 'One of the two was deleted: this redemption can be refused only.' })
  const now = deps.clock.now()
  const note = hideAadhaar(wish.note)
  const step: Step = { event, actor: actor.keyId, note, ...(event === 'approve' ? { change: { dueAt: now } } : {}) }
  const decided = (await takeStep(deps, { tx, tenantId, now }, one, step)) ?? notWaiting(one)
  const action = `referral.review_${wish.decision === 'approve' ? 'approved' : 'refused'}`
  await audit(tx, tenantId, actor, { action, subject: one.id, reason: note, fromIp: ip, details: { status: decided.status } }, now)
  if (event === 'reverse' && wish.cascade === 'chain') await handOn(deps, { tx, tenantId, now }, one.id, 0)
  if (event === 'approve') await deps.tasks.add(tx, tenantId, [referralTasks.release(one.id, now)], now)
  return decided
}

const notWaiting = ({ status }: Referral): never => fail('conflict', { detail: `Nobody has to look at this redemption: it is ${status}.` })
