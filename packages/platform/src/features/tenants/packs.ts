import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { tenantStore, type Tenant } from './tenant-store.ts'

/** A pack as an app sets it; its price is in the app's currency. */
export interface PackOffer {
  readonly id: string
  readonly coins: number
  readonly bonusCoins: number
  /** In the currency's smallest unit. */
  readonly amount: number
  readonly label: string | null
}

export interface Pack extends PackOffer {
  readonly currency: string
}

const home = 'INR'

/** What an app sells that has said nothing: prices in paise. */
const usual: readonly PackOffer[] = [
  { id: 'pack-50', coins: 50, bonusCoins: 0, amount: 4_900, label: null },
  { id: 'pack-100', coins: 100, bonusCoins: 0, amount: 9_900, label: null },
  { id: 'pack-300', coins: 300, bonusCoins: 15, amount: 29_900, label: null },
  { id: 'pack-600', coins: 600, bonusCoins: 60, amount: 59_900, label: null },
]

/** What users of the app can buy. The platform's own prices are in rupees: in another currency they would be other prices. */
export function packsOf({ packs, currency }: Pick<Tenant, 'packs' | 'currency'>): Pack[] {
  return (packs ?? (currency === home ? usual : [])).map((pack) => ({ ...pack, currency }))
}

/** Refuses a change of currency alone: 9900 paise are not 9900 cents. */
export async function refusePacksIn(tx: Tx, tenantId: TenantId, currency: string): Promise<void> {
  const tenant = await tenantStore.find(tx, tenantId)
  if (tenant === undefined || tenant.packs === null || tenant.currency === currency) return
  fail('invalid_request', { errors: [{ pointer: '/packs', detail: 'is required with another currency: prices are set in it' }] })
}
