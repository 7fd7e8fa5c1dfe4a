import type { Mode } from '../../base/tenant.ts'
import type { NumberOffer, NumberType, ProviderName } from '../../providers/telephony/port.ts'
import type { NumberDeps } from './index.ts'
import { asked, providersFor } from './number-providers.ts'

export interface OfferQuery {
  readonly country: string
  readonly type?: NumberType | undefined
  readonly contains?: string | undefined
  readonly provider?: ProviderName | undefined
  readonly limit: number
}

/** What can be bought now, of the provider that suits the country unless one is named. Nothing is kept: a number may be gone a moment later. */
export async function searchNumbers(
  deps: NumberDeps,
  mode: Mode,
  { country, type, contains, provider, limit }: OfferQuery,
): Promise<(NumberOffer & { readonly provider: ProviderName })[]> {
  for (const one of providersFor(deps, mode, { provider, country })) {
    const offers = await asked(one.numbers.search({ country, type, contains, limit }))
    if (offers.length > 0) return offers.map((offer) => ({ provider: one.name, ...offer }))
  }
  return []
}
