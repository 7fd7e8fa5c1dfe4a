import type { Scope } from '@impacthub/sdk/contract'
import { tenantId as toTenantId, type TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { KeyKind } from './api-key.ts'

export interface ApiKey {
  readonly id: string
  readonly tenantId: TenantId
  readonly kind: KeyKind
  readonly label: string | null
  readonly prefix: string
  /** Whose idempotency keys count: a rolled key goes on with those of the one before. */
  readonly callerId: string
  readonly scopes: readonly Scope[] | null
  readonly allowedIps: readonly string[] | null
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  readonly lastUsedAt: Date | null
}

interface Row {
  id: string
  tenant_id: number
  kind: KeyKind
  label: string | null
  prefix: string
  caller_id: string
  scopes: Scope[] | null
  allowed_ips: string[] | null
  created_at: Date
  expires_at: Date | null
  revoked_at: Date | null
  last_used_at: Date | null
}

const read = (row: Row): ApiKey => ({
  id: row.id,
  tenantId: toTenantId(row.tenant_id),
  kind: row.kind,
  label: row.label,
  prefix: row.prefix,
  callerId: row.caller_id,
  scopes: row.scopes,
  allowedIps: row.allowed_ips,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  lastUsedAt: row.last_used_at,
})

export type NewApiKey = Omit<ApiKey, 'tenantId' | 'revokedAt' | 'lastUsedAt'> & { readonly hash: Buffer }

export const keyStore = {
  async insert(tx: Tx, tenantId: TenantId, key: NewApiKey): Promise<ApiKey> {
    const [row] = await tx.query<Row>(
      `insert into api_keys (id, tenant_id, kind, label, prefix, hash, caller_id, scopes, allowed_ips, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning *`,
      [key.id, tenantId, key.kind, key.label, key.prefix, key.hash, key.callerId, key.scopes, key.allowedIps, key.createdAt, key.expiresAt],
    )
    if (row === undefined) throw new Error('the key was not inserted')
    return read(row)
  },

  /** Any tenant's: the credential says whose it is. */
  async findByHash(tx: Tx, hash: Buffer): Promise<ApiKey | undefined> {
    const [row] = await tx.query<Row>('select * from api_keys where hash = $1', [hash])
    return row && read(row)
  },

  async find(tx: Tx, tenantId: TenantId, id: string): Promise<ApiKey | undefined> {
    const [row] = await tx.query<Row>('select * from api_keys where tenant_id = $1 and id = $2', [tenantId, id])
    return row && read(row)
  },

  async lock(tx: Tx, tenantId: TenantId, id: string): Promise<ApiKey | undefined> {
    const [row] = await tx.query<Row>('select * from api_keys where tenant_id = $1 and id = $2 for update', [tenantId, id])
    return row && read(row)
  },

  async list(tx: Tx, tenantId: TenantId, page: { limit: number; before: string | undefined }): Promise<ApiKey[]> {
    const rows = await tx.query<Row>(
      'select * from api_keys where tenant_id = $1 and ($2::text is null or id < $2) order by id desc limit $3',
      [tenantId, page.before ?? null, page.limit],
    )
    return rows.map(read)
  },

  async revoke(tx: Tx, tenantId: TenantId, id: string, now: Date): Promise<void> {
    await tx.query('update api_keys set revoked_at = coalesce(revoked_at, $3) where tenant_id = $1 and id = $2', [tenantId, id, now])
  },

  async expire(tx: Tx, tenantId: TenantId, id: string, at: Date): Promise<void> {
    await tx.query('update api_keys set expires_at = least(coalesce(expires_at, $3), $3) where tenant_id = $1 and id = $2', [
      tenantId,
      id,
      at,
    ])
  },

  /** To the minute is enough, and spares a write a request. */
  async used(tx: Tx, tenantId: TenantId, id: string, now: Date): Promise<void> {
    await tx.query(
      "update api_keys set last_used_at = $3::timestamptz where tenant_id = $1 and id = $2 and (last_used_at is null or last_used_at < $3::timestamptz - interval '1 minute')",
      [tenantId, id, now],
    )
  },
}
