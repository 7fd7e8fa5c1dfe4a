import type { Logger } from '../../base/logger.ts'
import type { Mode, TenantId } from '../../base/tenant.ts'
import { usualOrder, type CheckInput, type CheckResult, type IdentityKind, type Kyc } from './port.ts'
import type { KycGenerations, KycOrder, KycProviderName } from './port.ts'

/** The providers of one mode, by name: as the platform usually asks them, and for apps that choose, by their generation. */
export type KycProviders = { readonly [name in KycProviderName]?: Kyc | undefined } & {
  readonly generations?: {
    readonly [name in KycProviderName]?: { readonly [which in NonNullable<KycGenerations[name]>]?: Kyc | undefined } | undefined
  }
}

/** What an app says of who is asked. */
export interface KycWishes {
  readonly providers?: KycOrder
  readonly generations?: KycGenerations
}

export interface KycChoice {
  /** Which there are in a mode. */
  namesFor(mode: Mode): readonly KycProviderName[]
  /**
   * Asks a tenant's providers about somebody, one after the other until one has an answer: each result in the order of asking, of which the
   * last one decides. Empty where nobody can be asked about this kind, so that a person must look.
   */
  check(tenantId: TenantId, kind: IdentityKind, input: CheckInput, wishes?: KycWishes): Promise<readonly CheckResult[]>
}

export interface KycChoiceDeps {
  /** Test mode's: sandboxes unless settings say otherwise. */
  readonly test: KycProviders
  readonly live: KycProviders
  modeOf(tenantId: TenantId): Promise<Mode>
  callbackUrl(tenantId: TenantId, reference: string): string
  readonly logger: Logger
}

/** Of which generations there are accounts. */
export const generationsAmong = ({ generations = {} }: KycProviders): Record<KycProviderName, readonly string[]> => ({
  karza: there(generations.karza),
  signzy: there(generations.signzy),
})

const there = (accounts: object = {}): string[] =>
  Object.entries(accounts).flatMap(([name, account]) => (account === undefined ? [] : [name]))

/** As the app wants each asked. */
function chosenOf(
  { karza, signzy, generations = {} }: KycProviders,
  wanted: KycGenerations | undefined,
): Record<KycProviderName, Kyc | undefined> {
  return {
    karza: wanted?.karza ? generations.karza?.[wanted.karza] : karza,
    signzy: wanted?.signzy ? generations.signzy?.[wanted.signzy] : signzy,
  }
}

/** Those who are there, in the app's order; who only reads cards is asked where nobody is there who asks registries. */
function inOrder(providers: Readonly<Record<KycProviderName, Kyc | undefined>>, kind: IdentityKind, order: KycOrder): readonly Kyc[] {
  const wanted = order[kind] ?? usualOrder[kind]
  const there = [...new Set(wanted)].flatMap((name) => providers[name] ?? [])
  const proving = there.filter((one) => one.proves(kind))
  return proving.length > 0 ? proving : there.slice(0, 1)
}

/** Those who are left alone for the moment come last: they answer at once that they are. */
const restingLast = (kind: IdentityKind, some: readonly Kyc[]): readonly Kyc[] => [
  ...some.filter((one) => !one.isResting(kind)),
  ...some.filter((one) => one.isResting(kind)),
]

/** Test mode never reaches a live account, and live mode never a sandbox: there is no fallback from one to the other. */
export function chooseKyc({ test, live, modeOf, callbackUrl, logger }: KycChoiceDeps): KycChoice {
  const among = (mode: Mode): KycProviders => (mode === 'live' ? live : test)
  return {
    namesFor: (mode) => Object.values(chosenOf(among(mode), undefined)).flatMap((one) => one?.name ?? []),
    async check(tenantId, kind, input, { providers: order = usualOrder, generations } = {}) {
      const mode = await modeOf(tenantId)
      const results: CheckResult[] = []
      const whole = { ...input, callbackUrl: callbackUrl(tenantId, input.reference) }
      for (const provider of restingLast(kind, inOrder(chosenOf(among(mode), generations), kind, order))) {
        const result = await provider.startCheck(kind, whole)
        results.push(result)
        const { reason, providerCode: code, latencyMs: durationMs } = result
        const fields = { provider: provider.name, mode, code: code ?? undefined, durationMs }
        // Nothing goes on by itself until somebody has paid, or has set the right key.
        if (reason === 'account_blocked') logger.error('ALARM: the account at an identity provider is blocked or out of credit', fields)
        else if (reason === 'request_refused') logger.error('an identity provider found our question at fault', fields)
        else if (result.state === 'retryable') logger.warn('an identity provider could not be asked', fields)
        if (result.state !== 'retryable') break
      }
      return results
    },
  }
}
