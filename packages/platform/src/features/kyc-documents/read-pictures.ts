import { fail } from '../../base/problem.ts'
import type { SecretActor, TenantId } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import { StorageError } from '../../providers/storage/port.ts'
import type { DocumentDeps } from './document-deps.ts'
import { placeOf, type Document, type Page } from './document-row.ts'
import { findDocument, pagesOf } from './document-store.ts'

/** A page's picture in the clear. Undefined: its blob is gone, because the document was destroyed or masked meanwhile. */
async function openPage(
  { vault, storage }: DocumentDeps,
  tenantId: TenantId,
  { id, userId }: Document,
  page: Page,
): Promise<Buffer | undefined> {
  const cipher = await storage.get(page.blobKey)
  return cipher && vault.open({ cipher, key: page.key, keyVersion: page.keyVersion }, placeOf(tenantId, userId, id, page))
}

/** Once more than needed: between the look into the database and the one into the storage, a masked picture may take an original's place. */
const looks = 2

/** In words of the API. */
export function storageAway(cause: unknown): never {
  if (!(cause instanceof StorageError)) throw cause
  return fail('unavailable', { retryAfterSeconds: 5 }, { cause })
}

export interface OpenedPage {
  readonly page: Page
  readonly bytes: Buffer
}

/** The pages that are left of a document, or some of them. Empty: they are gone. */
export async function readPictures(
  deps: DocumentDeps,
  tenantId: TenantId,
  documentId: string,
  isWanted: (page: number) => boolean = () => true,
): Promise<OpenedPage[]> {
  for (let look = 1; ; look++) {
    const { document, pages } = await deps.db.transact(tenantId, async (tx) => ({
      document: await findDocument(tx, tenantId, documentId),
      pages: (await pagesOf(tx, tenantId, documentId)).filter(({ page }) => isWanted(page)),
    }))
    if (document === undefined) return []
    const pictures: OpenedPage[] = []
    for (const page of pages) {
      const bytes = await openPage(deps, tenantId, document, page)
      if (bytes !== undefined) pictures.push({ page, bytes })
    }
    if (pictures.length === pages.length) return pictures
    if (look === looks) throw new StorageError('a blob that should be there is not')
  }
}

/**
 * One page for a reviewer. That somebody looked, at what and why, is on the record before a byte is read: killed after that, the record tells
 * of a look that may have seen nothing, never the other way round.
 */
export async function viewDocument(
  deps: DocumentDeps,
  actor: SecretActor,
  wish: { readonly documentId: string; readonly page: number; readonly reason: string; readonly fromIp: string },
): Promise<Buffer> {
  const { db, clock } = deps
  const tenantId = actor.tenant.id
  const { documentId, page: number, reason, fromIp } = wish
  for (let look = 1; ; look++) {
    const { document, page } = await db.transact(tenantId, async (tx) => {
      const found = (await findDocument(tx, tenantId, documentId)) ?? fail('not_found')
      const wanted = (await pagesOf(tx, tenantId, documentId)).find((one) => one.page === number) ?? fail('not_found')
      const details = { userId: found.userId, submissionId: found.submissionId, page: number, masked: wanted.masked }
      if (look === 1)
        await audit(tx, tenantId, actor, { action: 'kyc.document_viewed', subject: documentId, reason, fromIp, details }, clock.now())
      return { document: found, page: wanted }
    })
    const picture = await openPage(deps, tenantId, document, page).catch(storageAway)
    if (picture !== undefined) return picture
    if (look === looks) throw new StorageError('a blob that should be there is not')
  }
}
