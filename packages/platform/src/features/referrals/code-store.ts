import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

/** `usr_…` of the one whose code it is; undefined: nobody's, or of somebody who has gone. */
export async function ownerOfCode(tx: Tx, tenantId: TenantId, code: string): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>('select id from users where tenant_id = $1 and referral_code = $2 and deleted_at is null', [
    tenantId,
    code,
  ])
  return row?.id
}
