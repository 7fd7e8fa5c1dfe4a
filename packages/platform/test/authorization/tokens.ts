import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose'

/** A key with which a host signs user tokens itself. */
export interface HostSigner {
  readonly jwk: {
    readonly kid: string
    readonly kty: 'OKP' | 'EC'
    readonly crv: 'Ed25519' | 'P-256'
    readonly x: string
    readonly y?: string
  }
  readonly privateKey: CryptoKey
  readonly alg: 'EdDSA' | 'ES256'
}

export async function hostSigner(kid: string, alg: 'EdDSA' | 'ES256' = 'EdDSA'): Promise<HostSigner> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const { x = '', y } = await exportJWK(publicKey)
  const curve = alg === 'EdDSA' ? ({ kty: 'OKP', crv: 'Ed25519' } as const) : ({ kty: 'EC', crv: 'P-256' } as const)
  return { jwk: { kid, ...curve, x, ...(y === undefined ? {} : { y }) }, privateKey, alg }
}

export interface TokenParts {
  readonly appId: string
  readonly mode?: string
  readonly userId: string
  readonly nowMs: number
  /** Put over the claims of a right token; undefined takes a claim away. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
}

/** A right token but for what `claims` and `header` change. */
export const claimsOf = ({ appId, mode = 'test', userId, nowMs, claims = {} }: TokenParts): JWTPayload => {
  const iat = Math.floor(nowMs / 1_000)
  const all = {
    iss: appId,
    aud: 'impacthub-connect',
    app: appId,
    mode,
    sub: userId,
    jti: randomBytes(8).toString('hex'),
    iat,
    nbf: iat,
    exp: iat + 900,
    ...claims,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

export const signedBy = ({ jwk, privateKey, alg }: HostSigner, parts: TokenParts): Promise<string> =>
  new SignJWT(claimsOf(parts))
    .setProtectedHeader({ alg, typ: 'ihc-user+jwt', kid: jwk.kid, ...parts.header })
    .sign(privateKey, parts.header?.['crit'] === undefined ? {} : { crit: { b64: true } })

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token that says it needs no signature. */
export const unsigned = (kid: string, parts: TokenParts): string =>
  `${encode({ alg: 'none', typ: 'ihc-user+jwt', kid })}.${encode(claimsOf(parts))}.`

/** Signed with the public key taken as a shared secret. */
export const hmacSigned = (kid: string, secret: string, parts: TokenParts): Promise<string> =>
  new SignJWT(claimsOf(parts)).setProtectedHeader({ alg: 'HS256', typ: 'ihc-user+jwt', kid }).sign(Buffer.from(secret.padEnd(32, '0')))

/** The same token with another signature. */
export function forged(token: string): string {
  const at = token.lastIndexOf('.') + 10
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
}
