import { after } from '../../base/clock.ts'
import { everyTenant, tenantId } from '../../base/tenant.ts'
import type { TenantDeps } from './index.ts'
import { rotateSigningKeys } from './signing-keys.ts'

const signsForMs = 30 * 24 * 3_600_000

/** Moves tenants on whose key has signed for 30 days. No request fails by it: the next key has been published all the while. */
export async function rotateDueKeys({
  db,
  clock,
  masterKey,
  directory,
}: Pick<TenantDeps, 'db' | 'clock' | 'masterKey' | 'directory'>): Promise<void> {
  const due = await db.transact(everyTenant, (tx) =>
    tx.query<{ tenant_id: number }>(
      "select tenant_id from signing_keys where status = 'current' and created_at < $1 order by tenant_id limit 1000",
      [after(clock.now(), -signsForMs)],
    ),
  )
  for (const row of due) {
    const id = tenantId(row.tenant_id)
    await db.transact(id, (tx) => rotateSigningKeys(tx, id, masterKey, clock.now()))
    await directory.changed(id)
  }
}
