import { describe } from '../describe.ts'
import { disputePaths } from './paths.ts'

/** Disputed calls, for whoever decides them. */
export const disputeRoutes = describe(disputePaths, {
  list: { summary: 'Disputes, newest first', access: { secret: 'disputes:read' } },
  get: { summary: 'One dispute with the call’s evidence', access: { secret: 'disputes:read' } },
  resolve: {
    summary: 'Decide a dispute: refund the caller, or reject it',
    idempotency: 'required',
    isPrivate: true,
    access: { secret: 'disputes:write' },
  },
})
