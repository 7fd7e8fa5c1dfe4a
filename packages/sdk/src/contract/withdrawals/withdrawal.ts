import * as z from 'zod'
import { coinCount, time } from '../shapes.ts'

/**
 * requested: the coins are held; the payee is being checked, or somebody has to approve. approved: it will be paid. processing: it has been
 * sent, or is being sent, and only the bank knows. paid: the money has arrived. rejected, canceled, failed: the coins are back; a payout that
 * the bank returns after it was paid is `failed` too.
 */
export const withdrawalStatus = z.enum(['requested', 'approved', 'processing', 'paid', 'rejected', 'failed', 'canceled'])

/**
 * What an open withdrawal waits for. payee_check: the bank tells whose account it is. review: somebody has to approve it. cooling: the payee
 * is new; it is sent at `sendAfter`. payment: it is about to be sent, or to be paid by hand. bank: the bank is confirming, which can take up
 * to three working days.
 */
export const withdrawalWaits = z.enum(['payee_check', 'review', 'cooling', 'payment', 'bank'])

/** Why it came to nothing, in our words, and what the user can do about it. */
export const withdrawalReason = z.enum([
  /** The bank knows no such account or UPI id: give another. */
  'payee_invalid',
  /** It is somebody else’s: only one’s own account is paid. */
  'payee_name_mismatch',
  /** Closed, frozen, or not taking payments: ask the bank, or give another. */
  'payee_blocked',
  /** The bank takes no more now: ask for less, or later. */
  'bank_limit',
  /** The bank was not there: try again. */
  'bank_unavailable',
  /** The money came back from the bank. */
  'returned_by_bank',
  /** The user is no longer verified. */
  'kyc_lost',
  /** The app refused it. */
  'rejected_by_app',
  'canceled_by_user',
  'canceled_by_app',
  'other',
])

/** Where the money goes; the account itself is never shown again. */
export const payee = z.object({
  id: z.string(),
  type: z.enum(['upi', 'bank']),
  /** Such as `as…@upi` or `HDFC ••6789`. */
  display: z.string(),
  /** What the bank said of the name there, compared with the verified one. */
  nameCheck: z.enum(['pending', 'match', 'review', 'mismatch', 'invalid']),
  /** Since when it is known: a new one waits before the first payment. */
  createdAt: time,
})

/** The account itself, and of whom the bank says that it is; null: it has not said. */
export const payeeInFull = z.discriminatedUnion('type', [
  z.object({ type: z.literal('upi'), vpa: z.string(), registeredName: z.string().nullable() }),
  z.object({
    type: z.literal('bank'),
    ifsc: z.string(),
    accountNumber: z.string(),
    /** As the user gave it. */
    name: z.string(),
    registeredName: z.string().nullable(),
  }),
])

export const withdrawalLines = {
  /** What the coins are worth, in the currency’s smallest unit, before fee and tax. */
  amount: z.int(),
  /** The app’s fee. */
  fee: z.int(),
  /** Tax deducted at source. */
  tax: z.int(),
  /** What is paid: amount − fee − tax. */
  netAmount: z.int(),
  currency: z.string(),
}

/** A withdrawal, to whoever may see it: in answers and events alike. */
export const withdrawal = z.object({
  id: z.string(),
  /** The host’s id of the user who withdraws. */
  userId: z.string(),
  status: withdrawalStatus,
  waitingFor: withdrawalWaits.nullable(),
  /** Null while it goes well. */
  reason: withdrawalReason.nullable(),
  coins: coinCount,
  ...withdrawalLines,
  /** By which rule tax was deducted; null: none was. */
  taxRule: z.string().nullable(),
  /** razorpayx: sent by the platform. hand: paid by the app’s own people. */
  method: z.enum(['razorpayx', 'hand']),
  payee,
  /** Not sent before. */
  sendAfter: time,
  /** The bank’s own number of the payment, to look for it there. */
  bankReference: z.string().nullable(),
  createdAt: time,
  approvedAt: time.nullable(),
  /** When it was given to the bank. */
  sentAt: time.nullable(),
  paidAt: time.nullable(),
  /** When it came to nothing, and the coins came back. */
  endedAt: time.nullable(),
})
