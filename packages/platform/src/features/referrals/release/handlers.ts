import type { TaskHandler } from '../../../jobs/runner.ts'
import type { ReferralDeps } from '../referral-deps.ts'
import { cascade, undoOne } from './cascade.ts'
import { lookAtReferral } from './look-at-referral.ts'

/** What goes on after a code was accepted, and after a referral came to nothing. */
export const releaseHandlers = (deps: ReferralDeps): Readonly<Record<string, TaskHandler>> => ({
  'referral.release': (task) => lookAtReferral(deps, task),
  'referral.cascade': (task) => cascade(deps, task),
  'referral.undo': (task) => undoOne(deps, task),
})
