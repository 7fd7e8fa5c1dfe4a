import * as z from 'zod'
import { coinCount, time, userId } from '../shapes.ts'
import { withdrawalLines, withdrawalStatus } from './withdrawal.ts'

/** What a user withdrew in a financial year, for their tax return. Each withdrawal belongs to the day on which it was asked for, in India. */
export const withdrawalStatement = z.object({
  userId,
  /** Begins on 1 April of it, Indian time. */
  year: z.int(),
  /** Such as `2026-27`. */
  label: z.string(),
  from: time,
  to: time,
  /** The last four characters of the PAN; null: none is known. */
  panLastFour: z.string().nullable(),
  /** Of what was paid, for each currency; none: nothing was. */
  totals: z.array(z.object({ count: z.int(), coins: coinCount, ...withdrawalLines })),
  /** Oldest first, those that are still open too; what came to nothing is left out. At most 1,000. */
  lines: z.array(
    z.object({
      id: z.string(),
      status: withdrawalStatus,
      coins: coinCount,
      ...withdrawalLines,
      taxRule: z.string().nullable(),
      payee: z.string(),
      bankReference: z.string().nullable(),
      createdAt: time,
      paidAt: time.nullable(),
    }),
  ),
})
