import * as z from 'zod'
import type { Mode } from '../base/tenant.ts'

/** One account at Karza, or at Perfios' hub. */
export interface KarzaAccountSettings {
  /** Such as `https://api.karza.in` or `https://hub.perfios.com/api/kyc`. */
  readonly baseUrl: string
  readonly apiKey: string
  /** In which header the key goes: `x-karza-key`, at the hub `x-auth-key`. */
  readonly authHeader: string
}

const key = z.string().min(8).max(256)
const header = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{1,63}$/, 'must be the name of a header')

/** Test mode's account and, with `LIVE_` in their names, live mode's. */
export const karzaFields = (url: z.ZodType<string, string>) => ({
  KARZA_BASE_URL: url.optional(),
  KARZA_API_KEY: key.optional(),
  /** Default: what the host wants, `x-auth-key` at Perfios and `x-karza-key` elsewhere. */
  KARZA_AUTH_HEADER: header.optional(),
  KARZA_LIVE_BASE_URL: url.default('https://api.karza.in'),
  KARZA_LIVE_API_KEY: key.optional(),
  KARZA_LIVE_AUTH_HEADER: header.optional(),
  /** A second account, at Perfios' hub, for apps that choose it. */
  KARZA_HUB_BASE_URL: url.optional(),
  KARZA_HUB_API_KEY: key.optional(),
  KARZA_LIVE_HUB_BASE_URL: url.default('https://hub.perfios.com/api/kyc'),
  KARZA_LIVE_HUB_API_KEY: key.optional(),
})

type Given = Readonly<z.output<z.ZodObject<ReturnType<typeof karzaFields>>>>

/** In which header the hub wants its key. */
export const karzaHubHeader = 'x-auth-key'

const headerFor = (baseUrl: string): string => (/(?:^|\.)perfios\.com$/.test(new URL(baseUrl).hostname) ? karzaHubHeader : 'x-karza-key')

/** Test mode's account, when it is not our sandbox; given in part, the rest is the sandbox's. */
export function karzaTestOf(given: Given): Partial<KarzaAccountSettings> {
  const baseUrl = given.KARZA_BASE_URL
  const found = {
    baseUrl,
    apiKey: given.KARZA_API_KEY,
    authHeader: given.KARZA_AUTH_HEADER ?? (baseUrl === undefined ? undefined : headerFor(baseUrl)),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

export function karzaLiveOf(given: Given): KarzaAccountSettings | undefined {
  const { KARZA_LIVE_BASE_URL: baseUrl, KARZA_LIVE_API_KEY: apiKey, KARZA_LIVE_AUTH_HEADER: authHeader } = given
  return apiKey === undefined ? undefined : { baseUrl, apiKey, authHeader: authHeader ?? headerFor(baseUrl) }
}

/** The accounts at the hub, in test and in live mode. */
export function karzaHubsOf(given: Given): { readonly [mode in Mode]: KarzaAccountSettings | undefined } {
  const at = (baseUrl: string | undefined, apiKey: string | undefined) =>
    baseUrl === undefined || apiKey === undefined ? undefined : { baseUrl, apiKey, authHeader: karzaHubHeader }
  return {
    test: at(given.KARZA_HUB_BASE_URL, given.KARZA_HUB_API_KEY),
    live: at(given.KARZA_LIVE_HUB_BASE_URL, given.KARZA_LIVE_HUB_API_KEY),
  }
}
