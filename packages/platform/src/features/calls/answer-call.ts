import type { TenantId } from '../../base/tenant.ts'
import type { Instructions } from '../../providers/telephony/port.ts'
import type { CallDeps } from './call-deps.ts'
import { findCall } from './call-store.ts'
import { callUrls } from './callback-url.ts'

/**
 * The caller has picked up: what the provider shall do. Read from the call's row and written nowhere, so it is the same each time it is
 * asked; a call that is over or to be ended is hung up instead.
 */
export async function answerInstructions(deps: CallDeps, tenantId: TenantId, callId: string): Promise<Instructions> {
  const telephony = await deps.telephonyFor(tenantId)
  const call = await deps.db.transact(tenantId, (tx) => findCall(tx, tenantId, callId))
  if (call === undefined || call.endedAt !== null || call.endRequestedBy !== null || call.callee.phone === null || call.number === null)
    return telephony.hangUpInstructions()
  const urls = callUrls(deps, call)
  return telephony.bridge({
    calleePhone: call.callee.phone,
    from: call.number,
    ringSeconds: call.ringSeconds,
    limitSeconds: call.limit.seconds,
    statusUrl: urls.calleeStatus,
    afterUrl: urls.after,
  })
}
