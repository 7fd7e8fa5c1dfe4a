import type { Notes } from '../entities.ts'

/** Somebody who can be paid. */
export interface Contact {
  readonly id: string
  readonly name: string
  readonly email: string | null
  readonly contact: string | null
  readonly type: string
  readonly referenceId: string | null
  readonly notes: Notes
  readonly createdAtMs: number
}

/** An account, as it is written on a request. */
export type AccountDetails =
  | { readonly type: 'vpa'; readonly address: string }
  | { readonly type: 'bank_account'; readonly name: string; readonly ifsc: string; readonly number: string }

/** Where a contact is paid. */
export interface FundAccount {
  readonly id: string
  readonly contactId: string
  readonly details: AccountDetails
  readonly createdAtMs: number
}

/** A question to the bank whose account this is. */
export interface Validation {
  readonly id: string
  readonly details: AccountDetails
  readonly contactName: string
  readonly referenceId: string | null
  readonly createdAtMs: number
  status: 'created' | 'completed' | 'failed'
  due: { answer?: number }
}

/** Where a payout stands. */
export type PayoutStatus =
  'pending' | 'queued' | 'scheduled' | 'processing' | 'processed' | 'reversed' | 'rejected' | 'cancelled' | 'failed'
/** All of them. */
export const payoutStatuses: readonly PayoutStatus[] = [
  'pending',
  'queued',
  'scheduled',
  'processing',
  'processed',
  'reversed',
  'rejected',
  'cancelled',
  'failed',
]

/** Money on its way out. */
export interface Payout {
  readonly id: string
  readonly fundAccountId: string
  readonly amount: number
  readonly currency: string
  readonly mode: string
  readonly purpose: string
  readonly referenceId: string | null
  readonly narration: string | null
  readonly notes: Notes
  readonly createdAtMs: number
  status: PayoutStatus
  reason: string | null
  utr: string | null
  due: { processed?: number; failed?: number; reversed?: number }
}

/** A payout asked for under its idempotency key. */
export interface PayoutKey {
  readonly content: string
  readonly payoutId: string
}
