import type { TenantId } from '../../base/tenant.ts'
import type { Vault } from '../../base/vault.ts'
import type { Tx } from '../../db/connect.ts'
import type { SecretKind, Submission } from './submission-row.ts'

type Owner = Pick<Submission, 'id' | 'userId'>

/** Ties what is sealed to its place: moved into another row it does not open. */
const boundTo = (tenantId: TenantId, { id, userId }: Owner, kind: SecretKind): string[] => ['kyc', String(tenantId), userId, id, kind, '1']

export async function sealSecret(
  tx: Tx,
  vault: Vault,
  tenantId: TenantId,
  owner: Owner,
  secret: { readonly kind: SecretKind; readonly plain: string },
  now: Date,
): Promise<void> {
  const { cipher, key, keyVersion } = vault.seal(Buffer.from(secret.plain), boundTo(tenantId, owner, secret.kind))
  await tx.query(
    `insert into kyc_secrets (tenant_id, submission_id, kind, cipher, wrapped_key, key_version, created_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, submission_id, kind) do update
     set cipher = excluded.cipher, wrapped_key = excluded.wrapped_key, key_version = excluded.key_version, created_at = excluded.created_at`,
    [tenantId, owner.id, secret.kind, cipher, key, keyVersion, now],
  )
}

interface Row {
  readonly kind: SecretKind
  readonly cipher: Buffer
  readonly wrapped_key: Buffer
  readonly key_version: number
}

/** What is sealed of a submission, opened; what has been destroyed is not there. */
export async function openSecrets(
  tx: Tx,
  vault: Vault,
  tenantId: TenantId,
  owner: Owner,
  kinds: readonly SecretKind[],
): Promise<Partial<Record<SecretKind, string>>> {
  const rows = await tx.query<Row>(
    'select kind, cipher, wrapped_key, key_version from kyc_secrets where tenant_id = $1 and submission_id = $2 and kind = any($3)',
    [tenantId, owner.id, kinds],
  )
  return Object.fromEntries(
    rows.map(({ kind, cipher, wrapped_key: key, key_version: keyVersion }) => [
      kind,
      vault.open({ cipher, key, keyVersion }, boundTo(tenantId, owner, kind)).toString(),
    ]),
  )
}

/** The row is the only place where its key is: with it the thing is gone. */
export async function destroySecrets(tx: Tx, tenantId: TenantId, submissionId: string, kinds: readonly SecretKind[]): Promise<void> {
  await tx.query('delete from kyc_secrets where tenant_id = $1 and submission_id = $2 and kind = any($3)', [tenantId, submissionId, kinds])
}

interface Wrapped {
  readonly tenant_id: number
  readonly submission_id: string
  readonly kind: SecretKind
  readonly wrapped_key: Buffer
  readonly key_version: number
}

/** Wraps keys anew that an older master key wraps, so many at once; answers how many there were. For the rotation, above all tenants. */
export async function rewrapSecrets(tx: Tx, vault: Vault, limit: number): Promise<number> {
  const rows = await tx.query<Wrapped>(
    `select tenant_id, submission_id, kind, wrapped_key, key_version from kyc_secrets where key_version < $1
     order by key_version limit $2 for update skip locked`,
    [vault.keyVersion, limit],
  )
  for (const row of rows) {
    const { key, keyVersion } = vault.rewrap({ key: row.wrapped_key, keyVersion: row.key_version })
    tx.write('update kyc_secrets set wrapped_key = $4, key_version = $5 where tenant_id = $1 and submission_id = $2 and kind = $3', [
      row.tenant_id,
      row.submission_id,
      row.kind,
      key,
      keyVersion,
    ])
  }
  return rows.length
}
