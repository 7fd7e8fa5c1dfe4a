import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { coins, id, listOf, page, text, userId } from '../shapes.ts'
import type { withdrawalReadRoutes, withdrawalRoutes, withdrawalServerRoutes } from './routes.ts'
import { withdrawalStatement } from './statement.ts'
import { withdrawalTerms } from './terms.ts'
import { payeeInFull, withdrawal, withdrawalStatus } from './withdrawal.ts'

const byWithdrawalId = z.strictObject({ withdrawalId: id('wdr') })

const upi = z.strictObject({
  type: z.literal('upi'),
  /** Such as `asha@okbank`. */
  vpa: z
    .string()
    .max(100)
    .transform((value) => value.trim().toLowerCase())
    .pipe(z.string().regex(/^[a-z0-9][a-z0-9._-]{1,63}@[a-z][a-z0-9]{1,31}$/, 'must be a UPI id, like asha@okbank')),
})

const bankAccount = z.strictObject({
  type: z.literal('bank'),
  ifsc: z
    .string()
    .max(20)
    .transform((value) => value.trim().toUpperCase())
    .pipe(z.string().regex(/^[A-Z]{4}0[A-Z0-9]{6}$/, 'must be an IFSC of 11 characters, like HDFC0000001')),
  accountNumber: z
    .string()
    .max(40)
    .transform((value) => value.replaceAll(/[\s-]/g, ''))
    .pipe(z.string().regex(/^[0-9]{9,18}$/, 'must be an account number of 9 to 18 digits')),
  /** Of the account’s holder, as the bank knows them. */
  name: text(100, 2),
})

/** One that was given before: see the terms. */
const known = z.strictObject({ type: z.literal('saved'), payeeId: id('pay') })

export const withdrawalSchemas = {
  create: {
    body: z.strictObject({ coins, payee: z.discriminatedUnion('type', [upi, bankAccount, known]) }),
    answer: withdrawal,
  },
  terms: {
    query: z.strictObject({ coins: z.coerce.number<number>().int().min(1).max(1_000_000_000).optional() }),
    answer: withdrawalTerms,
  },
} satisfies SchemasFor<typeof withdrawalRoutes>

export const withdrawalReadSchemas = {
  list: {
    query: z.strictObject({
      ...page,
      /** With a secret key only: withdrawals of this user. */
      userId: userId.optional(),
      status: withdrawalStatus.optional(),
      /** With a secret key only, true: those that wait for somebody to approve them. */
      review: z.enum(['true', 'false']).optional(),
    }),
    answer: listOf(withdrawal),
  },
  statement: {
    query: z.strictObject({
      /** The financial year that begins in April of it. */
      year: z.coerce.number<number>().int().min(2020).max(2100),
      /** With a secret key, whose statement it is. */
      userId: userId.optional(),
    }),
    answer: withdrawalStatement,
  },
  get: { params: byWithdrawalId, answer: withdrawal },
  cancel: { params: byWithdrawalId, answer: withdrawal },
} satisfies SchemasFor<typeof withdrawalReadRoutes>

const note = text(200)
const bankReference = z.string().regex(/^[A-Za-z0-9/._-]{4,40}$/, 'must be 4 to 40 letters, digits, /, ., _ or -')

export const withdrawalServerSchemas = {
  approve: { params: byWithdrawalId, body: z.strictObject({ note: note.optional() }), answer: withdrawal },
  reject: {
    params: byWithdrawalId,
    body: z.strictObject({
      /** For the record; the user is not shown it. */
      reason: note,
    }),
    answer: withdrawal,
  },
  payee: {
    params: byWithdrawalId,
    query: z.strictObject({
      /** Why somebody has to see it: for the record. */
      reason: note,
    }),
    answer: payeeInFull,
  },
  markPaid: {
    params: byWithdrawalId,
    body: z.strictObject({
      /** The bank’s number of the payment. */
      bankReference,
      note: note.optional(),
      /** Why it was paid although the user is no longer verified, or owes coins: for the record. Without it such a withdrawal is refused. */
      overrideReason: text(200, 3).optional(),
    }),
    answer: withdrawal,
  },
  settle: {
    params: byWithdrawalId,
    body: z.strictObject({
      /**
       * paid: the money has arrived. failed: the bank will not pay it, or has returned it; the coins come back. What stands as paid can
       * become failed only where people alone said so, never where the payment provider says that the bank has paid, or may still pay.
       */
      outcome: z.enum(['paid', 'failed']),
      /** Of the payment, or of the bank’s or the provider’s answer. */
      bankReference,
      /** Who of the bank said so, and when: for the record. */
      reason: text(200, 3),
    }),
    answer: withdrawal,
  },
} satisfies SchemasFor<typeof withdrawalServerRoutes>
