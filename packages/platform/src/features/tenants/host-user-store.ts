import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

/** `usr_…` of the host's id; undefined when there is no such user. */
export async function hostUser(tx: Tx, tenantId: TenantId, hostId: string): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>('select id from users where tenant_id = $1 and host_id = $2 and deleted_at is null', [
    tenantId,
    hostId,
  ])
  return row?.id
}
