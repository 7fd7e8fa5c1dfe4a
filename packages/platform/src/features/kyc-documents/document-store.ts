import { toCoins } from '../../base/coins.ts'
import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { PictureHint } from '../../content/port.ts'
import type { Tx } from '../../db/connect.ts'
import { holdBlobs } from './blob-store.ts'
import type { Document, DocumentFormat, Page } from './document-row.ts'
import type { DocumentSide, DocumentType, PageLeft } from './documents.ts'

interface Row {
  readonly id: string
  readonly user_id: string
  readonly type: DocumentType
  readonly side: DocumentSide
  readonly pages: number
  readonly format: DocumentFormat
  readonly bytes: string
  readonly hints: PictureHint[]
  readonly masked: boolean
  readonly submission_id: string | null
  readonly created_at: Date
  readonly destroyed_at: Date | null
}

const columns = 'id, user_id, type, side, pages, format, bytes, hints, masked, submission_id, created_at, destroyed_at'

const read = (row: Row): Document => ({
  id: row.id,
  userId: row.user_id,
  type: row.type,
  side: row.side,
  pages: row.pages,
  format: row.format,
  bytes: toCoins(row.bytes),
  hints: row.hints,
  masked: row.masked,
  submissionId: row.submission_id,
  createdAt: row.created_at,
  destroyedAt: row.destroyed_at,
})

export async function findDocument(tx: Tx, tenantId: TenantId, id: string): Promise<Document | undefined> {
  const [row] = await tx.query<Row>(`select ${columns} from kyc_documents where tenant_id = $1 and id = $2`, [tenantId, id])
  return row && read(row)
}

/** Locked until the transaction is over, in the order of their ids. */
export async function lockDocuments(tx: Tx, tenantId: TenantId, ids: readonly string[]): Promise<Document[]> {
  const text = `select ${columns} from kyc_documents where tenant_id = $1 and id = any($2) order by id for update`
  return (await tx.query<Row>(text, [tenantId, ids])).map(read)
}

/** Those that are not handed in and not destroyed. */
export async function waitingDocuments(tx: Tx, tenantId: TenantId, userId: string): Promise<Document[]> {
  const text = `select ${columns} from kyc_documents
    where tenant_id = $1 and user_id = $2 and submission_id is null and destroyed_at is null order by id`
  return (await tx.query<Row>(text, [tenantId, userId])).map(read)
}

export async function documentsOfSubmission(tx: Tx, tenantId: TenantId, submissionId: string): Promise<Document[]> {
  const text = `select ${columns} from kyc_documents where tenant_id = $1 and submission_id = $2 order by id`
  return (await tx.query<Row>(text, [tenantId, submissionId])).map(read)
}

/** The user waits for this transaction with every other upload, and with the destruction of what they have. False: there is no such user. */
export async function lockUploader(tx: Tx, tenantId: TenantId, userId: string): Promise<boolean> {
  const text = 'select 1 from users where tenant_id = $1 and id = $2 and deleted_at is null for no key update'
  return (await tx.query(text, [tenantId, userId])).length > 0
}

export async function insertDocument(tx: Tx, tenantId: TenantId, document: Document, digest: Buffer): Promise<void> {
  const { id, userId, type, side, pages, format, bytes, hints, createdAt } = document
  await tx.query(
    `insert into kyc_documents (id, tenant_id, user_id, type, side, pages, format, bytes, digest, hints, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [id, tenantId, userId, type, side, pages, format, bytes, digest, hints, createdAt],
  )
}

export async function submitDocuments(tx: Tx, tenantId: TenantId, ids: readonly string[], submissionId: string): Promise<void> {
  await tx.query('update kyc_documents set submission_id = $3 where tenant_id = $1 and id = any($2)', [tenantId, ids, submissionId])
}

export async function setDecided(tx: Tx, tenantId: TenantId, submissionId: string, at: Date | null, keepUntil: Date | null): Promise<void> {
  await tx.query('update kyc_documents set decided_at = $3, keep_until = $4 where tenant_id = $1 and submission_id = $2', [
    tenantId,
    submissionId,
    at,
    keepUntil,
  ])
}

/** After something has become of its pages. A document counts as masked when every page that is left of it is. Tells whether it does. */
export async function updateMasked(
  tx: Tx,
  tenantId: TenantId,
  id: string,
  { pages, bytes }: Pick<Document, 'pages' | 'bytes'>,
): Promise<boolean> {
  const [row] = await tx.query<{ masked: boolean }>(
    `update kyc_documents set pages = $3, bytes = $4,
       masked = not exists (select from kyc_document_pages p where p.tenant_id = $1 and p.document_id = $2 and not p.masked)
     where tenant_id = $1 and id = $2 returning masked`,
    [tenantId, id, pages, bytes],
  )
  return row?.masked ?? false
}

interface StoredPage {
  readonly page: number
  readonly version: number
  readonly blob_key: string
  readonly width: number
  readonly height: number
  readonly sealed_key: Buffer
  readonly sealed_key_version: number
  readonly masked: boolean
}

const readPage = (row: StoredPage): Page => ({
  page: row.page,
  version: row.version,
  blobKey: row.blob_key,
  width: row.width,
  height: row.height,
  key: row.sealed_key,
  keyVersion: row.sealed_key_version,
  masked: row.masked,
})

export async function pagesOf(tx: Tx, tenantId: TenantId, documentId: string): Promise<Page[]> {
  const text = `select page, version, blob_key, width, height, sealed_key, sealed_key_version, masked from kyc_document_pages
    where tenant_id = $1 and document_id = $2 order by page`
  return (await tx.query<StoredPage>(text, [tenantId, documentId])).map(readPage)
}

/** What was put into the storage for these pages is theirs from now on. Fails with `unavailable` where the sweeper took it for forgotten. */
export async function holdPages(tx: Tx, tenantId: TenantId, documentId: string, pages: readonly Page[], now: Date): Promise<void> {
  const keys = pages.map(({ blobKey }) => blobKey)
  if (!(await holdBlobs(tx, tenantId, keys, now))) fail('unavailable', { retryAfterSeconds: 1 })
  for (const { page, version, blobKey, width, height, key, keyVersion, masked } of pages)
    tx.write(
      `insert into kyc_document_pages (tenant_id, document_id, page, version, blob_key, width, height, sealed_key, sealed_key_version, masked)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [tenantId, documentId, page, version, blobKey, width, height, key, keyVersion, masked],
    )
}

/** What is left of the pages of these documents, by their ids. */
export async function pagesLeft(tx: Tx, tenantId: TenantId, ids: readonly string[]): Promise<Map<string, PageLeft[]>> {
  const rows = await tx.query<PageLeft & { readonly document_id: string }>(
    'select document_id, page, masked from kyc_document_pages where tenant_id = $1 and document_id = any($2) order by document_id, page',
    [tenantId, ids],
  )
  return Map.groupBy(rows, ({ document_id: id }) => id)
}

/** Somebody has looked at these pages, and there is nothing to hide on them. */
export async function clearPages(tx: Tx, tenantId: TenantId, documentId: string, pages: readonly number[]): Promise<void> {
  await tx.query('update kyc_document_pages set masked = true where tenant_id = $1 and document_id = $2 and page = any($3)', [
    tenantId,
    documentId,
    pages,
  ])
}

/** Destroys the keys of these documents' pages, of all or of some, and gives their blobs to the sweeper. */
export async function dropPages(
  tx: Tx,
  tenantId: TenantId,
  documentIds: readonly string[],
  now: Date,
  only: readonly number[] | null = null,
): Promise<void> {
  const gone = await tx.query<{ blob_key: string }>(
    `delete from kyc_document_pages where tenant_id = $1 and document_id = any($2) and ($3::integer[] is null or page = any($3))
     returning blob_key`,
    [tenantId, documentIds, only],
  )
  const keys = gone.map(({ blob_key: key }) => key)
  await tx.query("update kyc_blobs set state = 'doomed', since = $3 where tenant_id = $1 and key = any($2)", [tenantId, keys, now])
}

export async function markDestroyed(tx: Tx, tenantId: TenantId, ids: readonly string[], now: Date): Promise<void> {
  await tx.query('update kyc_documents set destroyed_at = $3 where tenant_id = $1 and id = any($2) and destroyed_at is null', [
    tenantId,
    ids,
    now,
  ])
}

/** Locked; those that still have pictures. */
export async function lockAllOf(
  tx: Tx,
  tenantId: TenantId,
  of: { readonly submissionId: string } | { readonly userId: string },
): Promise<string[]> {
  const [column, value] = 'userId' in of ? ['user_id', of.userId] : ['submission_id', of.submissionId]
  const text = `select id from kyc_documents where tenant_id = $1 and ${column} = $2 and destroyed_at is null order by id for update`
  return (await tx.query<{ id: string }>(text, [tenantId, value])).map(({ id }) => id)
}
