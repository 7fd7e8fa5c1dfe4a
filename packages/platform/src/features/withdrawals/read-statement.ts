import type { TenantId } from '../../base/tenant.ts'
import { yearBounds, yearLabel } from './indian-time.ts'
import type { WithdrawalDeps } from './withdrawal-deps.ts'
import type { Withdrawal } from './withdrawal-row.ts'
import { paidBetween, withdrawalsBetween } from './withdrawal-store.ts'

const mostLines = 1_000

/** A user's financial year (`usr_…`, shown under the host's id). */
export async function readStatement(
  deps: WithdrawalDeps,
  tenantId: TenantId,
  { userId, hostUserId, year }: { readonly userId: string; readonly hostUserId: string; readonly year: number },
) {
  const bounds = yearBounds(year)
  return deps.db.transact(tenantId, async (tx) => {
    const { panLastFour } = await deps.standing(tx, tenantId, userId)
    const totals = await paidBetween(tx, tenantId, userId, bounds)
    const lines = await withdrawalsBetween(tx, tenantId, userId, { ...bounds, limit: mostLines })
    return {
      userId: hostUserId,
      year,
      label: yearLabel(year),
      from: bounds.from.toISOString(),
      to: bounds.to.toISOString(),
      panLastFour,
      totals,
      lines: lines.map(presentLine),
    }
  })
}

const presentLine = (one: Withdrawal) => ({
  id: one.id,
  status: one.status,
  coins: one.coins,
  amount: one.amount,
  fee: one.fee,
  tax: one.tax,
  netAmount: one.netAmount,
  currency: one.currency,
  taxRule: one.taxRule,
  payee: one.payee.display,
  bankReference: one.bankReference,
  createdAt: one.createdAt.toISOString(),
  paidAt: one.paidAt?.toISOString() ?? null,
})
