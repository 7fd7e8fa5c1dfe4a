import { describe } from '../describe.ts'
import { afterwardsPaths, refundPaths } from './paths.ts'

/** What can be done about a call that is over. */
export const afterwardsRoutes = describe(afterwardsPaths, {
  missed: { summary: 'How many missed calls the signed-in user has not seen yet', access: { user: true } },
  seeMissed: { summary: 'The signed-in user has seen their missed calls', idempotency: 'optional', access: { user: true } },
  rate: {
    summary: 'Rate a call that was answered, within 7 days; again replaces the own rating',
    idempotency: 'optional',
    isPrivate: true,
    access: { user: true },
  },
  ratings: { summary: 'The ratings of a call: a user sees their own', access: { user: true, secret: 'calls:read' } },
  receipt: { summary: 'What a call lasted and cost, and what was changed afterwards', access: { user: true, secret: 'calls:read' } },
  dispute: {
    summary: 'Dispute a call within 30 days: it is reopened with its evidence',
    success: 201,
    idempotency: 'optional',
    isPrivate: true,
    access: { user: true, secret: 'disputes:write' },
  },
})

export const refundRoutes = describe(refundPaths, {
  refund: {
    summary: 'Give coins of a call’s charge back to the caller',
    success: 201,
    idempotency: 'required',
    access: { secret: 'disputes:write' },
  },
})
