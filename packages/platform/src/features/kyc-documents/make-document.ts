import { hash } from 'node:crypto'
import { newId } from '../../base/ids.ts'
import { fail } from '../../base/problem.ts'
import type { UserActor } from '../../base/tenant.ts'
import { fileKind } from '../../content/file-kind.ts'
import type { PictureHint } from '../../content/port.ts'
import type { Tx } from '../../db/connect.ts'
import type { DocumentDeps } from './document-deps.ts'
import type { Document, DocumentFormat, DocumentWish, Page } from './document-row.ts'
import { holdPages, insertDocument } from './document-store.ts'
import { largestFileBytes, mayUpload } from './may-upload.ts'
import { placed, readFile, sealPictures } from './seal-pictures.ts'

/** A file as a user sent it. */
export interface SentFile {
  readonly bytes: Buffer
  readonly name: string
  readonly type: string
  readonly password?: string | undefined
}

/** A document whose pictures are in the storage and whose keys are nowhere but here. */
export interface MadeDocument {
  readonly id: string
  readonly pages: readonly Page[]
  readonly bytes: number
  readonly format: DocumentFormat
  readonly digest: Buffer
  readonly hints: readonly PictureHint[]
}

/**
 * Reads a file, draws its pictures anew, seals them and puts them away; outside transactions, because all of that takes its time. Killed in
 * the midst of it, there is at most a blob that nobody can open, and the sweeper deletes it.
 */
export async function makeDocument(deps: DocumentDeps, { tenant, userId }: UserActor, file: SentFile): Promise<MadeDocument> {
  if (file.bytes.length > largestFileBytes) fail('payload_too_large')
  const kind = fileKind(file.bytes, file.name, file.type) ?? fail('file_type_refused')
  const { pictures, hints } = await readFile(deps, { kind, bytes: file.bytes, password: file.password })
  const id = newId('doc', deps.clock.now())
  const digest = deps.vault.fingerprint(tenant.id, 'document', hash('sha256', file.bytes, 'buffer'))
  const pages = await sealPictures(deps, { tenantId: tenant.id, userId, documentId: id }, placed(pictures, { version: 1, masked: false }))
  return {
    id,
    pages,
    digest,
    hints,
    format: kind === 'pdf' ? 'pdf' : 'picture',
    bytes: pictures.reduce((sum, { bytes }) => sum + bytes.length, 0),
  }
}

/**
 * Writes the document down with its keys: from here on it exists. Consent and limits are looked at once more, because time has passed.
 * `upload`: the one that is finished by it.
 */
export async function keepDocument(
  deps: DocumentDeps,
  tx: Tx,
  { tenant, userId }: UserActor,
  { type, side }: DocumentWish,
  made: MadeDocument,
  upload?: string,
): Promise<Document> {
  const now = deps.clock.now()
  await mayUpload(deps, tx, tenant.id, userId, { bytes: made.bytes, ...(upload === undefined ? {} : { beside: upload }) })
  const document: Document = {
    id: made.id,
    userId,
    type,
    side,
    pages: made.pages.length,
    format: made.format,
    bytes: made.bytes,
    hints: made.hints,
    masked: false,
    submissionId: null,
    createdAt: now,
    destroyedAt: null,
  }
  await insertDocument(tx, tenant.id, document, made.digest)
  await holdPages(tx, tenant.id, document.id, made.pages, now)
  return document
}
