import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import { wasMissed } from '../call-store.ts'

const mostCounted = 100

export interface Missed {
  readonly unseen: number
  readonly seenAt: Date | null
}

/** How many calls the user missed since they last looked. */
export async function missedOf(tx: Tx, tenantId: TenantId, userId: string): Promise<Missed> {
  const [row] = await tx.query<{ unseen: string; seen_at: Date | null }>(
    `select u.missed_seen_at as seen_at, (select count(*) from (
       select from calls c where c.tenant_id = u.tenant_id and c.callee_id = u.id and ${wasMissed}
         and c.ended_at > coalesce(u.missed_seen_at, '-infinity') order by c.id desc limit ${mostCounted}) recent) as unseen
     from users u where u.tenant_id = $1 and u.id = $2`,
    [tenantId, userId],
  )
  return { unseen: Number(row?.unseen ?? 0), seenAt: row?.seen_at ?? null }
}

/** It never goes back: a late request hides nothing that came after a later one. */
export async function seeMissed(tx: Tx, tenantId: TenantId, userId: string, now: Date): Promise<void> {
  await tx.query(
    `update users set missed_seen_at = $3 where tenant_id = $1 and id = $2 and (missed_seen_at is null or missed_seen_at < $3)`,
    [tenantId, userId, now],
  )
}
