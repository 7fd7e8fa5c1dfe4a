import { ConnectError } from './connect-error.ts'
import type { Credential } from './credential.ts'
import { isObject } from './problem-answer.ts'

/** The user's token with what the live connection needs to know of its life. */
export interface TokenSource extends Credential {
  /** When the token in hand should be replaced, by this machine's clock; Infinity when it does not tell. */
  freshUntil(): number
  readonly replace: (refused: string) => Promise<string>
}

/** How long a token lives, by its own claims: this machine's clock may be wrong, the length of a life is not. NaN when it does not tell. */
function lifetimeMs(token: string): number {
  try {
    const payload = token.split('.')[1] ?? ''
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
    return isObject(claims) ? (Number(claims['exp']) - Number(claims['iat'])) * 1000 : NaN
  } catch {
    return NaN
  }
}

/** Keeps one user token fresh; however many ask, `getToken` runs once at a time. */
export function tokenSource(getToken: () => Promise<string>, marginMs: number): TokenSource {
  let held: string | undefined
  let freshUntil = 0
  let flight: Promise<string> | undefined

  const fetchToken = async (): Promise<string> => {
    try {
      const token: unknown = await getToken()
      if (typeof token !== 'string' || token === '') throw new TypeError('getToken gave no token')
      const lifeMs = lifetimeMs(token)
      freshUntil = Date.now() + (Number.isNaN(lifeMs) ? Infinity : Math.max(lifeMs - marginMs, lifeMs * 0.8))
      held = token
      return token
    } catch (cause) {
      throw new ConnectError('token_unavailable', 'getToken failed', { cause })
    } finally {
      flight = undefined
    }
  }

  const current = (): Promise<string> => (held !== undefined && Date.now() < freshUntil ? Promise.resolve(held) : (flight ??= fetchToken()))

  return {
    current,
    freshUntil: () => freshUntil,
    replace: (refused) => {
      if (held === refused) held = undefined
      return current()
    },
  }
}
