import type { AnswerOf, allSchemas } from '@impacthub/sdk/contract'
import { hideAadhaar } from '../../base/hide-aadhaar.ts'
import { fail } from '../../base/problem.ts'
import type { SecretActor, TenantId } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Tx } from '../../db/connect.ts'
import { presentCaseDocument } from '../kyc-documents/index.ts'
import { findConsent } from './consent-store.ts'
import { checksOf, eventsOf, type CheckRecord, type EventRecord } from './evidence-store.ts'
import type { KycDeps } from './kyc-deps.ts'
import { readFound, readPerson } from './person.ts'
import { presentSubmission } from './present-kyc.ts'
import { approvalsOf } from './review-submission.ts'
import { openSecrets } from './secret-store.ts'
import { statusOf } from './submission-lifecycle.ts'
import type { Submission } from './submission-row.ts'
import { findSubmission, othersWithNumber, submissionsOf } from './submission-store.ts'

type ShownCase = AnswerOf<(typeof allSchemas)['kyc']['getSubmission']>

export interface CaseWish {
  readonly submissionId: string
  readonly reveal?: boolean | undefined
  readonly reason?: string | undefined
}

/**
 * One case with all its evidence. That somebody looked is on the audit trail before they see it, and so is the reason for which they wanted
 * the number; an Aadhaar number is shown to nobody.
 */
export async function readCase(deps: KycDeps, actor: SecretActor, wish: CaseWish, ip: string): Promise<ShownCase> {
  const { id: tenantId } = actor.tenant
  const reveals = wish.reveal === true
  if (reveals && actor.scopes !== null && !actor.scopes.includes('kyc:reveal'))
    fail('forbidden', { detail: 'This key lacks the scope kyc:reveal.' })
  if (reveals && wish.reason === undefined)
    fail('invalid_request', { errors: [{ pointer: '/query/reason', detail: 'must say why the number is needed' }] })
  return deps.db.transact(tenantId, async (tx) => {
    const submission = (await findSubmission(tx, tenantId, wish.submissionId)) ?? fail('not_found')
    const action = reveals ? 'kyc.revealed' : 'kyc.viewed'
    const reason = wish.reason === undefined ? {} : { reason: hideAadhaar(wish.reason) }
    const details = { submissionId: submission.id, userId: submission.userId }
    await audit(tx, tenantId, actor, { action, subject: submission.id, ...reason, fromIp: ip, details }, deps.clock.now())
    return {
      ...(await evidenceOf(deps, tx, tenantId, submission)),
      number: reveals ? await numberOf(deps, tx, tenantId, submission) : null,
    }
  })
}

async function numberOf({ vault }: KycDeps, tx: Tx, tenantId: TenantId, submission: Submission): Promise<string | null> {
  if (submission.type === 'aadhaar') return null
  return (await openSecrets(tx, vault, tenantId, submission, ['number'])).number ?? null
}

async function evidenceOf(
  { vault, documents }: KycDeps,
  tx: Tx,
  tenantId: TenantId,
  submission: Submission,
): Promise<Omit<ShownCase, 'number'>> {
  const consent = (await findConsent(tx, tenantId, submission.consentId)) ?? fail('not_found')
  const person = await readPerson(tx, vault, tenantId, submission)
  const found = await readFound(tx, vault, tenantId, submission)
  const checks = await checksOf(tx, tenantId, submission.id)
  const shownDocuments = await documents.ofSubmission(tx, tenantId, submission.id)
  const earlier = (await submissionsOf(tx, tenantId, submission.userId)).filter(({ id }) => id !== submission.id)
  const approvals = await approvalsOf(tx, { tenantId, submission })
  return {
    ...presentSubmission(submission),
    name: person?.name ?? null,
    dateOfBirth: person?.dateOfBirth ?? null,
    found: found ?? null,
    nameMatch: checks.findLast(({ counted, nameMatch }) => counted && nameMatch !== null)?.nameMatch ?? null,
    usedBy: (await othersWithNumber(tx, tenantId, submission)).map((other) => ({
      userId: other.hostUserId,
      submissionId: other.id,
      status: statusOf(other.stage),
    })),
    documents: shownDocuments.map(presentCaseDocument),
    consent: { version: consent.version, language: consent.language, givenAt: consent.at.toISOString() },
    checks: checks.map(presentCheck),
    history: (await eventsOf(tx, tenantId, submission.id)).map(presentEvent),
    approvals: approvals.map(({ reviewer, at }) => ({ reviewer, at: at.toISOString() })),
    earlier: earlier.map(({ id, type, stage, createdAt }) => ({ id, type, status: statusOf(stage), createdAt: createdAt.toISOString() })),
  }
}

const presentCheck = (check: CheckRecord): ShownCase['checks'][number] => ({
  provider: check.provider,
  requestId: check.requestId,
  outcome: check.outcome,
  reason: check.reason,
  score: check.score,
  attempt: check.attempt,
  counted: check.counted,
  latencyMs: check.latencyMs,
  at: check.at.toISOString(),
})

const presentEvent = ({ at, event, from, to, actor, reviewer, reasons, note }: EventRecord): ShownCase['history'][number] => ({
  at: at.toISOString(),
  event,
  from,
  to,
  by: actor,
  reviewer,
  reasons: [...reasons],
  note,
})
