import { hideAadhaar } from '../../../base/hide-aadhaar.ts'
import { fail } from '../../../base/problem.ts'
import type { SecretActor } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import type { ReferralDeps } from '../referral-deps.ts'
import type { Attribution } from '../referral-row.ts'
import { findReferral } from '../referral-store.ts'
import { holdReferral } from './look-at-referral.ts'
import { undoReferral } from './undo-referral.ts'

export interface ReverseReferral {
  readonly referralId: string
  readonly reason: string
  readonly cascade: 'none' | 'chain'
}

/**
 * The app's server takes a referral back. What both sides still have of its coins is taken, what they have spent they owe; one that was not
 * rewarded yet is refused. Coins, evidence, audit, event and Idempotency-Key are one transaction: a process that dies before its commit has
 * done nothing; after it the same request gets the first answer, and those that hang on it are undone by tasks.
 */
export async function reverseReferral(
  deps: Pick<ReferralDeps, 'tasks' | 'clock'>,
  tx: Tx,
  actor: SecretActor,
  { referralId, reason, cascade }: ReverseReferral,
  ip: string,
): Promise<Attribution> {
  const { id: tenantId } = actor.tenant
  const one = await holdReferral(tx, tenantId, referralId)
  if (one === undefined) return (await findReferral(tx, tenantId, referralId)) === undefined ? fail('not_found') : nothingToTake()
  if (one.status === 'reversed') fail('already_reversed')
  const undoing = { actor, fromIp: ip, note: hideAadhaar(reason), cascade, depth: 0 }
  return (await undoReferral(deps, { tx, tenantId, now: deps.clock.now() }, one, undoing)) ?? nothingToTake()
}

const nothingToTake = (): never =>
  fail('conflict', { detail: 'This redemption has come to nothing already: there are no coins to take back.' })
