import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Instructions, Telephony } from '../../providers/telephony/port.ts'
import type { CallDeps } from './call-deps.ts'
import { callUrls } from './callback-url.ts'
import { lockCall, seeCall, setOutOfReach } from './call-store.ts'
import { takesEachStep } from './drive-call.ts'
import type { CallRow } from './call-row.ts'

/**
 * The caller has picked up: what the provider shall do. Read from the call's row, so it is the same each time it is asked; a call that is over
 * or to be ended is hung up instead. Where the provider ends no call on our word, this is the last moment at which it could be refused: that
 * it has passed is written under the lock of the call, before the provider is told to ring the callee. Killed before the commit, nothing was
 * told and the provider asks again; after it, the same is told again.
 */
export async function answerInstructions(deps: CallDeps, tenantId: TenantId, callId: string): Promise<Instructions> {
  const found = (await seeCall(deps.db, tenantId, callId)) ?? fail('not_found')
  const telephony = await deps.telephonyFor(tenantId, found.provider)
  const call = hangsUp(telephony, found)
    ? found
    : await deps.db.transact(tenantId, async (tx) => {
        const current = (await lockCall(tx, tenantId, callId)) ?? fail('not_found')
        if (current.endedAt === null && current.endRequestedBy === null) await setOutOfReach(tx, tenantId, callId)
        return current
      })
  if (call.endedAt !== null || call.endRequestedBy !== null || call.callee.phone === null || call.number === null)
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

/** Where calls are made leg by leg, one that follows instructions is not made so: nothing ends it from outside. */
const hangsUp = (telephony: Telephony, call: CallRow): boolean =>
  telephony.abilities.hangUp && (telephony.dialCallee === undefined || takesEachStep(telephony, call))
