import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

/** A top-up whose money is here. */
export interface KeptTopup {
  /** `top_…` */
  readonly id: string
  readonly paidAt: Date
  /** The payer's bank asks for the money back, and it is not decided yet. */
  readonly isDisputed: boolean
}

/**
 * The user's first top-up, paid by then, of which at least so much has not gone back, in the currency's smallest unit. One that is disputed
 * comes after all others.
 */
export async function keptTopup(
  tx: Tx,
  tenantId: TenantId,
  userId: string,
  { amount, until }: { readonly amount: number; readonly until: Date },
): Promise<KeptTopup | undefined> {
  const [row] = await tx.query<KeptTopup>(
    `select id, paid_at as "paidAt", status = 'disputed' as "isDisputed" from topups
     where tenant_id = $1 and user_id = $2 and paid_at <= $4 and amount - returned_amount >= $3
     order by status = 'disputed', paid_at, id limit 1`,
    [tenantId, userId, amount, until],
  )
  return row
}
