import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

/** Calls to a number that were not put through, of one day. */
export interface RefusedCalls {
  /** `2026-01-31`, in UTC. */
  readonly day: string
  readonly reason: string
  readonly count: number
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10)

export async function countRefused(tx: Tx, tenantId: TenantId, numberId: string, reason: string, now: Date): Promise<void> {
  await tx.query(
    `insert into refused_calls (tenant_id, number_id, day, reason) values ($1, $2, $3, $4)
     on conflict (tenant_id, number_id, day, reason) do update set count = refused_calls.count + 1`,
    [tenantId, numberId, dayOf(now), reason],
  )
}

/** Newest day first. */
export const refusedCalls = (tx: Tx, tenantId: TenantId, numberId: string, since: Date): Promise<RefusedCalls[]> =>
  tx.query<RefusedCalls>(
    `select to_char(day, 'YYYY-MM-DD') as day, reason, count from refused_calls
     where tenant_id = $1 and number_id = $2 and day >= $3 order by day desc, reason`,
    [tenantId, numberId, dayOf(since)],
  )
