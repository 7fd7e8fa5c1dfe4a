import { after } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { Problem, fail } from '../../base/problem.ts'
import type { TenantId, UserActor } from '../../base/tenant.ts'
import { endingOf, mayBeDocument } from '../../content/file-kind.ts'
import type { Tx } from '../../db/connect.ts'
import type { DocumentDeps } from './document-deps.ts'
import type { Document } from './document-row.ts'
import { findDocument } from './document-store.ts'
import { keepDocument, makeDocument } from './make-document.ts'
import { largestFileBytes, mayUpload } from './may-upload.ts'
import type { UploadWish } from './tus.ts'
import { appendPiece, countPieces, deleteUpload, findUpload, finishUpload, insertUpload, piecesOf, type Upload } from './upload-store.ts'

const openForMs = 24 * 3_600_000
/** Whoever sends byte by byte only wants to fill tables. */
const mostPieces = 512

/** Begins an upload. Killed before its commit, there is none; after it, it waits a day for its bytes. */
export async function beginUpload(deps: DocumentDeps, tx: Tx, { tenant, userId }: UserActor, wish: UploadWish): Promise<Upload> {
  const { type, side, length, fileName, fileType } = wish
  if (length < 1 || length > largestFileBytes) fail('payload_too_large')
  const fileEnding = endingOf(fileName)
  // Better now than after all has been sent.
  if (!mayBeDocument(fileEnding, fileType)) fail('file_type_refused')
  await mayUpload(deps, tx, tenant.id, userId, { bytes: length })
  const now = deps.clock.now()
  const upload: Upload = {
    id: newId('upl', now),
    userId,
    type,
    side,
    fileEnding,
    // Without what may come after a semicolon: it is said by a stranger, and kept.
    fileType: fileType.split(';', 1)[0]?.trim().toLowerCase() ?? '',
    length,
    received: 0,
    createdAt: now,
    expiresAt: after(now, openForMs),
    documentId: null,
  }
  await insertUpload(tx, tenant.id, upload)
  return upload
}

const placeOf = (tenantId: TenantId, { id, userId }: Upload, at: number) => ['kyc upload', String(tenantId), userId, id, String(at)]

/**
 * Keeps the next piece, sealed. Each is a transaction of its own: killed between two, the first one is there, and the sender is told so when
 * it asks. Two who send at once: the second finds another offset and is refused.
 */
export async function appendToUpload(
  { db, vault, clock }: DocumentDeps,
  { tenant, userId }: UserActor,
  uploadId: string,
  offset: number,
  piece: Buffer,
): Promise<Upload> {
  return db.transact(tenant.id, async (tx) => {
    const upload = (await findUpload(tx, tenant.id, { id: uploadId, userId, now: clock.now(), locked: true })) ?? fail('not_found')
    if (upload.received !== offset) fail('upload_offset_mismatch', { headers: { 'Upload-Offset': String(upload.received) } })
    if (offset + piece.length > upload.length) fail('payload_too_large', { headers: { Connection: 'close' } })
    if (piece.length === 0) return upload
    if ((await countPieces(tx, tenant.id, uploadId)) >= mostPieces)
      fail('conflict', { detail: 'The file came in too many pieces. Begin anew with larger ones.' })
    const sealed = vault.seal(piece, placeOf(tenant.id, upload, offset))
    await appendPiece(tx, tenant.id, uploadId, { ...sealed, at: offset, bytes: piece.length })
    return { ...upload, received: offset + piece.length }
  })
}

export async function readUpload({ db, clock }: DocumentDeps, { tenant, userId }: UserActor, uploadId: string) {
  return db.transact(tenant.id, async (tx) => {
    const upload = (await findUpload(tx, tenant.id, { id: uploadId, userId, now: clock.now() })) ?? fail('not_found')
    return { upload, document: await documentOf(tx, tenant.id, upload) }
  })
}

const documentOf = async (tx: Tx, tenantId: TenantId, { documentId }: Upload): Promise<Document | undefined> =>
  documentId === null ? undefined : findDocument(tx, tenantId, documentId)

/** Drops an upload; a document that was made of it stays. */
export async function cancelUpload({ db, clock }: DocumentDeps, { tenant, userId }: UserActor, uploadId: string): Promise<void> {
  await db.transact(tenant.id, async (tx) => {
    const upload = (await findUpload(tx, tenant.id, { id: uploadId, userId, now: clock.now(), locked: true })) ?? fail('not_found')
    await deleteUpload(tx, tenant.id, upload.id)
  })
}

interface Finishing {
  readonly once: <Result>(work: (tx: Tx) => Promise<Result>) => Promise<Result>
  /** Asked before a file is put together in memory; what it throws refuses the request. */
  readonly room: (bytes: number) => void
}

/** With these the user can try again without sending the file anew. */
const passwordCodes: ReadonlySet<string> = new Set(['pdf_password_required', 'pdf_password_wrong'])
const contentCodes = /^(?:image_|pdf_|file_type_refused)/

/**
 * Makes the document of what has arrived. What is no document is dropped at once. Killed before the last commit, upload and pieces are as
 * they were, and the same request does it; after it, every further one is answered with the same document.
 */
export async function finishUploaded<Shown>(
  deps: DocumentDeps,
  actor: UserActor,
  { uploadId, password }: { readonly uploadId: string; readonly password?: string | undefined },
  { once, room }: Finishing,
  present: (document: Document) => Shown,
): Promise<Shown> {
  const { db, clock } = deps
  const tenantId = actor.tenant.id
  const of = { id: uploadId, userId: actor.userId, now: clock.now() }
  const { upload, document: known } = await readUpload(deps, actor, uploadId)
  if (upload.documentId !== null) return once(async () => present(known ?? fail('not_found')))
  if (upload.received < upload.length) fail('upload_incomplete', { headers: { 'Upload-Offset': String(upload.received) } })
  await db.transact(tenantId, (tx) => mayUpload(deps, tx, tenantId, actor.userId, { bytes: upload.length, beside: uploadId }))
  room(upload.length)
  const made = await makeDocument(deps, actor, {
    bytes: await wholeFile(deps, tenantId, upload),
    name: `file${upload.fileEnding}`,
    type: upload.fileType,
    password,
  }).catch(async (error: unknown) => {
    if (error instanceof Problem && contentCodes.test(error.code) && !passwordCodes.has(error.code))
      await db.transact(tenantId, (tx) => deleteUpload(tx, tenantId, uploadId))
    throw error
  })
  return once(async (tx) => {
    const now = (await findUpload(tx, tenantId, { ...of, locked: true })) ?? fail('not_found')
    const twin = await documentOf(tx, tenantId, now)
    if (twin !== undefined) return present(twin)
    const document = await keepDocument(deps, tx, actor, upload, made, uploadId)
    await finishUpload(tx, tenantId, uploadId, document.id)
    return present(document)
  })
}

async function wholeFile({ db, vault }: DocumentDeps, tenantId: TenantId, upload: Upload): Promise<Buffer> {
  const pieces = await db.transact(tenantId, (tx) => piecesOf(tx, tenantId, upload.id))
  return Buffer.concat(pieces.map((piece) => vault.open(piece, placeOf(tenantId, upload, piece.at))))
}
