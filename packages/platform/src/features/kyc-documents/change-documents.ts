import { fail } from '../../base/problem.ts'
import type { TenantId, UserActor } from '../../base/tenant.ts'
import { kindByContent } from '../../content/file-kind.ts'
import type { Picture } from '../../content/port.ts'
import type { Tx } from '../../db/connect.ts'
import { documentTasks, type DocumentDeps } from './document-deps.ts'
import type { Document } from './document-row.ts'
import {
  dropPages,
  findDocument,
  holdPages,
  lockAllOf,
  lockDocuments,
  lockUploader,
  markDestroyed,
  pagesOf,
  submitDocuments,
  updateMasked,
} from './document-store.ts'
import { placed, readFile, sealPictures } from './seal-pictures.ts'
import { deleteUploadsOf } from './upload-store.ts'

/** These documents become a submission's evidence: the user's own, complete, and handed in for the first time. */
export async function claimDocuments(
  tx: Tx,
  tenantId: TenantId,
  userId: string,
  ids: readonly string[],
  submissionId: string,
): Promise<Document[]> {
  const documents = await lockDocuments(tx, tenantId, ids)
  if (documents.length !== new Set(ids).size || documents.some((one) => one.userId !== userId))
    fail('not_found', { detail: 'There is no such document of this user.' })
  if (documents.some((one) => one.submissionId !== null || one.destroyedAt !== null))
    fail('conflict', { detail: 'A document was handed in or destroyed already. Upload it anew.' })
  await submitDocuments(tx, tenantId, ids, submissionId)
  return documents.map((one) => ({ ...one, submissionId }))
}

/** These, which the transaction holds: keys, marks, and the bytes by a task. */
export async function destroyLocked(
  { tasks }: Pick<DocumentDeps, 'tasks'>,
  tx: Tx,
  tenantId: TenantId,
  ids: readonly string[],
  now: Date,
): Promise<void> {
  if (ids.length === 0) return
  await dropPages(tx, tenantId, ids, now)
  await markDestroyed(tx, tenantId, ids, now)
  await tasks.add(tx, tenantId, [documentTasks.sweep], now)
}

/** Destroys keys, and with them every copy of the pictures. Killed before the commit, nothing is gone; after it, all is, though bytes that nobody can open lie about for a while. */
export async function destroyDocuments(
  deps: Pick<DocumentDeps, 'tasks'>,
  tx: Tx,
  tenantId: TenantId,
  of: { readonly submissionId: string } | { readonly userId: string },
  now: Date,
): Promise<void> {
  if ('userId' in of) {
    // An upload that is being finished is before this or after it, and then it finds no consent.
    await lockUploader(tx, tenantId, of.userId)
    await deleteUploadsOf(tx, tenantId, of.userId)
  }
  await destroyLocked(deps, tx, tenantId, await lockAllOf(tx, tenantId, of), now)
}

/** A user does not want to hand it in. What was handed in stays for the decision. */
export async function deleteDocument(deps: DocumentDeps, { tenant, userId }: UserActor, documentId: string): Promise<void> {
  await deps.db.transact(tenant.id, async (tx) => {
    const [document] = await lockDocuments(tx, tenant.id, [documentId])
    if (document === undefined || document.userId !== userId || document.destroyedAt !== null) return fail('not_found')
    if (document.submissionId !== null) fail('conflict', { detail: 'It was handed in, and is needed for the decision.' })
    return destroyLocked(deps, tx, tenant.id, [documentId], deps.clock.now())
  })
}

/**
 * Its time as an original is over: the pages that nobody masked go, and with the last page the document. Tells which went. The document is
 * held by who calls.
 */
export async function destroyUnmasked(
  deps: Pick<DocumentDeps, 'tasks'>,
  tx: Tx,
  tenantId: TenantId,
  document: Document,
  now: Date,
): Promise<number[]> {
  const pages = await pagesOf(tx, tenantId, document.id)
  const unmasked = pages.flatMap(({ page, masked }) => (masked ? [] : [page]))
  if (unmasked.length === pages.length) await destroyLocked(deps, tx, tenantId, [document.id], now)
  else {
    await dropPages(tx, tenantId, [document.id], now, unmasked)
    await updateMasked(tx, tenantId, document.id, document)
    await deps.tasks.add(tx, tenantId, [documentTasks.sweep], now)
  }
  return unmasked
}

/**
 * Masked pictures in the place of a document's own. The originals' keys go in the transaction that brings the masked ones. Killed before it,
 * the originals stay, and the next try does it; what was put meanwhile is swept away.
 */
export async function replaceWithMasked(
  deps: DocumentDeps,
  tenantId: TenantId,
  documentId: string,
  given: readonly Buffer[],
  isWanted: (tx: Tx) => Promise<boolean> = () => Promise.resolve(true),
): Promise<boolean> {
  const { db, tasks, clock } = deps
  const before = await db.transact(tenantId, async (tx) => ({
    document: await findDocument(tx, tenantId, documentId),
    pages: await pagesOf(tx, tenantId, documentId),
  }))
  const { document } = before
  if (document === undefined || document.destroyedAt !== null || before.pages.some(({ masked }) => masked) || given.length === 0)
    return false
  // They come from a provider: drawn anew like anybody's.
  const read = await Promise.all(
    given.map((bytes) => readFile(deps, { kind: kindByContent(bytes) ?? fail('image_unreadable'), bytes, anySize: true })),
  )
  const pictures = read.flatMap((one) => one.pictures)
  const version = Math.max(0, ...before.pages.map((page) => page.version)) + 1
  const pages = await sealPictures(deps, { tenantId, userId: document.userId, documentId }, placed(pictures, { version, masked: true }))
  return db.transact(tenantId, async (tx) => {
    const now = clock.now()
    const [current] = await lockDocuments(tx, tenantId, [documentId])
    if (current === undefined || current.destroyedAt !== null) return false
    if ((await pagesOf(tx, tenantId, documentId)).some(({ masked }) => masked) || !(await isWanted(tx))) return false
    await dropPages(tx, tenantId, [documentId], now)
    await holdPages(tx, tenantId, documentId, pages, now)
    await updateMasked(tx, tenantId, documentId, { pages: pages.length, bytes: sumOf(pictures) })
    await tasks.add(tx, tenantId, [documentTasks.sweep], now)
    return true
  })
}

const sumOf = (pictures: readonly Picture[]): number => pictures.reduce((sum, { bytes }) => sum + bytes.length, 0)
