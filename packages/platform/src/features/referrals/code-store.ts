import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

/** Whose code it is, by both their ids; undefined: nobody's, or of somebody who has gone. */
export async function ownerOfCode(
  tx: Tx,
  tenantId: TenantId,
  code: string,
): Promise<{ readonly id: string; readonly hostId: string } | undefined> {
  const [row] = await tx.query<{ id: string; host_id: string }>(
    'select id, host_id from users where tenant_id = $1 and referral_code = $2 and deleted_at is null',
    [tenantId, code],
  )
  return row && { id: row.id, hostId: row.host_id }
}
