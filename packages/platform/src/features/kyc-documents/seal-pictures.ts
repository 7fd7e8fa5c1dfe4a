import { randomBytes } from 'node:crypto'
import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import { ContentRefused, ReaderBusy, type Picture, type ReadContent, type ReadFile } from '../../content/port.ts'
import { StorageError } from '../../providers/storage/port.ts'
import { announceBlobs } from './blob-store.ts'
import type { DocumentDeps } from './document-deps.ts'
import { placeOf, type Page } from './document-row.ts'

/** Pictures of a file, and refusals in words of the API. */
export async function readFile({ reader }: Pick<DocumentDeps, 'reader'>, file: ReadFile): Promise<ReadContent> {
  try {
    return await reader.read(file)
  } catch (error) {
    if (error instanceof ContentRefused) return fail(error.code)
    if (error instanceof ReaderBusy) return fail('unavailable', { retryAfterSeconds: 5 }, { cause: error })
    throw error
  }
}

export interface Place {
  readonly tenantId: TenantId
  readonly userId: string
  readonly documentId: string
}

/** A picture with the place that it takes in its document. */
export interface PlacedPicture extends Pick<Page, 'page' | 'version' | 'masked'> {
  readonly picture: Picture
}

/** All pictures of a document, from its first page on. */
export const placed = (pictures: readonly Picture[], as: Pick<Page, 'version' | 'masked'>): PlacedPicture[] =>
  pictures.map((picture, n) => ({ ...as, page: n + 1, picture }))

/**
 * Seals pictures, each under its own key, and puts them into the storage. Their keys are in what is returned and nowhere else: killed before
 * they are written down, what is in the storage opens for nobody, and the sweeper finds it by the row that was written first.
 */
export async function sealPictures(
  { db, vault, storage, clock }: DocumentDeps,
  place: Place,
  pictures: readonly PlacedPicture[],
): Promise<Page[]> {
  const { tenantId, userId, documentId } = place
  const sealed = pictures.map(({ page, version, masked, picture: { bytes, width, height } }) => {
    const { cipher, key, keyVersion } = vault.seal(bytes, placeOf(tenantId, userId, documentId, { page, version }))
    const blobKey = `${tenantId}/documents/${randomBytes(16).toString('hex')}`
    return { cipher, page: { page, version, blobKey, width, height, key, keyVersion, masked } }
  })
  await db.transact(tenantId, (tx) =>
    announceBlobs(
      tx,
      tenantId,
      sealed.map(({ page }) => page.blobKey),
      clock.now(),
    ),
  )
  try {
    for (const { cipher, page } of sealed) await storage.put(page.blobKey, cipher)
  } catch (cause) {
    if (!(cause instanceof StorageError)) throw cause
    fail('unavailable', { retryAfterSeconds: 10 }, { cause })
  }
  return sealed.map(({ page }) => page)
}
