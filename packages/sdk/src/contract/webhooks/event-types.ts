import type * as z from 'zod'
import type { Call, KycNews, TopupNews, WalletBalances, WithdrawalNews } from '../events.ts'
import type { referral } from '../referrals/referral.ts'
import type { topupPayment, topupRefund } from '../topups/topup.ts'
import type { user } from '../users/schemas.ts'
import type { transaction } from '../wallet/schemas.ts'

/** Every event that a host's server can be told of. */
export const webhookEventTypes = [
  'call.initiated',
  'call.ringing',
  'call.in_progress',
  'call.completed',
  'call.busy',
  'call.no_answer',
  'call.declined',
  'call.canceled',
  'call.failed',
  'call.parked',
  'call.settled',
  'call.missed',
  'call.rated',
  'call.disputed',
  'call.dispute_resolved',
  'call.refunded',
  'wallet.credited',
  'wallet.debited',
  'wallet.reversed',
  'wallet.expired',
  'wallet.collected',
  'topup.created',
  'topup.pending',
  'topup.paid',
  'topup.failed',
  'topup.expired',
  'topup.refunded',
  'topup.refund_failed',
  'topup.disputed',
  'topup.dispute_resolved',
  'topup.parked',
  'withdrawal.requested',
  'withdrawal.review_needed',
  'withdrawal.approved',
  'withdrawal.processing',
  'withdrawal.paid',
  'withdrawal.rejected',
  'withdrawal.failed',
  'withdrawal.canceled',
  'referral.pending',
  'referral.review_needed',
  'referral.rewarded',
  'referral.refused',
  'referral.reversed',
  'referral.expired',
  'kyc.submitted',
  'kyc.review_needed',
  'kyc.verified',
  'kyc.rejected',
  'kyc.reopened',
  'kyc.expired',
  'kyc.erased',
  'user.created',
  'user.updated',
  'user.deleted',
  'number.assigned',
  'number.released',
  'webhook.test',
  'webhook_endpoint.disabled',
] as const

export type WebhookEventType = (typeof webhookEventTypes)[number]

/** What stands before the dot. An endpoint may ask for a whole area (`call.*`), also for those whose events come later. */
export const webhookAreas = [
  'call',
  'wallet',
  'topup',
  'withdrawal',
  'referral',
  'kyc',
  'user',
  'number',
  'webhook',
  'webhook_endpoint',
] as const

/** The call as a server sees it, without the virtual number: no webhook holds a phone number. */
export type CallEventData = Omit<Call, 'number'>

export type UserEventData = Omit<z.output<typeof user>, 'presence' | 'virtualNumber'>

export interface WalletEventData {
  readonly transaction: z.output<typeof transaction>
  /** What the wallet holds after it. */
  readonly wallet: WalletBalances
}

/** A top-up with what went back, or did not. */
export interface TopupRefundEventData {
  readonly topup: TopupNews
  readonly refund: z.output<typeof topupRefund>
}

/** A payment that does not fit its top-up: nothing was credited for it, and a person has to look. */
export interface TopupParkedEventData {
  readonly topup: TopupNews
  readonly payment: z.output<typeof topupPayment>
}

/** A virtual number and its user; the number itself is at `GET /v1/numbers`. */
export interface NumberEventData {
  readonly id: string
  /** Whose it is, or was. */
  readonly userId: string
}

/** A redemption with the reasons of its last decision. */
export type ReferralEventData = z.output<typeof referral>

/** Data of each event by its type. */
export interface WebhookEventData {
  'call.initiated': CallEventData
  'call.ringing': CallEventData
  'call.in_progress': CallEventData
  'call.completed': CallEventData
  'call.busy': CallEventData
  'call.no_answer': CallEventData
  'call.declined': CallEventData
  'call.canceled': CallEventData
  'call.failed': CallEventData
  /** Over for its two people, and not settled yet: something stands in the way. */
  'call.parked': CallEventData
  /** The final charge. */
  'call.settled': CallEventData
  'call.missed': CallEventData
  'call.rated': CallEventData
  'call.disputed': CallEventData
  'call.dispute_resolved': CallEventData
  'call.refunded': CallEventData
  /** Coins given or taken by the host's server, or given by an operator. Recorded for the server only while an enabled endpoint asks for them. */
  'wallet.credited': WalletEventData
  'wallet.debited': WalletEventData
  /** A transaction was taken back: by the host's server, by an operator, or because its money went back. */
  'wallet.reversed': WalletEventData
  /** Bonus coins whose time is over. */
  'wallet.expired': WalletEventData
  /** What the user owed was paid from what they had. */
  'wallet.collected': WalletEventData
  /** Nobody has paid yet. */
  'topup.created': TopupNews
  'topup.pending': TopupNews
  'topup.paid': TopupNews
  'topup.failed': TopupNews
  'topup.expired': TopupNews
  /** The provider has taken a refund, whole or of a part; coins were taken back. */
  'topup.refunded': TopupRefundEventData
  /** The money stays here after all; the coins are back. */
  'topup.refund_failed': TopupRefundEventData
  /** The payer's bank asks for the money back. */
  'topup.disputed': TopupNews
  /** With the status that it has now: `charged_back` when the bank took the money, and the coins were taken back. */
  'topup.dispute_resolved': TopupNews
  'topup.parked': TopupParkedEventData
  /** The coins are held. */
  'withdrawal.requested': WithdrawalNews
  /** Somebody has to approve it: by a rule of the app, or because the payee’s name is not clearly the user’s. */
  'withdrawal.review_needed': WithdrawalNews
  'withdrawal.approved': WithdrawalNews
  /** It is with the bank, and cannot be called back. */
  'withdrawal.processing': WithdrawalNews
  'withdrawal.paid': WithdrawalNews
  'withdrawal.rejected': WithdrawalNews
  /** The money did not arrive, or came back after it had (`returned_by_bank`); the coins are back. */
  'withdrawal.failed': WithdrawalNews
  'withdrawal.canceled': WithdrawalNews
  /** It was accepted, and the coins are to come. */
  'referral.pending': ReferralEventData
  /** Somebody has to decide it, or to look at one that was rewarded. */
  'referral.review_needed': ReferralEventData
  'referral.rewarded': ReferralEventData
  'referral.refused': ReferralEventData
  /** The coins were taken back from both sides. */
  'referral.reversed': ReferralEventData
  /** What the policy asks for did not happen in time. */
  'referral.expired': ReferralEventData
  'kyc.submitted': KycNews
  /** A reviewer has to decide. */
  'kyc.review_needed': KycNews
  'kyc.verified': KycNews
  'kyc.rejected': KycNews
  /** A decision was taken back; the user is not verified meanwhile. */
  'kyc.reopened': KycNews
  'kyc.expired': KycNews
  /** The user's documents, numbers and names were destroyed. */
  'kyc.erased': KycNews
  'user.created': UserEventData
  'user.updated': UserEventData
  'user.deleted': { readonly id: string; readonly userId: string }
  'number.assigned': NumberEventData
  'number.released': NumberEventData
  'webhook.test': { readonly endpointId: string }
  'webhook_endpoint.disabled': { readonly id: string; readonly url: string; readonly reason: 'gone' | 'failing' }
}

/** The body of a webhook. */
export type WebhookEvent = {
  [Type in WebhookEventType]: {
    /** `evt_…`, the same in every delivery of the event: what has been seen can be skipped. */
    readonly id: string
    readonly type: Type
    /** When it happened, RFC 3339. */
    readonly timestamp: string
    /** Counts the events of one object (a call, a user). Deliveries may come in another order: the highest is the latest. */
    readonly sequence: number
    readonly mode: 'test' | 'live'
    readonly data: WebhookEventData[Type]
  }
}[WebhookEventType]
