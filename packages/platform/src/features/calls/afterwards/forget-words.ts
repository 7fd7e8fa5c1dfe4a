import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'

/** A person goes, and with them what they wrote about their calls; scores, disputes and decisions stay. */
export async function forgetWords(tx: Tx, tenantId: TenantId, userId: string): Promise<void> {
  const own = (side: string) => `c.tenant_id = $1 and (${side} = 'caller' and c.caller_id = $2 or ${side} = 'callee' and c.callee_id = $2)`
  await tx.query(
    `update call_ratings r set comment = null from calls c
     where r.tenant_id = $1 and r.call_id = c.id and r.comment is not null and ${own('r.by_side')}`,
    [tenantId, userId],
  )
  await tx.query(
    `update disputes d set comment = null from calls c
     where d.tenant_id = $1 and d.call_id = c.id and d.comment is not null and ${own('d.opened_by')}`,
    [tenantId, userId],
  )
}
