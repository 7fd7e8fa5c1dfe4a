import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { noteChange, takeStep, type Turn } from './take-step.ts'
import { withdrawalTasks, type WithdrawalDeps } from './withdrawal-deps.ts'
import type { Withdrawal } from './withdrawal-row.ts'
import { lockOpen } from './withdrawal-store.ts'

/**
 * A user stops being verified, in the caller's transaction, which holds their standing. What has not been sent is canceled, and its coins come
 * back; what the provider has and has not begun is called back. While one is being sent, which takes seconds, it fails with `unavailable`:
 * the standing is lost a moment later, so that nothing leaves after its loss was acknowledged.
 */
export async function onKycLost(deps: WithdrawalDeps, tx: Tx, tenantId: TenantId, userId: string, now: Date): Promise<void> {
  const turn: Turn = { tx, tenantId, now }
  for (const one of await lockOpen(tx, tenantId, userId)) await callOff(deps, turn, one)
}

async function callOff(deps: WithdrawalDeps, turn: Turn, one: Withdrawal): Promise<void> {
  const { tx, tenantId, now } = turn
  if (one.status !== 'processing') {
    await takeStep(deps, turn, one, { event: 'lose_kyc', actor: 'platform', change: { reason: 'kyc_lost' } })
    return
  }
  if (one.payoutId === null) {
    const leftMs = (one.sendingUntil?.getTime() ?? 0) - now.getTime()
    if (leftMs > 0)
      fail('unavailable', { detail: 'A withdrawal of this user is being sent just now.', retryAfterSeconds: Math.ceil(leftMs / 1_000) })
  }
  if (one.recalledAt !== null) return
  await noteChange(deps, turn, one, { recalledAt: now })
  if (one.payoutId !== null) await deps.tasks.add(tx, tenantId, [withdrawalTasks.ask(one.id, now)], now)
}
