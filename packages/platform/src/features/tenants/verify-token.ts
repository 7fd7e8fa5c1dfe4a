import { errors, decodeJwt, decodeProtectedHeader, importJWK, jwtVerify, type JWK } from 'jose'
import type { Clock } from '../../base/clock.ts'
import type { Tenant } from './tenant-store.ts'
import { tokenAudience, tokenIssuer, tokenType, type PublicKey } from './signing-keys.ts'

const kidPattern = /^[A-Za-z0-9_-]{1,64}$/
const appPattern = /^app_[0-9a-z]{26}$/
// The contract's form of a user's id: what cannot be one is not looked for.
const userPattern = /^[^\p{C}\p{Z}]{1,128}$/u
const leewaySeconds = 30
const longestSeconds = 3_600

export interface TokenClaims {
  readonly hostUserId: string
  readonly issuedAt: Date
  readonly expiresAt: Date
}

/** What a token says of itself before it is believed: only good for finding the tenant whose keys can prove it. */
export function claimedTenant(token: string): { appId: string; mode: 'test' | 'live'; kid: string } | undefined {
  if (token.length > 4_096) return undefined
  try {
    const header = decodeProtectedHeader(token)
    // Keys and their places are ours to know; a header that brings its own is not one of ours.
    if (['jku', 'jwk', 'x5u', 'x5c', 'crit'].some((name) => name in header)) return undefined
    const { app, mode } = decodeJwt<{ app?: unknown; mode?: unknown }>(token)
    if (typeof header.kid !== 'string' || !kidPattern.test(header.kid)) return undefined
    if (typeof app !== 'string' || !appPattern.test(app) || (mode !== 'test' && mode !== 'live')) return undefined
    return { appId: app, mode, kid: header.kid }
  } catch {
    return undefined
  }
}

/**
 * Checks a user token against the tenant's own record of the key: ours, or one that the host registered. Algorithm and key come from
 * the record, never from the header (ASVS 9.1). undefined: not valid. 'expired': it was, and its time is over.
 */
export async function verifyToken(
  token: string,
  kid: string,
  tenant: Tenant,
  ours: readonly PublicKey[],
  clock: Clock,
): Promise<TokenClaims | 'expired' | undefined> {
  const own = ours.find((key) => key.kid === kid)
  const host = own === undefined ? tenant.hostKeys.find((key) => key.kid === kid) : undefined
  const jwk: JWK | undefined = own?.jwk ?? (host === undefined ? undefined : ({ ...host, y: host.y ?? undefined } as JWK))
  if (jwk === undefined) return undefined
  const algorithm = jwk.kty === 'OKP' ? 'EdDSA' : 'ES256'
  try {
    const { payload } = await jwtVerify(token, await importJWK(jwk, algorithm), {
      algorithms: [algorithm],
      typ: tokenType,
      issuer: own === undefined ? tenant.appId : tokenIssuer,
      audience: tokenAudience,
      clockTolerance: leewaySeconds,
      currentDate: clock.now(),
      requiredClaims: ['iss', 'aud', 'sub', 'jti', 'iat', 'nbf', 'exp'],
    })
    const { sub, iat, exp, app, mode } = payload
    if (
      typeof sub !== 'string' ||
      !userPattern.test(sub) ||
      iat === undefined ||
      exp === undefined ||
      app !== tenant.appId ||
      mode !== tenant.mode
    )
      return undefined
    if (exp - iat > longestSeconds || exp <= iat || iat > clock.now().getTime() / 1_000 + leewaySeconds) return undefined
    return { hostUserId: sub, issuedAt: new Date(iat * 1_000), expiresAt: new Date(exp * 1_000) }
  } catch (error) {
    // jose looks at the claims only after the signature has proved them.
    return error instanceof errors.JWTExpired ? 'expired' : undefined
  }
}
