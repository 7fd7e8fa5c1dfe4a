import type { ProblemCode } from '@impacthub/sdk/contract'
import { after } from '../../base/clock.ts'
import type { IdentityKind } from '../../providers/kyc/port.ts'
import type { KycRules } from '../tenants/index.ts'
import type { Profile } from './submission-row.ts'

/** Pure: whether a user may hand something in. */

export type Allowance =
  | { readonly isAllowed: true; readonly retryAt: null; readonly code: null }
  /** `retryAt` null: it does not depend on time. */
  | {
      readonly isAllowed: false
      readonly retryAt: Date | null
      readonly code: Extract<ProblemCode, 'submission_pending' | 'already_verified' | 'too_many_submissions' | 'rate_limited'>
    }

const yes: Allowance = { isAllowed: true, retryAt: null, code: null }

/** So long before it runs out a verification can be renewed. */
const dayMs = 86_400_000
const renewableMs = 30 * dayMs
/** Each costs money at a provider, and may be a guess at somebody else's identity. */
const mostADay = 5

interface Asked {
  readonly profile: Profile
  /** One of theirs is being looked at. */
  readonly isOpen: boolean
  /** When they handed something in during the last day, the oldest first. */
  readonly lately: readonly Date[]
  readonly rules: Pick<KycRules, 'maxRejections' | 'documents'>
  readonly now: Date
}

/** Without a type: whether any document would be taken. */
export function whenAllowed({ profile, isOpen, lately, rules, now }: Asked, type?: IdentityKind): Allowance {
  if (isOpen) return { isAllowed: false, retryAt: null, code: 'submission_pending' }
  if (profile.rejections >= rules.maxRejections) return { isAllowed: false, retryAt: null, code: 'too_many_submissions' }
  const [oldest] = lately.slice(-mostADay)
  if (oldest !== undefined && lately.length >= mostADay) return { isAllowed: false, retryAt: after(oldest, dayMs), code: 'rate_limited' }
  if (profile.status !== 'verified') return yes
  // Whoever was verified by another document may add their PAN: without it more tax is deducted.
  const addsPan = profile.panId === null && rules.documents.includes('pan') && (type === undefined || type === 'pan')
  if (addsPan) return yes
  const retryAt = profile.expiresAt === null ? null : after(profile.expiresAt, -renewableMs)
  return retryAt !== null && retryAt <= now ? yes : { isAllowed: false, retryAt, code: 'already_verified' }
}
