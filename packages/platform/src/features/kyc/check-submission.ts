import { hideAadhaar } from '../../base/hide-aadhaar.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { Task } from '../../db/tasks.ts'
import type { TaskOutcome } from '../../jobs/runner.ts'
import type { CheckInput, CheckPicture, CheckResult } from '../../providers/kyc/port.ts'
import { nextCheck } from './check-schedule.ts'
import { findConsent } from './consent-store.ts'
import { decide, nameMatchOf, type Facts, type Person } from './decide.ts'
import { insertCheck } from './evidence-store.ts'
import type { KycDeps } from './kyc-deps.ts'
import { moveSubmission, rulesFor, type Happening } from './move-submission.ts'
import { openCase, type KycCase } from './open-case.ts'
import { readPerson } from './person.ts'
import { openSecrets, sealSecret } from './secret-store.ts'
import type { Submission } from './submission-row.ts'
import { findSubmission, holdNumber, othersWithNumber } from './submission-store.ts'

interface Question {
  readonly submission: Submission
  readonly number: string
  readonly person: Person
  readonly consent: CheckInput['consent']
}

/**
 * Task `kyc.check`: asks a provider about a submission, and draws the conclusion. Nothing waits for it inside a transaction. Killed between
 * the answer and its commit, nothing has changed, and it is asked again; while nobody can answer the submission stays pending.
 */
export async function checkSubmission(deps: KycDeps, { tenantId, subject }: Task): Promise<TaskOutcome> {
  const question = await deps.db.transact(tenantId, (tx) => readQuestion(deps, tx, tenantId, subject))
  if (question === undefined) return undefined
  const { submission, number, person, consent } = question
  const rules = await rulesFor(deps, tenantId)
  const pictures = submission.type === 'aadhaar' ? await picturesFor(deps, tenantId, submission) : []
  const input: CheckInput = { reference: submission.id, number, ...person, consent, pictures }
  const results = await deps.providers.check(tenantId, submission.type, input, rules)
  const last = results.at(-1)
  if (last !== undefined && last.maskedPictures.length > 0) await keepMasked(deps, tenantId, submission, last.maskedPictures)
  return deps.db.transact(tenantId, (tx) => conclude(deps, tx, tenantId, question, results))
}

/** Undefined: it is asked about no more. */
async function readQuestion({ vault }: KycDeps, tx: Tx, tenantId: TenantId, id: string): Promise<Question | undefined> {
  const submission = await findSubmission(tx, tenantId, id)
  if (submission?.stage !== 'checking') return undefined
  const { number } = await openSecrets(tx, vault, tenantId, submission, ['number'])
  const person = await readPerson(tx, vault, tenantId, submission)
  const consent = await findConsent(tx, tenantId, submission.consentId)
  if (number === undefined || person === undefined || consent === undefined) return undefined
  return { submission, number, person, consent: { text: consent.text, givenAt: consent.at } }
}

/** What a card's provider reads: the first page of each side. */
async function picturesFor({ db, documents }: KycDeps, tenantId: TenantId, { id }: Submission): Promise<CheckPicture[]> {
  const known = await db.transact(tenantId, (tx) => documents.ofSubmission(tx, tenantId, id))
  const inOrder = [...known].sort((one, other) => (one.side === other.side ? 0 : one.side === 'front' ? -1 : 1))
  const read = await Promise.all(
    inOrder.map(async ({ id: documentId, side }) => {
      const [bytes] = await documents.pictures(tenantId, documentId)
      return bytes === undefined ? [] : [{ side, mediaType: 'image/jpeg' as const, bytes }]
    }),
  )
  return read.flat()
}

/** Nobody has decided meanwhile, and it was not taken up anew. */
const isAskedFor = (now: Submission | undefined, asked: Submission): boolean =>
  now !== undefined && now.stage === 'checking' && now.attempt === asked.attempt

/**
 * In the order in which the pictures were sent. Where that is unclear the originals stay until their time is over; so they do when the answer
 * comes too late to count.
 */
async function keepMasked(
  { db, documents, logger }: KycDeps,
  tenantId: TenantId,
  asked: Submission,
  masked: readonly Buffer[],
): Promise<void> {
  const { id } = asked
  const isWanted = async (tx: Tx) => isAskedFor(await findSubmission(tx, tenantId, id), asked)
  const known = await db.transact(tenantId, (tx) => documents.ofSubmission(tx, tenantId, id))
  const inOrder = [...known].sort((one, other) => (one.side === other.side ? 0 : one.side === 'front' ? -1 : 1))
  if (inOrder.length !== masked.length || inOrder.some(({ pages }) => pages !== 1)) return
  for (const [at, document] of inOrder.entries()) {
    const picture = masked[at]
    if (picture === undefined) continue
    // A picture that cannot be read is no reason to lose the answer.
    await documents.replaceWithMasked(tenantId, document.id, [picture], isWanted).catch((error: unknown) => {
      logger.warn('a masked picture could not be kept', { error })
    })
  }
}

async function conclude(
  deps: KycDeps,
  tx: Tx,
  tenantId: TenantId,
  { submission: asked, person }: Question,
  results: readonly CheckResult[],
): Promise<TaskOutcome> {
  const now = deps.clock.now()
  const open = await openCase(tx, tenantId, asked.id, now)
  if (open === undefined) return undefined
  // Otherwise the answer is kept, and changes nothing.
  const counted = isAskedFor(open.submission, asked)
  for (const result of results) {
    const nameMatch = result.state === 'pass' || result.state === 'fail' ? nameMatchOf(result, person.name) : null
    await insertCheck(tx, tenantId, asked, sanitized(result), { attempt: asked.attempt, counted, nameMatch, at: now })
  }
  if (!counted) return undefined
  const last = results.at(-1)
  open.submission = { ...open.submission, provider: last?.provider ?? open.submission.provider }
  const rules = await rulesFor(deps, tenantId)
  if (last === undefined) {
    // Nobody can be asked in this mode.
    await moveSubmission(deps, open, { event: 'silent', actor: 'platform', reviewReasons: ['provider_silent'] }, rules)
    return undefined
  }
  if (last.state === 'retryable' || last.state === 'pending') return { again: nextCheck(open.submission.stageSince, now) }
  await keepFound(deps, open, last)
  const verdict = decide(last, await factsOf(deps, open, person, rules.autoDecide))
  const happening: Happening = { event: verdict.event, actor: 'platform', reasons: verdict.reasons, reviewReasons: verdict.reviewReasons }
  await moveSubmission(deps, open, happening, rules)
  return undefined
}

/** Adapters hide identity numbers; should one fail to, it is not stored for that. */
const sanitized = (result: CheckResult): CheckResult => ({
  ...result,
  providerRequestId: result.providerRequestId === null ? null : hideAadhaar(result.providerRequestId).slice(0, 200),
  providerCode: result.providerCode === null ? null : hideAadhaar(result.providerCode).slice(0, 60),
})

/** What the source says of the number's owner: for the reviewer, and for comparing with payees. */
async function keepFound({ vault }: KycDeps, { tx, tenantId, submission, now }: KycCase, { extracted }: CheckResult): Promise<void> {
  if (extracted.name === null && extracted.dateOfBirth === null) return
  const name = extracted.name === null ? null : hideAadhaar(extracted.name).slice(0, 200)
  const plain = JSON.stringify({ name, dateOfBirth: extracted.dateOfBirth })
  await sealSecret(tx, vault, tenantId, submission, { kind: 'found', plain }, now)
}

async function factsOf({ vault }: KycDeps, open: KycCase, claimed: Person, decidesByRule: boolean): Promise<Facts> {
  const { tx, tenantId, submission, profile, now } = open
  if (submission.fingerprint !== null) await holdNumber(tx, tenantId, submission.fingerprint)
  const others = await othersWithNumber(tx, tenantId, submission)
  const before = profile.verifiedId === null ? undefined : await findSubmission(tx, tenantId, profile.verifiedId)
  const verified = before && (await readPerson(tx, vault, tenantId, before))
  return {
    claimed,
    verified: verified ?? null,
    isLegacy: submission.isLegacy,
    isUsedElsewhere: others.length > 0,
    decidesByRule,
    today: now,
  }
}
