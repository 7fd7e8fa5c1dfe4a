import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import { paidCall } from '../../calls/index.ts'
import { keptTopup } from '../../topups/index.ts'
import type { Referral } from '../referral-row.ts'
import { deadlineOf, rewardedFrom } from './due.ts'

/** Whether what a referral waits for has happened. */
export type Condition =
  | { readonly state: 'open' }
  /** It has, and its money may be asked back. */
  | { readonly state: 'disputed' }
  /** It has, then; by a top-up or a call, or by nothing but time. */
  | { readonly state: 'met'; readonly at: Date; readonly by: string | null }

/**
 * Read from what the top-ups and calls say now, and never from what was told: however often and late an event is heard of, and whatever became
 * of it since, the answer is the same.
 */
export async function conditionOf(tx: Tx, tenantId: TenantId, one: Referral): Promise<Condition> {
  const { release, refereeId, createdAt } = one
  const until = deadlineOf(one)
  if (until === undefined) {
    const days = release.after === 'days' ? release.days : 0
    return { state: 'met', at: rewardedFrom({ holdDays: days }, createdAt), by: null }
  }
  if (release.after === 'topup') {
    const topup = await keptTopup(tx, tenantId, refereeId, { amount: release.amount, until })
    if (topup === undefined) return { state: 'open' }
    return topup.isDisputed ? { state: 'disputed' } : { state: 'met', at: notBefore(createdAt, topup.paidAt), by: topup.id }
  }
  const seconds = release.after === 'call' ? release.minutes * 60 : 0
  const call = await paidCall(tx, tenantId, refereeId, { seconds, until })
  return call === undefined ? { state: 'open' } : { state: 'met', at: notBefore(createdAt, call.endedAt), by: call.id }
}

/** What happened before the code was entered counts from then on. */
const notBefore = (createdAt: Date, at: Date): Date => (at < createdAt ? createdAt : at)
