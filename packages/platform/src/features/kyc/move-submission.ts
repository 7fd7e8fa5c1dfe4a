import type { WebhookEventType } from '@impacthub/sdk/contract'
import { after } from '../../base/clock.ts'
import { fail } from '../../base/problem.ts'
import { kycRulesOf, type KycRules } from '../tenants/index.ts'
import { recordEvent } from '../webhooks/index.ts'
import { insertEvent } from './evidence-store.ts'
import { kycTasks, type KycDeps } from './kyc-deps.ts'
import type { KycCase } from './open-case.ts'
import { presentNews } from './present-kyc.ts'
import { profileAfter } from './profile-after.ts'
import { saveProfile } from './profile-store.ts'
import { destroySecrets } from './secret-store.ts'
import { advance, type Stage, type SubmissionEvent } from './submission-lifecycle.ts'
import type { Profile, RejectReason, ReviewReason, Submission } from './submission-row.ts'
import { findSubmission, openSubmissionOf, saveSubmission } from './submission-store.ts'

/** What happens to a submission, and by whom. */
export interface Happening {
  readonly event: SubmissionEvent
  /** `key_…`, `usr_…`, or `platform`. */
  readonly actor: string
  /** The person whom the host named. */
  readonly reviewer?: string | undefined
  readonly reasons?: readonly RejectReason[]
  readonly reviewReasons?: readonly ReviewReason[]
  readonly note?: string | undefined
}

type KycEvent = Extract<WebhookEventType, `kyc.${string}`>

/** What hosts hear of it. `second_review` is an affair of the reviewers. */
const told: Readonly<Partial<Record<Stage, KycEvent>>> = {
  review: 'kyc.review_needed',
  verified: 'kyc.verified',
  rejected: 'kyc.rejected',
  expired: 'kyc.expired',
}

const dayMs = 86_400_000

export async function rulesFor({ directory }: Pick<KycDeps, 'directory'>, tenantId: KycCase['tenantId']): Promise<KycRules> {
  return kycRulesOf((await directory.tenant(tenantId)) ?? fail('not_found'))
}

/** What a submission looks like after a step. */
function stepped(submission: Submission, stage: Stage, { event, actor, ...what }: Happening, now: Date): Submission {
  const isDecided = stage === 'verified' || stage === 'rejected'
  return {
    ...submission,
    stage,
    stageSince: now,
    attempt: event === 'reopened' ? submission.attempt + 1 : submission.attempt,
    reasons: stage === 'expired' ? ['expired'] : (what.reasons ?? []),
    reviewReasons: what.reviewReasons ?? submission.reviewReasons,
    note: what.note ?? null,
    decidedBy: isDecided ? (actor === 'platform' ? 'rule' : 'reviewer') : stage === 'expired' ? submission.decidedBy : null,
    decidedAt: isDecided ? now : stage === 'expired' ? submission.decidedAt : null,
  }
}

/**
 * The one way in which a submission changes: along an arrow of the table, with its history, how its user stands, what is told of it, and what
 * follows for withdrawals, in one transaction. False: there is no arrow, and nothing has changed. Killed before the commit, nothing has
 * happened; after it, the tasks that it left are done by whoever lives.
 */
export async function moveSubmission(deps: KycDeps, open: KycCase, what: Happening, rules: KycRules): Promise<boolean> {
  const { tx, tenantId, now, submission: from, profile: before } = open
  const stage = advance(from.stage, what.event)
  if (stage === undefined) return false
  const submission = (open.submission = stepped(from, stage, what, now))
  const stood = profileAfter(before, submission, rules.validDays, now)
  const profile = (open.profile = { ...(await followingOpen(open, before, stood)), updatedAt: now })
  await insertEvent(tx, tenantId, submission.id, {
    at: now,
    event: what.event,
    from: from.stage,
    to: stage,
    actor: what.actor,
    reviewer: what.reviewer ?? null,
    attempt: from.attempt,
    reasons: [...(what.reasons ?? []), ...(what.reviewReasons ?? [])],
    note: what.note ?? null,
  })
  await saveSubmission(tx, tenantId, submission)
  await saveProfile(tx, tenantId, profile, now)
  // Asked no more: the whole number has done its work.
  if (from.stage === 'checking' && submission.type === 'aadhaar') await destroySecrets(tx, tenantId, submission.id, ['number'])
  await tellDocuments(deps, open, rules)
  await tellOthers(deps, open, what.event, rules)
  if (before.status === 'verified' && profile.status !== 'verified') await deps.onKycLost(tx, tenantId, profile.userId, now)
  // After the coins that go back: whoever settles money takes accounts first, and then the tasks of those who hear of it.
  if (submission.fingerprint !== null && isTheirs(submission))
    await deps.onIdentity?.(tx, tenantId, profile.userId, submission.fingerprint, now)
  return true
}

/** The source says that there is such a number, and a rule or a person that it is theirs; or it has been somebody else's before. */
const isTheirs = ({ stage, reasons, reviewReasons }: Submission): boolean =>
  stage === 'verified' || (stage === 'review' && reviewReasons.includes('used_elsewhere')) || reasons.includes('used_elsewhere')

/** Whoever is not verified any more, and has handed in something later that is still looked at, waits for that. */
async function followingOpen({ tx, tenantId, submission }: KycCase, before: Profile, profile: Profile): Promise<Profile> {
  if (before.submissionId === null || before.submissionId === submission.id || profile.verifiedId !== null) return profile
  const id = await openSubmissionOf(tx, tenantId, profile.userId)
  const other = id === undefined || id === submission.id ? undefined : await findSubmission(tx, tenantId, id)
  if (other === undefined) return profile
  return { ...profile, status: 'pending', submissionId: other.id, type: other.type, reasons: [] }
}

async function tellDocuments({ documents }: KycDeps, { tx, tenantId, now, submission }: KycCase, { keepDays }: KycRules): Promise<void> {
  const { id, stage } = submission
  if (stage === 'verified' || stage === 'rejected')
    await documents.decided(tx, tenantId, id, { at: now, keepUntil: after(now, keepDays * dayMs) })
  else if (stage === 'review') await documents.decided(tx, tenantId, id, null)
}

async function tellOthers(
  { tasks }: KycDeps,
  { tx, tenantId, now, profile, submission }: KycCase,
  event: SubmissionEvent,
  { keepDays }: KycRules,
): Promise<void> {
  const type = event === 'reopened' ? 'kyc.reopened' : told[submission.stage]
  if (type !== undefined) await recordEvent(tx, tenantId, { type, objectId: profile.userId, data: presentNews(profile) }, now)
  const { expiresAt } = profile
  const expires = submission.stage === 'verified' && expiresAt !== null ? [kycTasks.expire(profile.userId, expiresAt)] : []
  const forget = submission.decidedAt === null ? [] : [kycTasks.forget(submission.id, after(now, keepDays * dayMs))]
  await tasks.add(tx, tenantId, [kycTasks.announce(profile.userId), ...expires, ...forget], now)
}
