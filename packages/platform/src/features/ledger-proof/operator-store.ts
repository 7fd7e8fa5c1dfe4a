import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

/** Ours, of the host's id of a user who is not gone. */
export async function userIdOf(tx: Tx, tenantId: TenantId, hostId: string): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>('select id from users where tenant_id = $1 and host_id = $2 and deleted_at is null', [
    tenantId,
    hostId,
  ])
  return row?.id
}

/** Two orders under one key come one after the other: whoever is second waits here, and then finds what the first has done. */
export async function takeTurnUnder(tx: Tx, tenantId: TenantId, key: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($2::text, $1::integer))', [tenantId, key])
}

/** Ledgers whose coins stand still. */
export async function countFrozen(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ count: number }>('select count(*)::integer as count from tenants where ledger_frozen', [])
  return row?.count ?? 0
}
