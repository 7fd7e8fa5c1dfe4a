import { toCoins } from '../../base/coins.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Sealed } from '../../base/vault.ts'
import type { Tx } from '../../db/connect.ts'
import type { DocumentWish } from './document-row.ts'
import type { DocumentSide, DocumentType } from './documents.ts'

/** A file that arrives in pieces. */
export interface Upload extends DocumentWish {
  readonly id: string
  readonly userId: string
  readonly fileEnding: string
  readonly fileType: string
  readonly length: number
  readonly received: number
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly documentId: string | null
}

interface Row {
  readonly id: string
  readonly user_id: string
  readonly type: DocumentType
  readonly side: DocumentSide
  readonly file_ending: string
  readonly file_type: string
  readonly length: string
  readonly received: string
  readonly created_at: Date
  readonly expires_at: Date
  readonly document_id: string | null
}

const columns = 'id, user_id, type, side, file_ending, file_type, length, received, created_at, expires_at, document_id'

const read = (row: Row): Upload => ({
  id: row.id,
  userId: row.user_id,
  type: row.type,
  side: row.side,
  fileEnding: row.file_ending,
  fileType: row.file_type,
  length: toCoins(row.length),
  received: toCoins(row.received),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  documentId: row.document_id,
})

export async function insertUpload(tx: Tx, tenantId: TenantId, upload: Upload): Promise<void> {
  const { id, userId, type, side, fileEnding, fileType, length, createdAt, expiresAt } = upload
  await tx.query(
    `insert into kyc_uploads (id, tenant_id, user_id, type, side, file_ending, file_type, length, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [id, tenantId, userId, type, side, fileEnding, fileType, length, createdAt, expiresAt],
  )
}

/** Of this user, and not expired. `locked`: until the transaction is over. */
export async function findUpload(
  tx: Tx,
  tenantId: TenantId,
  of: { readonly id: string; readonly userId: string; readonly now: Date; readonly locked?: true },
): Promise<Upload | undefined> {
  const text = `select ${columns} from kyc_uploads where tenant_id = $1 and id = $2 and user_id = $3 and expires_at > $4`
  const [row] = await tx.query<Row>(of.locked === true ? `${text} for update` : text, [tenantId, of.id, of.userId, of.now])
  return row && read(row)
}

/** Those that are not finished. */
export async function openUploads(tx: Tx, tenantId: TenantId, userId: string, now: Date): Promise<Upload[]> {
  const text = `select ${columns} from kyc_uploads where tenant_id = $1 and user_id = $2 and document_id is null and expires_at > $3`
  return (await tx.query<Row>(text, [tenantId, userId, now])).map(read)
}

export interface Piece extends Sealed {
  readonly at: number
  readonly bytes: number
}

/** Adds the next piece; the upload is locked by who calls. */
export async function appendPiece(
  tx: Tx,
  tenantId: TenantId,
  uploadId: string,
  { at, bytes, cipher, key, keyVersion }: Piece,
): Promise<void> {
  tx.write(
    `insert into kyc_upload_pieces (tenant_id, upload_id, at, bytes, cipher, sealed_key, sealed_key_version)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [tenantId, uploadId, at, bytes, cipher, key, keyVersion],
  )
  await tx.query('update kyc_uploads set received = $3 where tenant_id = $1 and id = $2', [tenantId, uploadId, at + bytes])
}

interface StoredPiece {
  readonly at: string
  readonly bytes: number
  readonly cipher: Buffer
  readonly sealed_key: Buffer
  readonly sealed_key_version: number
}

export async function piecesOf(tx: Tx, tenantId: TenantId, uploadId: string): Promise<Piece[]> {
  const text = `select at, bytes, cipher, sealed_key, sealed_key_version from kyc_upload_pieces
    where tenant_id = $1 and upload_id = $2 order by at`
  const rows = await tx.query<StoredPiece>(text, [tenantId, uploadId])
  return rows.map((row) => ({
    at: toCoins(row.at),
    bytes: row.bytes,
    cipher: row.cipher,
    key: row.sealed_key,
    keyVersion: row.sealed_key_version,
  }))
}

export async function countPieces(tx: Tx, tenantId: TenantId, uploadId: string): Promise<number> {
  const text = 'select count(*)::integer as count from kyc_upload_pieces where tenant_id = $1 and upload_id = $2'
  const [row] = await tx.query<{ count: number }>(text, [tenantId, uploadId])
  return row?.count ?? 0
}

/** The document is there: what it was made of is not needed any more. */
export async function finishUpload(tx: Tx, tenantId: TenantId, uploadId: string, documentId: string): Promise<void> {
  await tx.query('delete from kyc_upload_pieces where tenant_id = $1 and upload_id = $2', [tenantId, uploadId])
  await tx.query('update kyc_uploads set document_id = $3 where tenant_id = $1 and id = $2', [tenantId, uploadId, documentId])
}

/** With what has arrived of them. */
export async function deleteUpload(tx: Tx, tenantId: TenantId, uploadId: string): Promise<void> {
  await tx.query('delete from kyc_uploads where tenant_id = $1 and id = $2', [tenantId, uploadId])
}

export async function deleteUploadsOf(tx: Tx, tenantId: TenantId, userId: string): Promise<void> {
  await tx.query('delete from kyc_uploads where tenant_id = $1 and user_id = $2', [tenantId, userId])
}

export async function deleteExpired(tx: Tx, now: Date, limit: number): Promise<number> {
  const text =
    'delete from kyc_uploads where id in (select id from kyc_uploads where expires_at <= $1 order by expires_at limit $2) returning 1'
  return (await tx.query(text, [now, limit])).length
}
