import { fail } from '../../base/problem.ts'
import type { Mode, TenantId } from '../../base/tenant.ts'
import type { ProviderName, Telephony } from './port.ts'

/** The telephone providers of one mode, by name. */
export type Providers = { readonly [name in ProviderName]?: Telephony | undefined }

export interface TelephonyChoice {
  /** All that are configured for a mode. */
  among(mode: Mode): Providers
  /** One of a mode; the first that there is unless named. `provider_unavailable` where it is not configured. */
  forMode(mode: Mode, name?: string): Telephony
  /** All of a tenant's mode. */
  amongFor(tenantId: TenantId): Promise<Providers>
  /** The provider that carries a call of this tenant; `provider_unavailable` where it is not configured (any more). */
  forTenant(tenantId: TenantId, name: string): Promise<Telephony>
}

export interface TelephonyChoiceDeps {
  /** Test mode's: sandboxes unless settings say otherwise. */
  readonly test: Providers
  readonly live: Providers
  modeOf(tenantId: TenantId): Promise<Mode>
}

const names: readonly ProviderName[] = ['twilio', 'exotel']

/** The one of this name, or the first that is there. Names come from rows and paths: only known ones are looked up. */
function pick(providers: Providers, wanted: string | undefined): Telephony | undefined {
  for (const name of names) if ((wanted === undefined || wanted === name) && providers[name] !== undefined) return providers[name]
  return undefined
}

/** Test mode never reaches a live account, and live mode never a sandbox: there is no fallback from one to the other. */
export function chooseTelephony({ test, live, modeOf }: TelephonyChoiceDeps): TelephonyChoice {
  const among = (mode: Mode): Providers => (mode === 'live' ? live : test)
  const forMode = (mode: Mode, name?: string): Telephony =>
    pick(among(mode), name) ?? fail('provider_unavailable', { detail: `No telephone provider is configured for ${mode} mode.` })
  return {
    among,
    forMode,
    amongFor: async (tenantId) => among(await modeOf(tenantId)),
    forTenant: async (tenantId, name) => forMode(await modeOf(tenantId), name),
  }
}
