import { hideAadhaar } from '../../../base/hide-aadhaar.ts'
import { newId } from '../../../base/ids.ts'
import { fail } from '../../../base/problem.ts'
import type { SecretActor, UserActor } from '../../../base/tenant.ts'
import { audit } from '../../../db/audit.ts'
import type { Tx } from '../../../db/connect.ts'
import type { CallDeps } from '../call-deps.ts'
import { lockCall } from '../call-store.ts'
import { callTasks } from '../call-tasks.ts'
import { recordCallNow } from '../record-call.ts'
import { decideDispute, findDispute, insertDispute, markDisputed, type Dispute, type DisputeReason } from './dispute-store.ts'
import { holdEndedCall, refuseAfter } from './ended-call.ts'
import { gatherEvidence } from './evidence-store.ts'
import { refundCharge } from './refund-charge.ts'

const daysToDispute = 30

export interface DisputeWish {
  readonly callId: string
  readonly reason: DisputeReason
  readonly comment?: string | undefined
}

/**
 * Reopens a settled call with the evidence as it stands now. Dispute, evidence, the call's mark and the audit are one transaction: a process
 * that dies before its commit has opened nothing; after it, the call is disputed, and a second dispute is refused.
 */
export async function openDispute(
  deps: CallDeps,
  tx: Tx,
  actor: UserActor | SecretActor,
  ip: string,
  { callId, reason, comment }: DisputeWish,
): Promise<Dispute> {
  const tenantId = actor.tenant.id
  const ended = await holdEndedCall(tx, actor, callId)
  if (!ended.call.settled) fail('conflict', { detail: 'The call is not settled yet: the platform is still looking into it.' })
  const now = deps.clock.now()
  refuseAfter(daysToDispute, ended, now)
  const evidence = await gatherEvidence(tx, tenantId, callId)
  const hidden = comment === undefined ? null : hideAadhaar(comment)
  const opened = { id: newId('dsp', now), callId, openedBy: ended.by, reason, comment: hidden, openedAt: now, evidence }
  const dispute = (await insertDispute(tx, tenantId, opened)) ?? fail('conflict', { detail: 'This call is disputed already.' })
  await audit(tx, tenantId, actor, { action: 'dispute.opened', subject: dispute.id, fromIp: ip, details: { callId, reason } }, now)
  await recordCallNow(tx, tenantId, callId, () => ['call.disputed'], now)
  await deps.tasks.add(tx, tenantId, [callTasks.announce(ended.call)], now)
  return dispute
}

export interface Decision {
  readonly disputeId: string
  readonly outcome: 'refund' | 'reject'
  readonly coins?: number | undefined
  readonly note: string
}

/**
 * Decides an open dispute, once. Decision, refund and the end of the call's mark are one transaction: killed before its commit, nothing was
 * decided and nothing given back; after it, the dispute is found decided, whoever asks again and however many at once.
 */
export async function resolveDispute(deps: CallDeps, tx: Tx, actor: SecretActor, ip: string, decision: Decision): Promise<Dispute> {
  const { disputeId, outcome } = decision
  const note = hideAadhaar(decision.note)
  if (outcome === 'reject' && decision.coins !== undefined)
    fail('invalid_request', { errors: [{ pointer: '/coins', detail: 'goes with a refund only' }] })
  const tenantId = actor.tenant.id
  const known = (await findDispute(tx, tenantId, disputeId)) ?? fail('not_found')
  // The call is held first, as everywhere: whoever decides, refunds or disputes waits here.
  const call = (await lockCall(tx, tenantId, known.callId)) ?? fail('not_found')
  const current = (await findDispute(tx, tenantId, disputeId)) ?? fail('not_found')
  if (current.status !== 'open') fail('conflict', { detail: 'This dispute is decided already.' })
  const now = deps.clock.now()
  const refund =
    outcome === 'reject' ? null : await refundCharge(deps, tx, tenantId, call, { coins: decision.coins, reason: note, disputeId })
  const status = refund === null ? 'rejected' : 'refunded'
  const decided = await decideDispute(tx, tenantId, disputeId, { status, refundedCoins: refund?.coins ?? null, note, resolvedAt: now })
  await markDisputed(tx, tenantId, call.id, false)
  await recordCallNow(tx, tenantId, call.id, () => ['call.dispute_resolved'], now)
  const details = { callId: call.id, coins: refund?.coins ?? 0, uncollectedCoins: refund?.uncollectedCoins ?? 0 }
  await audit(tx, tenantId, actor, { action: `dispute.${status}`, subject: disputeId, reason: note, fromIp: ip, details }, now)
  await deps.tasks.add(tx, tenantId, [callTasks.announce(call)], now)
  return decided ?? fail('conflict')
}
