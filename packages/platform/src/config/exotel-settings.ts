import * as z from 'zod'

/** How calls through Exotel are made; the account decides what is possible. */
export type ExotelPattern = 'connect' | 'flow' | 'legs'

export interface ExotelAccountSettings {
  readonly baseUrl: string
  readonly legsBaseUrl?: string | undefined
  readonly accountSid: string
  readonly apiKey: string
  readonly apiToken: string
  readonly flowId?: string | undefined
  readonly pattern: ExotelPattern
}

const sid = z.string().regex(/^[\w-]{1,64}$/, 'must be letters, digits, _ and -')
const secret = z.string().min(16).max(256)

/** One account's settings, of test mode and, with `LIVE_` in their names, of live mode. */
export const exotelFields = (url: z.ZodType<string, string>) => ({
  EXOTEL_BASE_URL: url.optional(),
  EXOTEL_ACCOUNT_SID: sid.optional(),
  EXOTEL_API_KEY: secret.optional(),
  EXOTEL_API_TOKEN: secret.optional(),
  /** A flow with a Connect applet that asks our incoming address: with it, calls can be refused until the caller answers. */
  EXOTEL_FLOW_ID: sid.optional(),
  /** on: the account is enabled for the Legs API, and each leg is rung, joined and ended by the platform. */
  EXOTEL_LEGS: z.enum(['on', 'off']).optional(),
  EXOTEL_LEGS_BASE_URL: url.optional(),
  EXOTEL_LIVE_BASE_URL: url.default('https://api.in.exotel.com'),
  EXOTEL_LIVE_ACCOUNT_SID: sid.optional(),
  EXOTEL_LIVE_API_KEY: secret.optional(),
  EXOTEL_LIVE_API_TOKEN: secret.optional(),
  EXOTEL_LIVE_FLOW_ID: sid.optional(),
  EXOTEL_LIVE_LEGS: z.enum(['on', 'off']).optional(),
  EXOTEL_LIVE_LEGS_BASE_URL: url.optional(),
})

type Given = Readonly<z.output<z.ZodObject<ReturnType<typeof exotelFields>>>>

/** A credential without the others is a slip. */
export const exotelTogether = [
  ['EXOTEL_LIVE_ACCOUNT_SID', 'EXOTEL_LIVE_API_KEY'],
  ['EXOTEL_LIVE_API_KEY', 'EXOTEL_LIVE_API_TOKEN'],
  ['EXOTEL_LIVE_ACCOUNT_SID', 'EXOTEL_LIVE_API_TOKEN'],
] as const

const patternOf = (legs: string | undefined, flowId: string | undefined): ExotelPattern | undefined =>
  legs === 'on' ? 'legs' : flowId === undefined ? undefined : 'flow'

/** Test mode's account, when it is not our sandbox; given in part, the rest is the sandbox's. */
export function exotelTestOf(given: Given): Partial<ExotelAccountSettings> {
  const found = {
    baseUrl: given.EXOTEL_BASE_URL,
    legsBaseUrl: given.EXOTEL_LEGS_BASE_URL,
    accountSid: given.EXOTEL_ACCOUNT_SID,
    apiKey: given.EXOTEL_API_KEY,
    apiToken: given.EXOTEL_API_TOKEN,
    flowId: given.EXOTEL_FLOW_ID,
    pattern: patternOf(given.EXOTEL_LEGS, given.EXOTEL_FLOW_ID),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

export function exotelLiveOf(given: Given): ExotelAccountSettings | undefined {
  const [accountSid, apiKey, apiToken] = [given.EXOTEL_LIVE_ACCOUNT_SID, given.EXOTEL_LIVE_API_KEY, given.EXOTEL_LIVE_API_TOKEN]
  if (accountSid === undefined || apiKey === undefined || apiToken === undefined) return undefined
  const flowId = given.EXOTEL_LIVE_FLOW_ID
  return {
    baseUrl: given.EXOTEL_LIVE_BASE_URL,
    legsBaseUrl: given.EXOTEL_LIVE_LEGS_BASE_URL ?? 'https://cpaas-api.in.exotel.com',
    accountSid,
    apiKey,
    apiToken,
    flowId,
    pattern: patternOf(given.EXOTEL_LIVE_LEGS, flowId) ?? 'connect',
  }
}
