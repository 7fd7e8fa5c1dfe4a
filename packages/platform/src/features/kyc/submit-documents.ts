import { after } from '../../base/clock.ts'
import { hideAadhaar } from '../../base/hide-aadhaar.ts'
import { newId } from '../../base/ids.ts'
import { fail } from '../../base/problem.ts'
import type { TenantId, UserActor } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { IdentityKind } from '../../providers/kyc/port.ts'
import type { KycRules } from '../tenants/index.ts'
import { recordEvent } from '../webhooks/index.ts'
import { isAdult } from './decide.ts'
import { insertEvent } from './evidence-store.ts'
import { giveConsent, refuseOtherNotice, type ConsentWish } from './give-consent.ts'
import { checkNumber, maskNumber } from './id-numbers.ts'
import { kycTasks, type KycDeps } from './kyc-deps.ts'
import { moveSubmission, rulesFor } from './move-submission.ts'
import type { KycCase } from './open-case.ts'
import { presentNews, requiredSides } from './present-kyc.ts'
import { profileAfter } from './profile-after.ts'
import { lockProfile, saveProfile } from './profile-store.ts'
import { sealSecret } from './secret-store.ts'
import { whenAllowed } from './submission-allowed.ts'
import type { Profile, Submission } from './submission-row.ts'
import { insertSubmission, openSubmissionOf, submittedSince } from './submission-store.ts'

export interface SubmissionWish {
  readonly documentIds: readonly string[]
  readonly type: IdentityKind
  readonly number: string
  readonly name: string
  readonly dateOfBirth: string
  readonly consent: ConsentWish
}

const hour = 3_600_000
/** A whole Aadhaar number is kept for 72 hours at most, and a little less to be sure; the others while it makes sense to ask. */
const givesUpAfterMs: Readonly<Record<IdentityKind, number>> = { aadhaar: 71 * hour, pan: 7 * 24 * hour, driving_license: 7 * 24 * hour }

const refuse = (pointer: string, detail: string): never => fail('invalid_request', { errors: [{ pointer, detail }] })

/**
 * Takes documents with what they say. The submission, its sealed number and name, the documents that are its evidence from now on, how the
 * user stands, what is told of it, the question to the provider and the Idempotency-Key are one transaction: killed before its commit,
 * nothing was handed in; after it, the question is asked by whoever lives.
 */
export async function submitDocuments(deps: KycDeps, tx: Tx, actor: UserActor, wish: SubmissionWish, ip: string): Promise<Submission> {
  const tenantId = actor.tenant.id
  const now = deps.clock.now()
  const rules = await rulesFor(deps, tenantId)
  const profile = await lockProfile(tx, tenantId, actor.userId, now)
  await refuseUnlessAllowed(tx, tenantId, profile, rules, wish, now)
  const finding = checkNumber(wish.type, wish.number, { bornIn: Number(wish.dateOfBirth.slice(0, 4)), thisYear: now.getUTCFullYear() })
  if (!finding.isRight) return refuse('/number', finding.detail)
  if (new Date(wish.dateOfBirth) > now) refuse('/dateOfBirth', 'must have been')
  if (rules.consentFirst) refuseOtherNotice(wish.consent)
  const { id: consentId } = await giveConsent(deps, tx, actor, wish.consent, ip)
  const submission: Submission = {
    id: newId('kyc', now),
    userId: actor.userId,
    hostUserId: actor.hostUserId,
    type: wish.type,
    stage: 'checking',
    stageSince: now,
    attempt: 1,
    reasons: [],
    reviewReasons: [],
    note: null,
    numberMasked: maskNumber(finding.number),
    isLegacy: finding.isLegacy,
    fingerprint: deps.vault.fingerprint(tenantId, `kyc ${wish.type}`, finding.number),
    consentId,
    provider: null,
    decidedBy: null,
    decidedAt: null,
    createdAt: now,
  }
  await insertSubmission(tx, tenantId, submission)
  await claimDocuments(deps, { tx, tenantId, rules }, submission, wish.documentIds)
  const { dateOfBirth } = wish
  const person = { name: hideAadhaar(wish.name), dateOfBirth }
  await sealSecret(tx, deps.vault, tenantId, submission, { kind: 'person', plain: JSON.stringify(person) }, now)
  const open: KycCase = { tx, tenantId, now, profile, submission }
  await handIn(deps, open, rules)
  if (isAdult(dateOfBirth, now)) {
    await sealSecret(tx, deps.vault, tenantId, submission, { kind: 'number', plain: finding.number }, now)
    const giveUp = kycTasks.giveUp(submission.id, after(now, givesUpAfterMs[wish.type]))
    await deps.tasks.add(tx, tenantId, [kycTasks.check(submission.id), giveUp], now)
  } else {
    // Nobody is asked about a child.
    await moveSubmission(deps, open, { event: 'failed', actor: 'platform', reasons: ['under_age'] }, rules)
  }
  return open.submission
}

async function refuseUnlessAllowed(
  tx: Tx,
  tenantId: TenantId,
  profile: Profile,
  rules: KycRules,
  { type }: SubmissionWish,
  now: Date,
): Promise<void> {
  if (!rules.documents.includes(type)) refuse('/type', `must be one of ${rules.documents.join(', ')}`)
  const isOpen = (await openSubmissionOf(tx, tenantId, profile.userId)) !== undefined
  const lately = await submittedSince(tx, tenantId, profile.userId, after(now, -24 * hour))
  const { code, retryAt } = whenAllowed({ profile, isOpen, lately, rules, now }, type)
  if (code === null) return
  const retryAfterSeconds = code === 'rate_limited' && retryAt !== null ? Math.ceil((retryAt.getTime() - now.getTime()) / 1_000) : undefined
  fail(code, retryAfterSeconds === undefined ? {} : { retryAfterSeconds })
}

async function claimDocuments(
  { documents, clock }: KycDeps,
  { tx, tenantId, rules }: { readonly tx: Tx; readonly tenantId: TenantId; readonly rules: KycRules },
  submission: Submission,
  documentIds: readonly string[],
): Promise<void> {
  const claimed = await documents.claim(tx, tenantId, submission.userId, documentIds, submission.id, clock.now())
  if (claimed.some(({ type }) => type !== submission.type)) refuse('/documentIds', 'must all be of the type')
  if (new Set(claimed.map(({ side }) => side)).size < claimed.length) refuse('/documentIds', 'must name each side once')
  const isWhole = claimed.some(({ side, isPdf }) => side === 'front' && isPdf)
  const missing = requiredSides(submission.type, rules).find((side) => !claimed.some((one) => one.side === side) && !isWhole)
  if (missing !== undefined)
    fail('document_side_missing', { errors: [{ pointer: '/documentIds', detail: `must name the ${missing}, too` }] })
}

/** From here on the user is pending, unless they are verified already. */
async function handIn({ tasks }: KycDeps, open: KycCase, rules: KycRules): Promise<void> {
  const { tx, tenantId, now, submission } = open
  const profile = (open.profile = { ...profileAfter(open.profile, submission, rules.validDays, now), updatedAt: now })
  await saveProfile(tx, tenantId, profile, now)
  await insertEvent(tx, tenantId, submission.id, {
    at: now,
    event: 'submitted',
    from: null,
    to: submission.stage,
    actor: submission.userId,
    reviewer: null,
    attempt: submission.attempt,
    reasons: [],
    note: null,
  })
  await recordEvent(tx, tenantId, { type: 'kyc.submitted', objectId: profile.userId, data: presentNews(profile) }, now)
  await tasks.add(tx, tenantId, [kycTasks.announce(profile.userId)], now)
}
