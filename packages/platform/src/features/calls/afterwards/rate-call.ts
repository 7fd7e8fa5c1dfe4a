import { hideAadhaar } from '../../../base/hide-aadhaar.ts'
import { fail } from '../../../base/problem.ts'
import type { SecretActor, UserActor } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import type { CallDeps } from '../call-deps.ts'
import { findCall } from '../call-store.ts'
import { roleOf } from '../end-call.ts'
import { recordCallNow } from '../record-call.ts'
import { holdEndedCall, refuseAfter } from './ended-call.ts'
import { putRating, ratingsOf, type Rating, type RatingReason } from './rating-store.ts'

export interface RatingWish {
  readonly score: number
  readonly reasons: readonly RatingReason[]
  readonly comment?: string | undefined
}

const daysToRate = 7

/**
 * One rating a side; again replaces the own one. One statement under the held call: a process that dies before the commit has written
 * nothing, after it the rating stands.
 */
export async function rateCall(deps: CallDeps, tx: Tx, actor: UserActor, callId: string, wish: RatingWish): Promise<Rating> {
  const ended = await holdEndedCall(tx, actor, callId)
  const now = deps.clock.now()
  if (ended.by === 'platform') return fail('forbidden')
  if (ended.call.answeredAt === null) fail('conflict', { detail: 'Only a call that was answered can be rated.' })
  refuseAfter(daysToRate, ended, now)
  const comment = wish.comment === undefined ? undefined : hideAadhaar(wish.comment)
  const rating = await putRating(tx, actor.tenant.id, callId, ended.by, { ...wish, comment }, now)
  await recordCallNow(tx, actor.tenant.id, callId, () => ['call.rated'], now)
  return rating
}

/** A user sees their own rating, never the other's. */
export async function readRatings(deps: CallDeps, actor: UserActor | SecretActor, callId: string): Promise<Rating[]> {
  const tenantId = actor.tenant.id
  return deps.db.transact(tenantId, async (tx) => {
    const { by } = roleOf(await findCall(tx, tenantId, callId), actor)
    const ratings = await ratingsOf(tx, tenantId, callId)
    return by === 'platform' ? ratings : ratings.filter((rating) => rating.by === by)
  })
}
