import { after } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Task } from '../../db/tasks.ts'
import type { TaskOutcome } from '../../jobs/runner.ts'
import { checksOf } from './evidence-store.ts'
import { kycTasks, type KycDeps } from './kyc-deps.ts'
import { moveSubmission, rulesFor } from './move-submission.ts'
import { openCase } from './open-case.ts'
import { presentNews } from './present-kyc.ts'
import { findProfile } from './profile-store.ts'
import { destroySecrets } from './secret-store.ts'
import { isOpen } from './submission-lifecycle.ts'
import { saveSubmission } from './submission-store.ts'

/**
 * Task `kyc.give-up`: nobody has answered for so long that a reviewer has to. A submission that has been decided, or is before a reviewer
 * already, finds no arrow.
 */
export async function giveUp(deps: KycDeps, { tenantId, subject }: Task): Promise<void> {
  const rules = await rulesFor(deps, tenantId)
  await deps.db.transact(tenantId, async (tx) => {
    const open = await openCase(tx, tenantId, subject, deps.clock.now())
    if (open !== undefined)
      await moveSubmission(deps, open, { event: 'silent', actor: 'platform', reviewReasons: ['provider_silent'] }, rules)
  })
}

/** Task `kyc.expire`: the verification of a user has run out, unless it was renewed meanwhile. */
export async function expireVerification(deps: KycDeps, { tenantId, subject: userId }: Task): Promise<TaskOutcome> {
  const rules = await rulesFor(deps, tenantId)
  return deps.db.transact(tenantId, async (tx) => {
    const now = deps.clock.now()
    const known = await findProfile(tx, tenantId, userId)
    const verifiedId = known?.verifiedId ?? undefined
    const open = verifiedId === undefined ? undefined : await openCase(tx, tenantId, verifiedId, now)
    const expiresAt = open?.profile.expiresAt ?? undefined
    if (open === undefined || expiresAt === undefined || open.profile.verifiedId !== open.submission.id) return undefined
    if (expiresAt > now) return { again: expiresAt }
    await moveSubmission(deps, open, { event: 'expired', actor: 'platform' }, rules)
    return undefined
  })
}

/** A provider that tells again and again that it is done, and has no answer when asked, would be asked, and paid, without end. */
const mostHints = 5

/**
 * A provider has told that it is done: it is asked now instead of when its time comes. What told so is not proven, so it is believed a few times
 * only; after that it is asked by the schedule.
 */
export async function askAgain(
  { db, tasks, clock }: Pick<KycDeps, 'db' | 'tasks' | 'clock'>,
  tenantId: TenantId,
  id: string,
): Promise<void> {
  await db.transact(tenantId, async (tx) => {
    const putOff = (await checksOf(tx, tenantId, id)).filter(({ outcome }) => outcome === 'pending')
    if (putOff.length <= mostHints) await tasks.add(tx, tenantId, [kycTasks.check(id)], clock.now())
  })
}

const day = 86_400_000

/**
 * Task `kyc.forget`: a submission has been kept for as long as the app says. What the user is verified by stays while they are; of the rest
 * number, name and birth date are destroyed, and the decision stays. Done twice, the second finds nothing.
 */
export async function forgetOld(deps: KycDeps, { tenantId, subject }: Task): Promise<TaskOutcome> {
  const { keepDays } = await rulesFor(deps, tenantId)
  return deps.db.transact(tenantId, async (tx) => {
    const now = deps.clock.now()
    const open = await openCase(tx, tenantId, subject, now)
    if (open === undefined || open.submission.stage === 'erased') return undefined
    const { profile, submission } = open
    const isNeeded = isOpen(submission.stage) || [profile.verifiedId, profile.panId].includes(submission.id)
    const keptUntil = after(submission.stageSince, keepDays * day)
    if (isNeeded || keptUntil > now) return { again: keptUntil > now ? keptUntil : after(now, 30 * day) }
    await destroySecrets(tx, tenantId, submission.id, ['number', 'person', 'found'])
    await saveSubmission(tx, tenantId, { ...submission, numberMasked: null, fingerprint: null })
    const details = { submissionId: submission.id, userId: submission.userId }
    await audit(tx, tenantId, 'platform', { action: 'kyc.forgotten', subject: submission.id, reason: 'its time was over', details }, now)
    return undefined
  })
}

/**
 * Task `kyc.announce`: tells the user's open pages, and the app's servers, how the user stands. It reads when it runs, so a repeated or late
 * one tells nothing untrue; a crash between the commit and the telling loses nothing.
 */
export async function announceKyc({ db, news }: KycDeps, { tenantId, subject: userId }: Task): Promise<void> {
  const profile = await db.transact(tenantId, (tx) => findProfile(tx, tenantId, userId))
  if (profile === undefined) return
  const told = presentNews(profile)
  await news.toUser(tenantId, userId, 'kyc.updated', told)
  await news.toApp(tenantId, 'kyc.updated', told)
}
