import type { Logger } from '../../base/logger.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { NewTask } from '../../db/tasks.ts'
import { disputesOf, paymentsOf, refundsOf, saveDispute, savePayment, saveRefund } from './payment-store.ts'
import type { Topup, TopupDispute, TopupFacts, TopupPayment, TopupRefund } from './topup-row.ts'

/** What hosts are told when the case is closed, with the top-up as it is then. */
export type Happening =
  | { readonly type: 'topup.pending' | 'topup.paid' | 'topup.failed' | 'topup.expired' | 'topup.disputed' | 'topup.dispute_resolved' }
  | { readonly type: 'topup.refunded' | 'topup.refund_failed'; readonly refundId: string }
  | { readonly type: 'topup.parked'; readonly paymentId: string }

/** A top-up in one transaction that holds its row: all that is known of it, and what has come of that so far. */
export interface TopupCase extends TopupFacts {
  readonly tx: Tx
  readonly tenantId: TenantId
  readonly now: Date
  readonly logger: Logger
  topup: Topup
  payments: TopupPayment[]
  refunds: TopupRefund[]
  disputes: TopupDispute[]
  readonly happenings: Happening[]
  readonly tasks: NewTask[]
}

/** `topup` is the row as `lockTopup` gave it. */
export async function openCase(
  tx: Tx,
  tenantId: TenantId,
  topup: Topup,
  { logger, now }: { logger: Logger; now: Date },
): Promise<TopupCase> {
  const [payments, refunds, disputes] = await Promise.all([
    paymentsOf(tx, tenantId, topup.id),
    refundsOf(tx, tenantId, topup.id),
    disputesOf(tx, tenantId, topup.id),
  ])
  return { tx, tenantId, now, logger, topup, payments, refunds, disputes, happenings: [], tasks: [] }
}

const withOne = <Item extends { readonly id: string }>(items: readonly Item[], one: Item): Item[] =>
  items.some(({ id }) => id === one.id) ? items.map((item) => (item.id === one.id ? one : item)) : [...items, one]

/** False when the payment is another top-up's. */
export async function putPayment(open: TopupCase, payment: TopupPayment): Promise<boolean> {
  if (!(await savePayment(open.tx, open.tenantId, open.topup, payment, open.now))) {
    open.logger.error('a payment was told of two top-ups', { topupId: open.topup.id })
    return false
  }
  open.payments = withOne(open.payments, payment)
  return true
}

export async function putRefund(open: TopupCase, refund: TopupRefund): Promise<void> {
  await saveRefund(open.tx, open.tenantId, open.topup, refund, open.now)
  open.refunds = withOne(open.refunds, refund)
}

export async function putDispute(open: TopupCase, dispute: TopupDispute): Promise<void> {
  await saveDispute(open.tx, open.tenantId, open.topup, dispute, open.now)
  open.disputes = withOne(open.disputes, dispute)
}
