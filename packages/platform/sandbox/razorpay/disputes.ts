import type { Dispute, DisputePhase, DisputeStatus, Payment } from './entities.ts'
import { tell } from './events.ts'
import { newId } from './id.ts'
import type { World } from './world.ts'

const RESPOND_WITHIN_MS = 7 * 24 * 60 * 60_000

/** What a customer or their bank brings forward. */
export interface Complaint {
  /** The whole payment unless told. */
  readonly amount?: number | undefined
  readonly reasonCode?: string | undefined
  readonly phase?: DisputePhase | undefined
}

/** A dispute begins. */
export function openDispute(world: World, payment: Payment, complaint: Complaint, atMs: number): Dispute {
  const dispute: Dispute = {
    id: newId('disp'),
    paymentId: payment.id,
    amount: complaint.amount ?? payment.amount,
    currency: payment.currency,
    reasonCode: complaint.reasonCode ?? 'goods_or_services_not_received_or_partially_received',
    phase: complaint.phase ?? 'chargeback',
    respondByMs: atMs + RESPOND_WITHIN_MS,
    createdAtMs: atMs,
    status: 'open',
    amountDeducted: 0,
    summary: null,
  }
  world.store.disputes.save(dispute.id, dispute)
  tell(world, 'payment.dispute.created', { payment, dispute }, atMs)
  return dispute
}

/** From where to where a dispute may go. */
const after: Readonly<Record<DisputeStatus, readonly DisputeStatus[]>> = {
  open: ['under_review', 'won', 'lost', 'closed'],
  under_review: ['action_required', 'won', 'lost', 'closed'],
  action_required: ['under_review', 'won', 'lost', 'closed'],
  won: [],
  lost: [],
  closed: [],
}

/** The dispute goes on. False if it can't go there. */
export function moveDispute(world: World, dispute: Dispute, status: DisputeStatus, atMs: number): boolean {
  const payment = world.store.payments.all.get(dispute.paymentId)
  if (!payment || !after[dispute.status].includes(status)) return false
  dispute.status = status
  // What is lost is taken from the merchant; a question of the bank costs nothing.
  if (status === 'lost' && dispute.phase !== 'retrieval') dispute.amountDeducted = dispute.amount
  world.store.disputes.save(dispute.id, dispute)
  tell(world, `payment.dispute.${status}`, { payment, dispute }, atMs)
  return true
}
