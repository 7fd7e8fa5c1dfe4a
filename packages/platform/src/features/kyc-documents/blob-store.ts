import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

/** Written down before they are put: nothing is in the storage that is not here. */
export async function announceBlobs(tx: Tx, tenantId: TenantId, keys: readonly string[], now: Date): Promise<void> {
  const text = "insert into kyc_blobs (key, tenant_id, state, since) select unnest($2::text[]), $1, 'pending', $3"
  await tx.query(text, [tenantId, keys, now])
}

/** False: the sweeper took one of them for forgotten. */
export async function holdBlobs(tx: Tx, tenantId: TenantId, keys: readonly string[], now: Date): Promise<boolean> {
  const text = "update kyc_blobs set state = 'held', since = $3 where tenant_id = $1 and key = any($2) and state = 'pending' returning 1"
  return (await tx.query(text, [tenantId, keys, now])).length === keys.length
}

/** What nobody has held since then is nobody's. */
export async function doomForgotten(tx: Tx, before: Date, now: Date): Promise<void> {
  await tx.query("update kyc_blobs set state = 'doomed', since = $2 where state = 'pending' and since < $1", [before, now])
}

export async function doomedBlobs(tx: Tx, limit: number): Promise<string[]> {
  const rows = await tx.query<{ key: string }>("select key from kyc_blobs where state = 'doomed' order by since limit $1", [limit])
  return rows.map(({ key }) => key)
}

export async function forgetBlobs(tx: Tx, keys: readonly string[]): Promise<void> {
  await tx.query("delete from kyc_blobs where key = any($1) and state = 'doomed'", [keys])
}
