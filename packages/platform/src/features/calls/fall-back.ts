import { after } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { Providers } from '../../providers/telephony/choose.ts'
import type { ProviderFailure } from '../../providers/telephony/port.ts'
import type { Passed } from './routing-policy.ts'
import { providerOrderOf } from './admission-store.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow } from './call-row.ts'
import { setRoute } from './call-store.ts'
import { nextWay } from './route-call.ts'

/** Whoever pressed Call waits no longer than this for the phone to ring. */
export const dialWithinMs = 20_000

export interface FailedDial {
  readonly providers: Providers
  readonly failure: ProviderFailure
}

/**
 * Gives a call to the next provider that can carry it, when the one before certainly rang nobody: it said no, or was not reached. Within
 * the transaction of the failure, so that the mark of the attempt goes together with the provider that it was made at: killed before the
 * commit, the mark stands and the first provider is asked what it knows; after it, the next one is dialled by whoever lives.
 */
export async function fallBack(
  deps: Pick<CallDeps, 'clock'>,
  tx: Tx,
  tenantId: TenantId,
  call: CallRow,
  { providers, failure }: FailedDial,
): Promise<boolean> {
  if (failure !== 'refused' && failure !== 'not_sent') return false
  const { provider, caller, callee } = call
  if ((provider !== 'twilio' && provider !== 'exotel') || caller.phone === null || callee.phone === null) return false
  if (call.endRequestedBy !== null || call.endedAt !== null || deps.clock.now() >= after(call.createdAt, dialWithinMs)) return false
  const tried: readonly Passed[] = [...triedBefore(call), { provider, reason: failure }]
  const wish = {
    callId: call.id,
    callerId: caller.id,
    calleeId: callee.id,
    callerPhone: caller.phone,
    calleePhone: callee.phone,
    appOrder: await providerOrderOf(tx, tenantId),
    providers,
    now: deps.clock.now(),
  }
  const way = await nextWay(tx, tenantId, wish, tried)
  if (way === undefined) return false
  await setRoute(tx, tenantId, call.id, way)
  return true
}

/** Providers that have failed this call already; those that were passed over unasked may be looked at again. */
const triedBefore = ({ routing }: CallRow): Passed[] =>
  (routing?.passedOver ?? []).flatMap(({ provider, reason }) =>
    (provider === 'twilio' || provider === 'exotel') && (reason === 'refused' || reason === 'not_sent') ? [{ provider, reason }] : [],
  )
