import type { AnswerOf, allSchemas } from '@impacthub/sdk/contract'
import { after } from '../../base/clock.ts'
import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { hostUser } from '../tenants/index.ts'
import { latestConsent } from './consent-store.ts'
import type { KycDeps } from './kyc-deps.ts'
import type { ReadPayoutStanding } from './kyc-standing.ts'
import { rulesFor } from './move-submission.ts'
import { readFound, readPerson } from './person.ts'
import { presentStanding } from './present-kyc.ts'
import { findProfile, shareProfile } from './profile-store.ts'
import { findSubmission, hasVerifiedAadhaar, openSubmissionOf, submittedSince } from './submission-store.ts'

type Standing = AnswerOf<(typeof allSchemas)['kyc']['get']>

const dayMs = 86_400_000

/** How somebody stands, and what they may do. */
export async function readStanding(
  deps: KycDeps,
  tenantId: TenantId,
  user: { readonly userId: string; readonly hostUserId: string },
): Promise<Standing> {
  const rules = await rulesFor(deps, tenantId)
  return deps.db.transact(tenantId, async (tx) => {
    const profile = await findProfile(tx, tenantId, user.userId)
    const openId = await openSubmissionOf(tx, tenantId, user.userId)
    const now = deps.clock.now()
    const lately = await submittedSince(tx, tenantId, user.userId, after(now, -dayMs))
    const consent = await latestConsent(tx, tenantId, user.userId)
    return presentStanding(user.hostUserId, { profile, openId, lately, consent }, rules, now)
  })
}

export const knownUser = async (tx: Tx, tenantId: TenantId, hostUserId: string): Promise<string> =>
  (await hostUser(tx, tenantId, hostUserId)) ?? fail('not_found')

/** Whether a provider is still asked about a submission, and may read its pictures. */
export const isBeingRead = async (tx: Tx, tenantId: TenantId, submissionId: string): Promise<boolean> =>
  (await findSubmission(tx, tenantId, submissionId))?.stage === 'checking'

/** See `ReadPayoutStanding`. A verification that has run out counts no more, also before its end has been written down. */
export const payoutStandingBy =
  ({ vault, clock }: Pick<KycDeps, 'vault' | 'clock'>): ReadPayoutStanding =>
  async (tx, tenantId, userId) => {
    const profile = await shareProfile(tx, tenantId, userId)
    if (profile === undefined) return { status: 'not_started', adult: false, name: null, panLastFour: null, hasTaxId: false }
    const { status, verifiedId, expiresAt, isAdult: adult, panLastFour } = profile
    const hasTaxId = panLastFour !== null || (await hasVerifiedAadhaar(tx, tenantId, userId))
    if (status !== 'verified' || verifiedId === null) return { status, adult, name: null, panLastFour, hasTaxId }
    if (expiresAt !== null && expiresAt <= clock.now()) return { status: 'rejected', adult: false, name: null, panLastFour, hasTaxId }
    const owner = { id: verifiedId, userId }
    // As the source writes it, where it has told: banks compare with that.
    const name = (await readFound(tx, vault, tenantId, owner))?.name ?? (await readPerson(tx, vault, tenantId, owner))?.name ?? null
    return { status, adult, name, panLastFour, hasTaxId }
  }
