import { fail } from '../../base/problem.ts'
import type { SecretActor, TenantId } from '../../base/tenant.ts'
import type { Picture, Rectangle } from '../../content/port.ts'
import { audit } from '../../db/audit.ts'
import { shareBytes } from '../../http/upload-room.ts'
import type { Tx } from '../../db/connect.ts'
import { putMasked } from './change-documents.ts'
import type { DocumentDeps } from './document-deps.ts'
import type { Document, Page } from './document-row.ts'
import { findDocument, lockDocuments, pagesOf } from './document-store.ts'
import { readPictures } from './read-pictures.ts'
import { readFile, sealPictures } from './seal-pictures.ts'

export interface MaskWish {
  readonly documentId: string
  readonly pages: readonly { readonly page: number; readonly hide: readonly Rectangle[] }[]
  readonly reason: string
}

interface Masking {
  readonly once: <Result>(work: (tx: Tx) => Promise<Result>) => Promise<Result>
  readonly room: (bytes: number) => void
  readonly fromIp: string
}

const isGone = (): never => fail('conflict', { detail: 'Its pictures are destroyed, or it was never handed in.' })

/**
 * A reviewer hides what no provider has masked, or has masked in part. Drawn in the process that reads files, sealed under new keys, and put
 * in the place of the old ones, whose keys go in the same transaction, which also says who did it and why. Killed before it, the pictures are
 * as they were, and what was put into the storage opens for nobody.
 */
export async function maskDocument(
  deps: DocumentDeps,
  actor: SecretActor,
  wish: MaskWish,
  { once, room, fromIp }: Masking,
): Promise<Document> {
  const tenantId = actor.tenant.id
  const { documentId, reason } = wish
  const { document, pages } = await deps.db.transact(tenantId, async (tx) => ({
    document: (await findDocument(tx, tenantId, documentId)) ?? fail('not_found'),
    pages: await pagesOf(tx, tenantId, documentId),
  }))
  if (document.destroyedAt !== null || document.submissionId === null) return isGone()
  for (const [n, { page }] of wish.pages.entries())
    if (!pages.some((one) => one.page === page))
      fail('invalid_request', { errors: [{ pointer: `/pages/${n}/page`, detail: 'is no page of this document' }] })
  // One of many large pages has all of a share, and no more.
  room(Math.min(document.bytes, shareBytes))
  const pictures = await drawn(deps, tenantId, documentId, pages, wish)
  const version = Math.max(...pages.map((page) => page.version)) + 1
  const masked = await sealPictures(deps, { tenantId, userId: document.userId, documentId, version }, pictures)
  return once(async (tx) => {
    const now = deps.clock.now()
    const [current] = await lockDocuments(tx, tenantId, [documentId])
    if (current === undefined || current.destroyedAt !== null || current.submissionId === null) return isGone()
    if (await deps.isBeingRead(tx, tenantId, current.submissionId))
      fail('conflict', { detail: 'A provider is still asked about it, and reads the pictures.' })
    // Drawn of others: a provider's masked ones, or another reviewer's, have come meanwhile.
    if (versionsOf(await pagesOf(tx, tenantId, documentId)) !== versionsOf(pages))
      fail('conflict', { detail: 'The pictures have changed. Look at them again.' })
    const bytes = pictures.reduce((sum, one) => sum + one.bytes.length, 0)
    await putMasked(deps, tx, tenantId, documentId, { pages: masked, bytes }, now)
    const details = { userId: document.userId, submissionId: document.submissionId, pages: wish.pages.map(({ page }) => page) }
    await audit(tx, tenantId, actor, { action: 'kyc.document_masked', subject: documentId, reason, fromIp, details }, now)
    return { ...current, masked: true, pages: masked.length, bytes }
  })
}

const versionsOf = (pages: readonly Page[]): string => pages.map(({ page, version }) => `${page}:${version}`).join()

/** All pages, those with something to hide painted over. */
async function drawn(
  deps: DocumentDeps,
  tenantId: TenantId,
  documentId: string,
  pages: readonly Page[],
  wish: MaskWish,
): Promise<Picture[]> {
  const now = await readPictures(deps, tenantId, documentId)
  if (now.length !== pages.length) return isGone()
  const pictures: Picture[] = []
  for (const [n, bytes] of now.entries()) {
    const { page, width, height } = pages[n] ?? isGone()
    const hide = wish.pages.find((one) => one.page === page)?.hide
    if (hide === undefined) pictures.push({ bytes, width, height })
    else pictures.push(...(await readFile(deps, { kind: 'jpeg', bytes, anySize: true, hide })).pictures)
  }
  return pictures
}
