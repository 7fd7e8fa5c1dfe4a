import { newId } from '../../base/ids.ts'
import type { Actor, TenantId, UserActor } from '../../base/tenant.ts'
import { audit, type InnerActor } from '../../db/audit.ts'
import type { Tx } from '../../db/connect.ts'
import { recordEvent } from '../webhooks/index.ts'
import { insertConsent, latestConsent } from './consent-store.ts'
import { insertEvent } from './evidence-store.ts'
import { kycTasks, type KycDeps } from './kyc-deps.ts'
import { presentNews } from './present-kyc.ts'
import { profileErased } from './profile-after.ts'
import { lockProfile, saveProfile } from './profile-store.ts'
import { destroySecrets } from './secret-store.ts'
import { saveSubmission, submissionsToErase } from './submission-store.ts'

/** Who wants it, why, and from where. */
export interface Erasure {
  readonly actor: Actor | InnerActor
  readonly ip?: string
  readonly reason: 'asked_for' | 'consent_withdrawn' | 'user_deleted'
}

const nameOf = (actor: Erasure['actor']): string =>
  typeof actor === 'string' ? actor : actor.kind === 'user' ? actor.userId : actor.kind === 'anyone' ? 'anyone' : actor.keyId

/**
 * Destroys a user's documents, numbers and names; the user is not verified any more. Decisions, consents and the audit trail stay, and name
 * nobody. The keys go in this transaction, and with them everything that they sealed, in every copy; the bytes of pictures follow by a task.
 * Killed before its commit, nothing is gone; done twice, the second finds nothing.
 */
export async function eraseIdentity(deps: KycDeps, tx: Tx, tenantId: TenantId, userId: string, by: Erasure): Promise<void> {
  const now = deps.clock.now()
  const before = await lockProfile(tx, tenantId, userId, now)
  await deps.documents.destroy(tx, tenantId, { userId }, now)
  const submissions = await submissionsToErase(tx, tenantId, userId)
  for (const submission of submissions) {
    await destroySecrets(tx, tenantId, submission.id, ['number', 'person', 'found'])
    await saveSubmission(tx, tenantId, {
      ...submission,
      stage: 'erased',
      stageSince: now,
      numberMasked: null,
      fingerprint: null,
      note: null,
    })
    await insertEvent(tx, tenantId, submission.id, {
      at: now,
      event: 'erased',
      from: submission.stage,
      to: 'erased',
      actor: nameOf(by.actor),
      reviewer: null,
      attempt: submission.attempt,
      reasons: [by.reason],
      note: null,
    })
  }
  deps.onErased?.(tx, tenantId, userId)
  const details = { reason: by.reason, submissions: submissions.length }
  const fromIp = by.ip === undefined ? {} : { fromIp: by.ip }
  await audit(tx, tenantId, by.actor, { action: 'kyc.erased', subject: userId, ...fromIp, details }, now)
  if (before.status === 'not_started' && submissions.length === 0) return
  const profile = { ...profileErased(before), updatedAt: now }
  await saveProfile(tx, tenantId, profile, now)
  await recordEvent(tx, tenantId, { type: 'kyc.erased', objectId: userId, data: presentNews(profile) }, now)
  await deps.tasks.add(tx, tenantId, [kycTasks.announce(userId)], now)
  if (before.status === 'verified') await deps.onKycLost(tx, tenantId, userId, now)
}

/** Takes the user's consent back: nothing is worked on any more that it allowed. Without one nothing happens. */
export async function withdrawConsent(deps: KycDeps, tx: Tx, actor: UserActor, ip: string): Promise<void> {
  const { tenant, userId } = actor
  const now = deps.clock.now()
  await lockProfile(tx, tenant.id, userId, now)
  const latest = await latestConsent(tx, tenant.id, userId)
  if (latest?.kind !== 'given') return
  await insertConsent(tx, tenant.id, userId, { ...latest, id: newId('kcn', now), kind: 'withdrawn', fromIp: ip, at: now })
  await eraseIdentity(deps, tx, tenant.id, userId, { actor, ip, reason: 'consent_withdrawn' })
}
