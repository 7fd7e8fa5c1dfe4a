import { fail } from '../../base/problem.ts'
import type { Mode } from '../../base/tenant.ts'
import { ProviderError, type ProviderName, type Telephony } from '../../providers/telephony/port.ts'
import type { NumberDeps } from './index.ts'

/** A provider that cannot be asked is no answer about the number. */
export const unanswered = (error: ProviderError): never => fail('provider_unavailable', { retryAfterSeconds: 5 }, { cause: error })

/** The provider's answer, if it gives one. */
export const asked = <T>(request: Promise<T>): Promise<T> =>
  request.catch((error: unknown) => {
    if (error instanceof ProviderError) return unanswered(error)
    throw error
  })

/** Indian numbers are Exotel's: Twilio has none that may call into India. */
const firstFor = (country: string | null): ProviderName => (country === 'IN' ? 'exotel' : 'twilio')

/** The provider that is named, or all of the mode, the one that suits the country first. Fails where there is none. */
export function providersFor(
  { providers }: Pick<NumberDeps, 'providers'>,
  mode: Mode,
  { provider, country }: { readonly provider: ProviderName | undefined; readonly country: string | null },
): readonly Telephony[] {
  const all = providers(mode).filter(({ name }) => provider === undefined || name === provider)
  if (all.length === 0) fail('provider_unavailable', { detail: `No such telephone provider is configured for ${mode} mode.` })
  const first = firstFor(country)
  return [...all].sort((a, b) => Number(b.name === first) - Number(a.name === first))
}
