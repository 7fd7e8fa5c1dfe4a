import * as z from 'zod'
import { coinCount, time } from '../shapes.ts'

export const disputeReason = z.enum(['not_connected', 'bad_sound', 'cut_off', 'wrong_charge', 'not_as_described', 'abuse', 'other'])
export const disputeStatus = z.enum(['open', 'refunded', 'rejected'])

export const dispute = z.object({
  id: z.string(),
  callId: z.string(),
  openedBy: z.enum(['caller', 'callee', 'platform']),
  reason: disputeReason,
  comment: z.string().nullable(),
  status: disputeStatus,
  /** What was given back; null while it is open, and when it was rejected. */
  refundedCoins: coinCount.nullable(),
  openedAt: time,
  resolvedAt: time.nullable(),
})
