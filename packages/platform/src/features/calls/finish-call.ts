import { after } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { settleCall } from '../wallet/index.ts'
import { release } from './busy-store.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallEnding, CallRow, EndReason } from './call-row.ts'
import { writeEnd, writeParked } from './call-store.ts'
import { dueCoins, elapsedSeconds } from './call-tariff.ts'
import { callTasks } from './call-tasks.ts'
import { endWithoutLegs } from './call-verdict.ts'

const hour = 3_600_000

/**
 * Money, record and the end of Busy in the one transaction of a call that the caller of this has locked and found unsettled: a process that
 * dies before the commit has settled nothing and comes again; after it, the call is found settled.
 */
export async function finishCall(deps: CallDeps, tx: Tx, tenantId: TenantId, call: CallRow, ending: CallEnding): Promise<void> {
  const now = deps.clock.now()
  const settlement = await settleCall(tx, tenantId, {
    callId: call.id,
    callerId: call.caller.id,
    calleeId: call.callee.id,
    dueCoins: dueCoins(ending.durationSeconds, call.rate),
    sharePercent: call.sharePercent,
    now,
  })
  await writeEnd(tx, tenantId, call.id, ending, settlement, now)
  await release(tx, tenantId, call.id)
  await deps.tasks.add(tx, tenantId, [callTasks.announce(call.id)], now)
}

/**
 * Lets the two go although the provider's word cannot be had. The coins stay held, whatever happened is charged or given back when the word
 * is in; until then the call is marked for a person to see.
 */
export async function parkCall(deps: CallDeps, tx: Tx, tenantId: TenantId, call: CallRow): Promise<void> {
  if (call.endedAt !== null) return
  const now = deps.clock.now()
  const ending = call.answeredAt === null ? endWithoutLegs(call, now) : ({ status: 'completed', endReason: reasonOfParked(call) } as const)
  await writeParked(tx, tenantId, call.id, ending, elapsedSeconds(call.answeredAt, call.limit.seconds, now), now)
  await release(tx, tenantId, call.id)
  const tasks = [callTasks.announce(call.id), callTasks.hangUp(call.id), callTasks.settle(call.id, after(now, hour))]
  await deps.tasks.add(tx, tenantId, tasks, now)
  deps.logger.error('a call is parked: the provider’s account of it cannot be read', { callId: call.id, provider: call.provider })
}

/** Of a talk of which the provider does not tell, what was asked of us is all that is known. */
function reasonOfParked({ endRequestedBy, limit }: CallRow): EndReason {
  if (endRequestedBy === null) return 'provider_error'
  if (endRequestedBy === 'limit') return limit.reason
  return endRequestedBy === 'platform' ? 'platform' : `${endRequestedBy}_hangup`
}
