import { type Collection, openCollection } from '../kit/collection.ts'
import type { Delivery } from '../kit/deliver-later.ts'
import { openStateFile, type StateFile } from '../kit/state-file.ts'
import type { Contact, FundAccount, Payout, PayoutKey, Validation } from './payouts/entities.ts'
import type { Dispute, Order, Payment, Refund, RefundKey, Webhook } from './entities.ts'

/** All that the sandbox remembers. */
export interface Store {
  readonly orders: Collection<Order>
  readonly payments: Collection<Payment>
  readonly refunds: Collection<Refund>
  readonly disputes: Collection<Dispute>
  /** By payment and key. */
  readonly refundKeys: Collection<RefundKey>
  readonly contacts: Collection<Contact>
  readonly fundAccounts: Collection<FundAccount>
  readonly validations: Collection<Validation>
  readonly payouts: Collection<Payout>
  /** By key. */
  readonly payoutKeys: Collection<PayoutKey>
  readonly webhooks: Collection<Webhook>
  /** Events that were not through when the last process ended. */
  readonly unsent: readonly Delivery[]
  /** Each of these oldest first. */
  ordersOf(receipt: string): Order[]
  paymentsOf(orderId: string): Payment[]
  refundsOf(paymentId: string): Refund[]
  saveOrder(order: Order): void
  savePayment(payment: Payment): void
  saveRefund(refund: Refund): void
  saveDelivery(delivery: Delivery, pending: boolean): void
  clear(): void
  close(): void
}

/** Kept of each kind; the oldest go first, but nothing to which something will still happen. */
export const KEPT = 20_000

const noFile: StateFile = { found: new Map(), changed: () => undefined, flush: () => undefined, close: () => undefined }
const always = (): boolean => true
const nothingDue = ({ due }: { due: object }): boolean => Object.keys(due).length === 0

/** Finds items by something they have in common. */
function createIndex<Item extends { readonly id: string }>(items: Collection<Item>, keyOf: (item: Item) => string | null) {
  const ids = new Map<string, string[]>()
  const note = (item: Item): void => {
    const key = keyOf(item)
    if (key === null) return
    const known = ids.get(key)
    if (known === undefined) ids.set(key, [item.id])
    else if (!known.includes(item.id)) known.push(item.id)
  }
  for (const item of items.all.values()) note(item)
  return {
    note,
    find(key: string): Item[] {
      const found = (ids.get(key) ?? []).flatMap((id) => items.all.get(id) ?? [])
      if (found.length === 0) ids.delete(key) // what the collection has forgotten
      return found
    },
    clear: () => ids.clear(),
  }
}

/** Opens the memory of the sandbox, on a file or on nothing. */
export function openStore(path: string | undefined, onError: (error: unknown) => void = () => undefined): Store {
  const file = path === undefined ? noFile : openStateFile(path, onError)
  const orders = openCollection<Order>(file, 'order', { isOver: always, most: KEPT })
  const payments = openCollection<Payment>(file, 'payment', { isOver: nothingDue, most: KEPT })
  const refunds = openCollection<Refund>(file, 'refund', { isOver: nothingDue, most: KEPT })
  const disputes = openCollection<Dispute>(file, 'dispute', { isOver: always, most: KEPT })
  const refundKeys = openCollection<RefundKey>(file, 'refund-key', { isOver: always, most: KEPT })
  const contacts = openCollection<Contact>(file, 'contact', { isOver: always, most: KEPT })
  const fundAccounts = openCollection<FundAccount>(file, 'fund-account', { isOver: always, most: KEPT })
  const validations = openCollection<Validation>(file, 'validation', { isOver: nothingDue, most: KEPT })
  const payouts = openCollection<Payout>(file, 'payout', { isOver: nothingDue, most: KEPT })
  const payoutKeys = openCollection<PayoutKey>(file, 'payout-key', { isOver: always, most: KEPT })
  const webhooks = openCollection<Webhook>(file, 'webhook')
  const unsent = [...openCollection<Delivery>(file, 'callback').all.values()]
  const receipts = createIndex(orders, ({ receipt }) => receipt)
  const attempts = createIndex(payments, ({ orderId }) => orderId)
  const returned = createIndex(refunds, ({ paymentId }) => paymentId)
  return {
    orders,
    payments,
    refunds,
    disputes,
    refundKeys,
    contacts,
    fundAccounts,
    validations,
    payouts,
    payoutKeys,
    webhooks,
    unsent,
    ordersOf: receipts.find,
    paymentsOf: attempts.find,
    refundsOf: returned.find,
    saveOrder(order) {
      orders.save(order.id, order)
      receipts.note(order)
    },
    savePayment(payment) {
      payments.save(payment.id, payment)
      attempts.note(payment)
    },
    saveRefund(refund) {
      refunds.save(refund.id, refund)
      returned.note(refund)
    },
    saveDelivery: (delivery, pending) => file.changed(`callback:${delivery.id}`, () => (pending ? delivery : undefined)),
    clear() {
      for (const records of [orders, payments, refunds, disputes, refundKeys]) records.clear()
      for (const records of [contacts, fundAccounts, validations, payouts, payoutKeys]) records.clear()
      for (const index of [receipts, attempts, returned]) index.clear()
    },
    close: () => file.close(),
  }
}
