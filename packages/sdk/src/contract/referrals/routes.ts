import { describe } from '../describe.ts'
import { referralPaths, referralServerPaths, referralVisitPaths } from './paths.ts'

/** The code of the user who is signed in, and the code that brought them. */
export const referralRoutes = describe(referralPaths, {
  get: { summary: 'The user’s own code, what it has brought, and whether a code can still be entered', access: { user: true } },
  redeem: {
    summary: 'Enter the code of the one who invited the user. Every refusal is the same not_eligible',
    success: 201,
    idempotency: 'required',
    access: { user: true },
  },
})

export const referralVisitRoutes = describe(referralVisitPaths, {
  visit: {
    summary: 'A shared link was opened. The answer is the same whether there is such a code or not',
    success: 204,
    idempotency: 'optional',
    access: { publishable: true, user: true },
  },
})

export const referralServerRoutes = describe(referralServerPaths, {
  list: { summary: 'Redemptions, newest first, refused ones too', access: { secret: 'referrals:read' } },
  get: { summary: 'One redemption with everything that was decided about it, and why', access: { secret: 'referrals:read' } },
  review: {
    summary: 'Decide a redemption that waits for somebody to look at it',
    idempotency: 'required',
    isPrivate: true,
    access: { secret: 'referrals:write' },
  },
  reverse: {
    summary: 'Take the coins of a redemption back from both sides: what is spent is owed',
    idempotency: 'required',
    isPrivate: true,
    access: { secret: 'referrals:write' },
  },
})
