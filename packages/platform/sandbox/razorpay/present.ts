import type { Json } from '../kit/json.ts'
import type { Dispute, Means, Notes, Order, Payment, Refund } from './entities.ts'

/** Razorpay writes times in seconds. */
export const seconds = (ms: number): number => Math.floor(ms / 1_000)

/** Without notes it says `[]`, as PHP writes an empty array. */
const presentNotes = (notes: Notes): Json => (Object.keys(notes).length === 0 ? [] : notes)

/** An order as the API and webhooks show it. */
export function presentOrder(order: Order): { readonly [name: string]: Json } {
  return {
    id: order.id,
    entity: 'order',
    amount: order.amount,
    amount_paid: order.amountPaid,
    amount_due: order.amount - order.amountPaid,
    currency: order.currency,
    receipt: order.receipt,
    offer_id: null,
    status: order.status,
    attempts: order.attempts,
    notes: presentNotes(order.notes),
    created_at: seconds(order.createdAtMs),
  }
}

/** Numbers that look like those of a bank, the same ones for the same payment. */
function bankNumber(id: string, digits: number): string {
  let number = ''
  for (let at = 0; at < digits; at += 1) number += String(id.charCodeAt(4 + (at % 14)) % 10)
  return number
}

function presentMeans(means: Means, payment: Payment): Record<string, Json> {
  const isPaid = payment.status !== 'created' && payment.status !== 'failed'
  const rrn = isPaid ? bankNumber(payment.id, 12) : null
  const none = { card_id: null, bank: null, wallet: null, vpa: null }
  if (means.method === 'upi') {
    const acquirer = { rrn, upi_transaction_id: isPaid ? `RZPSANDBOX${bankNumber(payment.id, 22)}` : null }
    return { ...none, vpa: means.vpa, upi: { vpa: means.vpa }, acquirer_data: acquirer }
  }
  if (means.method === 'card')
    return { ...none, card_id: means.cardId, acquirer_data: { auth_code: isPaid ? bankNumber(payment.id, 6) : null } }
  return { ...none, bank: means.bank, acquirer_data: { bank_transaction_id: isPaid ? bankNumber(payment.id, 7) : null } }
}

/** The card behind a payment, for those who ask for it. */
export function presentCard({ means }: Payment): Json {
  if (means.method !== 'card') return null
  return {
    id: means.cardId,
    entity: 'card',
    name: '',
    last4: means.last4,
    network: means.network,
    type: 'debit',
    issuer: null,
    international: false,
    emi: false,
    sub_type: 'consumer',
    token_iin: null,
  }
}

const refundStatusOf = ({ amount, amountRefunded }: Payment): string | null =>
  amountRefunded === 0 ? null : amountRefunded < amount ? 'partial' : 'full'

/** A payment as the API and webhooks show it. */
export function presentPayment(payment: Payment): { readonly [name: string]: Json } {
  const { error } = payment
  return {
    id: payment.id,
    entity: 'payment',
    amount: payment.amount,
    currency: payment.currency,
    status: payment.status,
    order_id: payment.orderId,
    invoice_id: null,
    international: false,
    method: payment.means.method,
    amount_refunded: payment.amountRefunded,
    refund_status: refundStatusOf(payment),
    captured: payment.isCaptured,
    description: payment.description,
    ...presentMeans(payment.means, payment),
    email: payment.email,
    contact: payment.contact,
    notes: presentNotes(payment.notes),
    fee: payment.fee,
    tax: payment.tax,
    error_code: error?.code ?? null,
    error_description: error?.description ?? null,
    error_source: error?.source ?? null,
    error_step: error?.step ?? null,
    error_reason: error?.reason ?? null,
    ...(payment.isLate ? { late_authorized: true } : {}),
    created_at: seconds(payment.createdAtMs),
  }
}

/** A refund as the API and webhooks show it. */
export function presentRefund(refund: Refund): { readonly [name: string]: Json } {
  return {
    id: refund.id,
    entity: 'refund',
    amount: refund.amount,
    currency: refund.currency,
    payment_id: refund.paymentId,
    notes: presentNotes(refund.notes),
    receipt: refund.receipt,
    acquirer_data: { rrn: refund.status === 'processed' ? bankNumber(refund.id, 12) : null },
    created_at: seconds(refund.createdAtMs),
    batch_id: null,
    status: refund.status,
    speed_processed: 'normal',
    speed_requested: refund.speed,
  }
}

/** A dispute as the API and webhooks show it. */
export function presentDispute(dispute: Dispute): { readonly [name: string]: Json } {
  const contested = dispute.summary !== null
  return {
    id: dispute.id,
    entity: 'dispute',
    payment_id: dispute.paymentId,
    amount: dispute.amount,
    currency: dispute.currency,
    amount_deducted: dispute.amountDeducted,
    reason_code: dispute.reasonCode,
    respond_by: seconds(dispute.respondByMs),
    status: dispute.status,
    phase: dispute.phase,
    created_at: seconds(dispute.createdAtMs),
    evidence: { amount: contested ? dispute.amount : 0, summary: dispute.summary, submitted_at: null },
  }
}
