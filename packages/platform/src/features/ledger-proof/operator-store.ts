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

/** Ledgers whose coins stand still. */
export async function countFrozen(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ count: number }>('select count(*)::integer as count from tenants where ledger_frozen', [])
  return row?.count ?? 0
}
