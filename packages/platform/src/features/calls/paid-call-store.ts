import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

/** A call that its caller paid for. */
export interface PaidCall {
  /** `call_…` */
  readonly id: string
  readonly endedAt: Date
}

/** The user's first call of at least so many seconds, over by then, whose charge has not been given back. */
export async function paidCall(
  tx: Tx,
  tenantId: TenantId,
  callerId: string,
  { seconds, until }: { readonly seconds: number; readonly until: Date },
): Promise<PaidCall | undefined> {
  const [row] = await tx.query<PaidCall>(
    `select id, ended_at as "endedAt" from calls
     where tenant_id = $1 and caller_id = $2 and settled and duration_seconds >= $3 and charged_coins > refunded_coins and ended_at <= $4
     order by id limit 1`,
    [tenantId, callerId, seconds, until],
  )
  return row
}
