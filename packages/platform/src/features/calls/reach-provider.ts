import { Problem } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Telephony } from '../../providers/telephony/port.ts'
import type { CallDeps } from './call-deps.ts'

/** A call's telephone provider; undefined when it is configured no longer, which a call that began before may meet. */
export async function reachProvider(
  deps: Pick<CallDeps, 'telephonyFor'>,
  tenantId: TenantId,
  provider: string,
): Promise<Telephony | undefined> {
  try {
    return await deps.telephonyFor(tenantId, provider)
  } catch (error) {
    if (error instanceof Problem && error.code === 'provider_unavailable') return undefined
    throw error
  }
}
