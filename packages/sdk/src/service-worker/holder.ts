import { cacheOfKey, cacheOfPerson, type Person } from './names.ts'

/** Who asks, by what stands in the request. */
export interface Holder {
  /** The cache that is theirs alone. */
  readonly cache: string
  /** A user, not an app's publishable key. */
  readonly isPerson: boolean
  /** The page had no token and says only whose answers it means: nobody else is asked. */
  readonly isStandIn: boolean
}

const claimsOf = (part: string): unknown => {
  const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
  return JSON.parse(new TextDecoder().decode(bytes))
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 128

function cacheFor(token: string): string | undefined {
  try {
    const claims = claimsOf(token.split('.')[1] ?? '')
    const { app, mode, sub } = Object(claims) as Record<string, unknown>
    return isText(app) && isText(mode) && isText(sub) ? cacheOfPerson({ app, mode, sub }) : undefined
  } catch {
    return undefined
  }
}

/**
 * Reads who asks from the credential. Nothing here is trusted or checked: it only tells apart whose answers are whose, on a device whose
 * pages can read all of them anyway. Undefined: nobody whose answers may be kept, such as a secret key, or something that is no token.
 */
export function holderOf(authorization: string | null): Holder | undefined {
  const [, credential = ''] = /^Bearer ([\w.~+/=-]{1,8192})$/.exec(authorization ?? '') ?? []
  if (/^pk_(test|live)_[\w-]+$/.test(credential)) return { cache: cacheOfKey(credential), isPerson: false, isStandIn: false }
  const cache = credential.split('.').length === 3 ? cacheFor(credential) : undefined
  return cache === undefined ? undefined : { cache, isPerson: true, isStandIn: credential.endsWith('.') }
}

const encoded = (value: object): string => {
  const letters = Array.from(new TextEncoder().encode(JSON.stringify(value)), (byte) => String.fromCharCode(byte)).join('')
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * What a page without a network puts in the place of a token: it names the person and is signed by nobody. The worker answers it from what
 * it has kept and lets none out; the platform would refuse it. It lasts a second, so that the next request asks for a real one.
 */
export function standInFor(person: Person, nowMs: number): string {
  const iat = Math.floor(nowMs / 1_000)
  return `${encoded({ alg: 'none', typ: 'ihc-kept' })}.${encoded({ ...person, iat, exp: iat + 1 })}.`
}
