import { hideAadhaar } from '../../base/hide-aadhaar.ts'
import { fail } from '../../base/problem.ts'
import type { SecretActor } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Tx } from '../../db/connect.ts'
import type { KycRules } from '../tenants/index.ts'
import { isAdult } from './decide.ts'
import { eventsOf } from './evidence-store.ts'
import type { KycDeps } from './kyc-deps.ts'
import { moveSubmission, rulesFor, type Happening } from './move-submission.ts'
import { openCase, type KycCase } from './open-case.ts'
import { readFound, readPerson } from './person.ts'
import { advance, isOpen, type SubmissionEvent } from './submission-lifecycle.ts'
import type { RejectReason, Submission } from './submission-row.ts'
import { holdNumber, openSubmissionOf } from './submission-store.ts'

export interface Review {
  readonly submissionId: string
  readonly decision: 'approve' | 'reject' | 'reopen'
  readonly reasons?: readonly RejectReason[] | undefined
  readonly note?: string | undefined
  readonly reviewer?: string | undefined
}

/** Approvals of this time that the submission was taken up; of each person one. */
export async function approvalsOf(
  tx: Tx,
  { tenantId, submission }: Pick<KycCase, 'tenantId' | 'submission'>,
): Promise<{ reviewer: string; at: Date }[]> {
  if (submission.stage !== 'second_review') return []
  const events = await eventsOf(tx, tenantId, submission.id)
  return events
    .filter(({ event, attempt }) => event === 'half_approved' && attempt === submission.attempt)
    .flatMap(({ reviewer, at }) => (reviewer === null ? [] : [{ reviewer, at }]))
}

/**
 * A person decides. The decision, its history, the audit row, what follows for withdrawals and the Idempotency-Key are one transaction:
 * once it is acknowledged nothing is sent any more that stood on a verification that it took back.
 */
export async function reviewSubmission(deps: KycDeps, tx: Tx, actor: SecretActor, wish: Review, ip: string): Promise<Submission> {
  const { id: tenantId } = actor.tenant
  const now = deps.clock.now()
  const rules = await rulesFor(deps, tenantId)
  const hidden = (text: string | undefined) => (text === undefined ? undefined : hideAadhaar(text))
  const [note, reviewer] = [hidden(wish.note), hidden(wish.reviewer)]
  const review = { ...wish, note, reviewer }
  const open = (await openCase(tx, tenantId, review.submissionId, now)) ?? fail('not_found')
  refuseUnlessCurrent(open)
  const event = await eventOf(deps, open, review, rules)
  const happening: Happening = {
    event,
    actor: actor.keyId,
    reviewer,
    note,
    ...(event === 'refused' ? { reasons: review.reasons ?? [] } : {}),
    ...(event === 'reopened' ? { reviewReasons: ['reopened'] as const } : {}),
  }
  const from = open.submission.stage
  if (!(await moveSubmission(deps, open, happening, rules)))
    fail('conflict', { detail: `A submission that is ${from} cannot be ${words[review.decision]}.` })
  const details = { submissionId: open.submission.id, userId: open.profile.userId, decision: review.decision, reviewer: reviewer ?? null }
  await audit(
    tx,
    tenantId,
    actor,
    { action: 'kyc.reviewed', subject: open.submission.id, ...(note === undefined ? {} : { reason: note }), fromIp: ip, details },
    now,
  )
  return open.submission
}

const words = { approve: 'approved', reject: 'rejected', reopen: 're-opened' } as const

/** The user follows their newest submission; an older one counts only while it is what they are verified by. An open one has to be decided. */
function refuseUnlessCurrent({ profile, submission }: KycCase): void {
  if (submission.stage === 'erased') fail('not_found')
  if (isOpen(submission.stage)) return
  if (![profile.submissionId, profile.verifiedId, profile.panId].includes(submission.id))
    fail('conflict', { detail: 'The user has handed in something later, which counts instead.' })
}

async function eventOf(deps: KycDeps, open: KycCase, review: Review, rules: KycRules): Promise<SubmissionEvent> {
  if (review.decision === 'reopen') {
    if (review.reasons !== undefined) refuse('/reasons', 'go with a rejection only')
    if (open.profile.submissionId !== open.submission.id && open.submission.stage !== 'verified')
      fail('conflict', { detail: 'The user has handed in something later, which counts instead.' })
    // One of a user is open at a time.
    if (!isOpen(open.submission.stage) && (await openSubmissionOf(open.tx, open.tenantId, open.profile.userId)) !== undefined)
      fail('conflict', { detail: 'Another submission of the user is open. Decide that one first.' })
    return 'reopened'
  }
  if (review.decision === 'reject') {
    if (review.reasons === undefined || review.reasons.length === 0) refuse('/reasons', 'must tell the user why')
    return 'refused'
  }
  if (review.reasons !== undefined) refuse('/reasons', 'go with a rejection only')
  if (advance(open.submission.stage, 'approved') === undefined) return 'approved'
  await refuseChild(deps, open)
  if (open.submission.fingerprint !== null) await holdNumber(open.tx, open.tenantId, open.submission.fingerprint)
  // Where one has approved already another has to, whatever the app says now.
  return rules.approvals < 2 && open.submission.stage !== 'second_review' ? 'approved' : secondOf(open, review)
}

/** The second of two people approves; the same one twice is one. */
async function secondOf(open: KycCase, { reviewer }: Review): Promise<SubmissionEvent> {
  if (reviewer === undefined) return refuse('/reviewer', 'must say who approves: two people have to')
  if (open.submission.stage !== 'second_review') return 'half_approved'
  const mine = (one: { readonly reviewer: string }): boolean => one.reviewer.toLowerCase() === reviewer.toLowerCase()
  if ((await approvalsOf(open.tx, open)).some(mine)) fail('conflict', { detail: 'This reviewer has approved it; another one has to.' })
  return 'approved'
}

/** No reviewer makes an adult of a child, whoever says so: the user, or the source. */
async function refuseChild({ vault }: KycDeps, { tx, tenantId, submission, now }: KycCase): Promise<void> {
  const said = (await readPerson(tx, vault, tenantId, submission))?.dateOfBirth
  const found = (await readFound(tx, vault, tenantId, submission))?.dateOfBirth ?? undefined
  if (said === undefined || !isAdult(said, now) || (found !== undefined && !isAdult(found, now)))
    fail('conflict', { detail: 'The person is under 18; only a rejection is possible.' })
}

const refuse = (pointer: string, detail: string): never => fail('invalid_request', { errors: [{ pointer, detail }] })
