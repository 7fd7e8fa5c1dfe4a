import type { Task } from '../../db/tasks.ts'
import type { CallDeps } from './call-deps.ts'
import { findCall } from './call-store.ts'
import { callTasks } from './call-tasks.ts'

/**
 * Task `call.hangup`: ends the caller's leg, and with it the callee's. Done twice it does no harm; what fails is tried again, and the
 * provider's own limits stand behind it. Without a leg yet, whoever finds one adds this task again.
 */
export async function hangUpCall(deps: CallDeps, { tenantId, subject: callId }: Task): Promise<void> {
  const call = await deps.db.transact(tenantId, (tx) => findCall(tx, tenantId, callId))
  const legId = call?.caller.legId ?? null
  if (call === undefined || legId === null) return
  const telephony = await deps.telephonyFor(tenantId)
  await telephony.hangUp(legId)
  if (call.settled) return
  await deps.db.transact(tenantId, (tx) => deps.tasks.add(tx, tenantId, [callTasks.settle(callId)], deps.clock.now()))
}

/** Task `call.drop-leg`: takes down a leg that no call wants. */
export async function dropLeg(deps: CallDeps, { tenantId, subject: legId }: Task): Promise<void> {
  const telephony = await deps.telephonyFor(tenantId)
  await telephony.hangUp(legId)
}
