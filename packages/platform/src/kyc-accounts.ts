import type { Clock } from './base/clock.ts'
import { karzaHubHeader, type KarzaAccountSettings } from './config/karza-settings.ts'
import type { SignzyAccountSettings } from './config/signzy-settings.ts'
import { introducing } from './embedded/introduce-people.ts'
import type { KycProviders } from './providers/kyc/choose.ts'
import { createKarza } from './providers/kyc/karza/adapter.ts'
import type { Kyc } from './providers/kyc/port.ts'
import { createSignzy } from './providers/kyc/signzy/adapter.ts'

/** Who checks identities in one mode: the usual accounts, and second ones of the other generation. */
export interface KycAccounts {
  readonly karza: KarzaAccountSettings | undefined
  readonly karzaHub: KarzaAccountSettings | undefined
  readonly signzy: SignzyAccountSettings | undefined
  readonly signzyV2: SignzyAccountSettings | undefined
}

type Wrap = (provider: Kyc, baseUrl: string) => Kyc

/** The usual account is also that of its own generation: one adapter, which knows by itself when it is better left alone. */
function providersOf({ karza, karzaHub, signzy, signzyV2 }: KycAccounts, clock: Clock, wrap: Wrap): KycProviders {
  const atKarza = (account: KarzaAccountSettings | undefined) => account && wrap(createKarza({ ...account, clock }), account.baseUrl)
  const atSignzy = (account: SignzyAccountSettings | undefined) => account && wrap(createSignzy({ ...account, clock }), account.baseUrl)
  const usual = { karza: atKarza(karza), signzy: atSignzy(signzy) }
  const isHub = karza?.authHeader === karzaHubHeader
  const isV2 = signzy?.generation === 'v2'
  const hub = isHub ? usual.karza : atKarza(karzaHub)
  const v2 = isV2 ? usual.signzy : atSignzy(signzyV2)
  return {
    karza: usual.karza ?? hub,
    signzy: usual.signzy ?? v2,
    generations: { karza: { api: isHub ? undefined : usual.karza, hub }, signzy: { v2, v3: isV2 ? undefined : usual.signzy } },
  }
}

export const liveKyc = (accounts: KycAccounts, clock: Clock): KycProviders => providersOf(accounts, clock, (provider) => provider)

/** A sandbox's registries are told of people before they are asked about them. */
export const testKyc = (accounts: KycAccounts, clock: Clock): KycProviders => providersOf(accounts, clock, introducing)
