import * as z from 'zod'

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
})

type Given = Readonly<z.output<z.ZodObject<ReturnType<typeof karzaFields>>>>

const headerFor = (baseUrl: string): string => (/(?:^|\.)perfios\.com$/.test(new URL(baseUrl).hostname) ? 'x-auth-key' : 'x-karza-key')

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
