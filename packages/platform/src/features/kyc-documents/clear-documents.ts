import { after } from '../../base/clock.ts'
import { everyTenant } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import { doomedBlobs, doomForgotten, forgetBlobs } from './blob-store.ts'
import { destroyLocked, destroyUnmasked } from './change-documents.ts'
import type { DocumentDeps } from './document-deps.ts'
import { lockDocuments } from './document-store.ts'
import { documentsPastTime } from './keep-time-store.ts'
import { deleteExpired } from './upload-store.ts'

const hour = 3_600_000
const day = 24 * hour
const batch = 100

/** An upload is over in two minutes; what is still nobody's an hour later was left behind by a crash. */
const forgottenAfterMs = hour
const waitsForMs = 7 * day
/** UIDAI’s wish and the platform’s promise: no original of an Aadhaar card 72 hours after the decision. An hour is left for the job to come. */
const unmaskedForMs = 71 * hour

/**
 * Deletes the bytes of what was destroyed, and of what a crash left behind. Killed between the storage and the table, it deletes the same
 * bytes once more.
 */
export async function sweepBlobs({ db, storage, clock }: DocumentDeps): Promise<void> {
  const now = clock.now()
  await db.transact(everyTenant, (tx) => doomForgotten(tx, after(now, -forgottenAfterMs), now))
  for (;;) {
    const keys = await db.transact(everyTenant, (tx) => doomedBlobs(tx, batch))
    for (const key of keys) await storage.delete(key)
    await db.transact(everyTenant, (tx) => forgetBlobs(tx, keys))
    if (keys.length < batch) return
  }
}

/** Destroys what nobody handed in, pages of Aadhaar that nobody masked, and what has been kept for as long as the app keeps it. */
async function destroyOld(deps: DocumentDeps): Promise<void> {
  const now = deps.clock.now()
  const limits = { now, waitingSince: after(now, -waitsForMs), unmaskedSince: after(now, -unmaskedForMs) }
  for (;;) {
    const old = await deps.db.transact(everyTenant, (tx) => documentsPastTime(tx, limits, batch))
    for (const { tenantId, id } of old)
      await deps.db.transact(tenantId, async (tx) => {
        const [document] = await lockDocuments(tx, tenantId, [id])
        // Handed in, or its decision taken back, since it was looked for.
        const [due] = await documentsPastTime(tx, limits, 1, id)
        if (document === undefined || due === undefined) return
        const reason = due.isWhole ? 'its time was over' : 'nobody masked it'
        const pages = due.isWhole ? undefined : await destroyUnmasked(deps, tx, tenantId, document, now)
        if (pages === undefined) await destroyLocked(deps, tx, tenantId, [id], now)
        const details = { userId: document.userId, submissionId: document.submissionId, ...(pages === undefined ? {} : { pages }) }
        await audit(tx, tenantId, 'platform', { action: 'kyc.document_destroyed', subject: id, reason, details }, now)
      })
    if (old.length < batch) return
  }
}

export async function clearDocuments(deps: DocumentDeps): Promise<void> {
  while ((await deps.db.transact(everyTenant, (tx) => deleteExpired(tx, deps.clock.now(), batch))) === batch);
  await destroyOld(deps)
  await sweepBlobs(deps)
}
