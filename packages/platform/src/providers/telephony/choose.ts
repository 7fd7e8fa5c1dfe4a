import { fail } from '../../base/problem.ts'
import type { Mode, TenantId } from '../../base/tenant.ts'
import type { Telephony } from './port.ts'

export interface TelephonyChoice {
  /** The telephone provider of a mode; `provider_unavailable` where none is configured. */
  forMode(mode: Mode): Telephony
  /** The same by tenant. */
  forTenant(tenantId: TenantId): Promise<Telephony>
}

export interface TelephonyChoiceDeps {
  /** Test mode's: the sandbox unless settings say otherwise. */
  readonly test: Telephony | undefined
  readonly live: Telephony | undefined
  modeOf(tenantId: TenantId): Promise<Mode>
}

/** Test mode never reaches the live account, and live mode never the sandbox: there is no fallback from one to the other. */
export function chooseTelephony({ test, live, modeOf }: TelephonyChoiceDeps): TelephonyChoice {
  const forMode = (mode: Mode): Telephony =>
    (mode === 'live' ? live : test) ?? fail('provider_unavailable', { detail: `No telephone provider is configured for ${mode} mode.` })
  return { forMode, forTenant: async (tenantId) => forMode(await modeOf(tenantId)) }
}
