import * as z from 'zod'
import type { Mode } from '../base/tenant.ts'

/** One account at Signzy. */
export interface SignzyAccountSettings {
  /** Of v3 `https://api.signzy.app`, of v2 `https://signzy.tech`. */
  readonly baseUrl: string
  /** Where pictures are put for it to read. */
  readonly persistUrl: string
  readonly generation: 'v2' | 'v3'
  readonly credentials: { readonly token: string } | { readonly username: string; readonly password: string }
  /** The e-mail address by which some accounts are known besides. */
  readonly clientId?: string | undefined
}

const secret = z.string().min(8).max(4_096)
const word = z.string().min(1).max(200)
const generation = z.enum(['v2', 'v3'])

/** Test mode's account and, with `LIVE_` in their names, live mode's: a token, or a name and a password. */
export const signzyFields = (url: z.ZodType<string, string>) => ({
  SIGNZY_BASE_URL: url.optional(),
  /** Default: what belongs to the host; the same address where that is not Signzy's own. */
  SIGNZY_PERSIST_URL: url.optional(),
  /** Default: v2 at signzy.tech, else v3. */
  SIGNZY_API_VERSION: generation.optional(),
  SIGNZY_TOKEN: secret.optional(),
  SIGNZY_USERNAME: word.optional(),
  SIGNZY_PASSWORD: secret.optional(),
  SIGNZY_CLIENT_ID: word.optional(),
  SIGNZY_LIVE_BASE_URL: url.default('https://api.signzy.app'),
  SIGNZY_LIVE_PERSIST_URL: url.optional(),
  SIGNZY_LIVE_API_VERSION: generation.optional(),
  SIGNZY_LIVE_TOKEN: secret.optional(),
  SIGNZY_LIVE_USERNAME: word.optional(),
  SIGNZY_LIVE_PASSWORD: secret.optional(),
  SIGNZY_LIVE_CLIENT_ID: word.optional(),
  /** A second account, of the older generation, for apps that choose it. */
  SIGNZY_V2_BASE_URL: url.optional(),
  SIGNZY_V2_USERNAME: word.optional(),
  SIGNZY_V2_PASSWORD: secret.optional(),
  SIGNZY_V2_CLIENT_ID: word.optional(),
  SIGNZY_LIVE_V2_BASE_URL: url.default('https://signzy.tech'),
  SIGNZY_LIVE_V2_USERNAME: word.optional(),
  SIGNZY_LIVE_V2_PASSWORD: secret.optional(),
  SIGNZY_LIVE_V2_CLIENT_ID: word.optional(),
})

type Given = Readonly<z.output<z.ZodObject<ReturnType<typeof signzyFields>>>>

/** A name without its password is a slip. */
export const signzyTogether = [
  ['SIGNZY_USERNAME', 'SIGNZY_PASSWORD'],
  ['SIGNZY_LIVE_USERNAME', 'SIGNZY_LIVE_PASSWORD'],
  ['SIGNZY_V2_USERNAME', 'SIGNZY_V2_PASSWORD'],
  ['SIGNZY_LIVE_V2_USERNAME', 'SIGNZY_LIVE_V2_PASSWORD'],
] as const

const isOld = (host: string): boolean => /(?:^|\.)signzy\.tech$/.test(host)

const generationFor = (baseUrl: string): 'v2' | 'v3' => (isOld(new URL(baseUrl).hostname) ? 'v2' : 'v3')

/** Signzy's own hosts keep pictures at another one, each kind of host its own; everywhere else one address serves both. */
function persistFor(baseUrl: string): string {
  const { hostname } = new URL(baseUrl)
  if (!isOld(hostname) && !/(?:^|\.)signzy\.app$/.test(hostname)) return baseUrl
  return /preproduction/.test(hostname) ? 'https://preproduction-persist.signzy.tech' : 'https://persist.signzy.tech'
}

function credentialsOf(token: string | undefined, username: string | undefined, password: string | undefined) {
  if (username !== undefined && password !== undefined) return { username, password }
  return token === undefined ? undefined : { token }
}

/** Test mode's account, when it is not our sandbox; given in part, the rest is the sandbox's. */
export function signzyTestOf(given: Given): Partial<SignzyAccountSettings> {
  const baseUrl = given.SIGNZY_BASE_URL
  const found = {
    baseUrl,
    persistUrl: given.SIGNZY_PERSIST_URL ?? (baseUrl === undefined ? undefined : persistFor(baseUrl)),
    generation: given.SIGNZY_API_VERSION ?? (baseUrl === undefined ? undefined : generationFor(baseUrl)),
    credentials: credentialsOf(given.SIGNZY_TOKEN, given.SIGNZY_USERNAME, given.SIGNZY_PASSWORD),
    clientId: given.SIGNZY_CLIENT_ID,
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

export function signzyLiveOf(given: Given): SignzyAccountSettings | undefined {
  const baseUrl = given.SIGNZY_LIVE_BASE_URL
  const credentials = credentialsOf(given.SIGNZY_LIVE_TOKEN, given.SIGNZY_LIVE_USERNAME, given.SIGNZY_LIVE_PASSWORD)
  if (credentials === undefined) return undefined
  return {
    baseUrl,
    persistUrl: given.SIGNZY_LIVE_PERSIST_URL ?? persistFor(baseUrl),
    generation: given.SIGNZY_LIVE_API_VERSION ?? generationFor(baseUrl),
    credentials,
    clientId: given.SIGNZY_LIVE_CLIENT_ID,
  }
}

/** The second accounts, of the older generation, in test and in live mode. */
export function signzyV2Of(given: Given): { readonly [mode in Mode]: SignzyAccountSettings | undefined } {
  const at = (baseUrl: string | undefined, credentials: SignzyAccountSettings['credentials'] | undefined, clientId: string | undefined) =>
    baseUrl === undefined || credentials === undefined
      ? undefined
      : { baseUrl, persistUrl: persistFor(baseUrl), generation: 'v2' as const, credentials, clientId }
  const test = credentialsOf(undefined, given.SIGNZY_V2_USERNAME, given.SIGNZY_V2_PASSWORD)
  const live = credentialsOf(undefined, given.SIGNZY_LIVE_V2_USERNAME, given.SIGNZY_LIVE_V2_PASSWORD)
  return {
    test: at(given.SIGNZY_V2_BASE_URL, test, given.SIGNZY_V2_CLIENT_ID),
    live: at(given.SIGNZY_LIVE_V2_BASE_URL, live, given.SIGNZY_LIVE_V2_CLIENT_ID),
  }
}
