import { newId } from '../../../base/ids.ts'
import { fail } from '../../../base/problem.ts'
import type { SecretActor, TenantId } from '../../../base/tenant.ts'
import { audit } from '../../../db/audit.ts'
import type { Tx } from '../../../db/connect.ts'
import { refundCall } from '../../wallet/index.ts'
import type { CallDeps } from '../call-deps.ts'
import type { CallRow } from '../call-row.ts'
import { callTasks } from '../call-tasks.ts'
import { recordCallNow } from '../record-call.ts'
import { holdEndedCall } from './ended-call.ts'
import { insertRefund, type Refund } from './refund-store.ts'

export interface RefundOrder {
  /** Absent: all that has not been given back yet. */
  readonly coins?: number | undefined
  readonly reason: string
  readonly disputeId: string | null
}

/** A server's own refund, without a dispute. */
export async function refundByServer(
  deps: CallDeps,
  tx: Tx,
  actor: SecretActor,
  ip: string,
  wish: { readonly callId: string; readonly coins?: number | undefined; readonly reason: string },
): Promise<Refund> {
  const { call } = await holdEndedCall(tx, actor, wish.callId)
  const refund = await refundCharge(deps, tx, actor.tenant.id, call, { ...wish, disputeId: null })
  const details = { refundId: refund.id, coins: refund.coins, uncollectedCoins: refund.uncollectedCoins }
  await audit(
    tx,
    actor.tenant.id,
    actor,
    { action: 'call.refunded', subject: call.id, reason: wish.reason, fromIp: ip, details },
    deps.clock.now(),
  )
  return refund
}

/**
 * Gives coins of a held call's charge back. Ledger, refund and the count on the call are one transaction: a process that dies before its
 * commit has given nothing back; after it, the call tells what is left, and no more than that can be given back, however many try at once.
 */
export async function refundCharge(
  deps: CallDeps,
  tx: Tx,
  tenantId: TenantId,
  call: CallRow,
  { coins: wanted, reason, disputeId }: RefundOrder,
): Promise<Refund> {
  if (!call.settled) fail('conflict', { detail: 'The call is not settled yet: nothing has been charged.' })
  const left = call.chargedCoins - call.refundedCoins
  if (left === 0) fail('conflict', { detail: 'Nothing of this call’s charge is left to give back.' })
  const coins = wanted ?? left
  if (coins > left) fail('conflict', { detail: `At most ${left} coins of this call’s charge are left to give back.` })
  const now = deps.clock.now()
  const id = newId('rfd', now)
  const { chargedCoins, earnedCoins, refundedCoins } = call
  const charged = { callId: call.id, callerId: call.caller.id, calleeId: call.callee.id, chargedCoins, earnedCoins, refundedCoins }
  // A dispute pays once, whatever its refund is called.
  const done = await refundCall(tx, tenantId, charged, { refundId: disputeId ?? id, coins, reason, now })
  const refund = { id, callId: call.id, disputeId, coins, reason, createdAt: now, ...done }
  await insertRefund(tx, tenantId, refund)
  await deps.onMoney?.(tx, tenantId, call.caller.id, 'returned', now)
  await recordCallNow(tx, tenantId, call.id, () => ['call.refunded'], now)
  await deps.tasks.add(tx, tenantId, [callTasks.announce(call)], now)
  return refund
}
