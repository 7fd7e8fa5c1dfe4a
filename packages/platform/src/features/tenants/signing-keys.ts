import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose'
import { after, type Clock } from '../../base/clock.ts'
import type { TenantId, TenantRef } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { seal, unseal } from './seal.ts'

/** Longest life of a token, with the leeway: so long a previous key stays published. */
const maxTokenMs = (3_600 + 60) * 1_000

export const tokenType = 'ihc-user+jwt'
export const tokenAudience = 'impacthub-connect'
export const tokenIssuer = 'impacthub-connect'

interface Row {
  kid: string
  status: 'next' | 'current' | 'previous'
  public_jwk: JWK
  private_sealed: Buffer
}

export interface PublicKey {
  readonly kid: string
  readonly jwk: JWK
}

const about = (tenantId: TenantId, kid: string) => `signing-key:${tenantId}:${kid}`

async function insert(tx: Tx, tenantId: TenantId, masterKey: Buffer, status: 'next' | 'current', now: Date): Promise<string> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  const kid = randomBytes(12).toString('base64url')
  const publicJwk = { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'EdDSA' }
  const sealed = seal(masterKey, about(tenantId, kid), JSON.stringify(await exportJWK(privateKey)))
  await tx.query(
    'insert into signing_keys (kid, tenant_id, status, public_jwk, private_sealed, created_at) values ($1, $2, $3, $4, $5, $6)',
    [kid, tenantId, status, JSON.stringify(publicJwk), sealed, now],
  )
  return kid
}

/** The first two keys of a new tenant: one that signs, one published ahead. */
export async function makeSigningKeys(tx: Tx, tenantId: TenantId, masterKey: Buffer, now: Date): Promise<void> {
  await insert(tx, tenantId, masterKey, 'current', now)
  await insert(tx, tenantId, masterKey, 'next', now)
}

/** next becomes current, current stays published until its last token has ended, and a new next is published ahead of its use. */
export async function rotateSigningKeys(
  tx: Tx,
  tenantId: TenantId,
  masterKey: Buffer,
  now: Date,
): Promise<{ kid: string; nextKid: string }> {
  await tx.query('select kid from signing_keys where tenant_id = $1 order by kid for update', [tenantId])
  await tx.query('delete from signing_keys where tenant_id = $1 and retires_at < $2', [tenantId, now])
  await tx.query("update signing_keys set status = 'previous', retires_at = $2 where tenant_id = $1 and status = 'current'", [
    tenantId,
    after(now, maxTokenMs),
  ])
  const [current] = await tx.query<{ kid: string }>(
    "update signing_keys set status = 'current' where tenant_id = $1 and status = 'next' returning kid",
    [tenantId],
  )
  if (current === undefined) throw new Error('the tenant has no next signing key')
  return { kid: current.kid, nextKid: await insert(tx, tenantId, masterKey, 'next', now) }
}

export async function publicKeys(tx: Tx, tenantId: TenantId, now: Date): Promise<PublicKey[]> {
  const rows = await tx.query<Row>(
    'select kid, status, public_jwk from signing_keys where tenant_id = $1 and (retires_at is null or retires_at > $2) order by kid',
    [tenantId, now],
  )
  return rows.map((row) => ({ kid: row.kid, jwk: row.public_jwk }))
}

// Importing a private key costs more than signing with it.
const imported = new Map<string, CryptoKey | Uint8Array>()

export interface TokenWish {
  readonly hostUserId: string
  readonly ttlSeconds: number
  /** Tokens from before are void, so this one is dated from then on. */
  readonly validFrom: Date | null
}

/** Signs a user token with the tenant's current key. */
export async function mintToken(tx: Tx, tenant: TenantRef, masterKey: Buffer, clock: Clock, token: TokenWish) {
  const [row] = await tx.query<Row>("select kid, private_sealed from signing_keys where tenant_id = $1 and status = 'current'", [tenant.id])
  if (row === undefined) throw new Error('the tenant has no signing key')
  let key = imported.get(row.kid)
  if (key === undefined) {
    key = await importJWK(JSON.parse(unseal(masterKey, about(tenant.id, row.kid), row.private_sealed)) as JWK, 'EdDSA')
    if (imported.size > 1_000) imported.clear()
    imported.set(row.kid, key)
  }
  const issuedAt = Math.max(Math.floor(clock.now().getTime() / 1_000), Math.ceil((token.validFrom?.getTime() ?? 0) / 1_000))
  const expiresAt = issuedAt + token.ttlSeconds
  const text = await new SignJWT({ app: tenant.appId, mode: tenant.mode })
    .setProtectedHeader({ alg: 'EdDSA', typ: tokenType, kid: row.kid })
    .setIssuer(tokenIssuer)
    .setAudience(tokenAudience)
    .setSubject(token.hostUserId)
    .setJti(randomBytes(12).toString('base64url'))
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(key)
  return { token: text, expiresAt: new Date(expiresAt * 1_000) }
}
