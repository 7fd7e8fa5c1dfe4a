import { describe } from '../describe.ts'
import { withdrawalPaths, withdrawalReadPaths, withdrawalServerPaths } from './paths.ts'

/** Earned coins turned into money by the user who is signed in. */
export const withdrawalRoutes = describe(withdrawalPaths, {
  create: {
    summary: 'Ask for earned coins to be paid out: the coins are held at once',
    success: 201,
    idempotency: 'required',
    isPrivate: true,
    access: { user: true },
  },
  terms: { summary: 'What can be withdrawn now, at what rate, to whom, and what so many coins would come to', access: { user: true } },
})

export const withdrawalReadRoutes = describe(withdrawalReadPaths, {
  list: { summary: 'Withdrawals, newest first', access: { user: true, secret: 'withdrawals:read' } },
  statement: {
    summary: 'A user’s withdrawals of one financial year (April to March in India), with fees and tax',
    access: { user: true, secret: 'withdrawals:read' },
  },
  get: { summary: 'One withdrawal', access: { user: true, secret: 'withdrawals:read' } },
  cancel: {
    summary: 'Take a withdrawal back that has not been sent; its coins return',
    idempotency: 'required',
    isPrivate: true,
    access: { user: true, secret: 'withdrawals:write' },
  },
})

export const withdrawalServerRoutes = describe(withdrawalServerPaths, {
  approve: {
    summary: 'Let a withdrawal be paid that waits for somebody to look at it',
    idempotency: 'required',
    isPrivate: true,
    access: { secret: 'withdrawals:write' },
  },
  reject: {
    summary: 'Refuse a withdrawal; its coins return',
    idempotency: 'required',
    isPrivate: true,
    access: { secret: 'withdrawals:write' },
  },
  payee: {
    summary: 'Whom it is paid to, in full: for whoever pays by hand, or looks at a name. It is put on record',
    access: { secret: 'withdrawals:write' },
  },
  markPaid: {
    summary: 'Say that an approved withdrawal was paid by hand; nothing is sent for it any more',
    idempotency: 'required',
    isPrivate: true,
    access: { secret: 'withdrawals:write' },
  },
  settle: {
    summary: 'Write down the bank’s word: how one that hangs there ended, or that one which people wrote down as paid was not',
    idempotency: 'required',
    isPrivate: true,
    access: { secret: 'withdrawals:write' },
  },
})
