import { everyTenant } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { DocumentDeps } from './document-deps.ts'

const batch = 500

interface Row {
  readonly place: string
  readonly sealed_key: Buffer
  readonly sealed_key_version: number
}

/** `ctid` is where a row is now; it is read and written in one transaction, and the row is locked meanwhile. */
const tables = ['kyc_document_pages', 'kyc_upload_pieces'] as const

async function rewrapSome(tx: Tx, vault: DocumentDeps['vault'], table: (typeof tables)[number]): Promise<number> {
  const rows = await tx.query<Row>(
    `select ctid::text as place, sealed_key, sealed_key_version from ${table} where sealed_key_version < $1 limit ${batch} for update skip locked`,
    [vault.keyVersion],
  )
  for (const { place, sealed_key: key, sealed_key_version: version } of rows) {
    const wrapped = vault.rewrap({ key, keyVersion: version })
    tx.write(`update ${table} set sealed_key = $2, sealed_key_version = $3 where ctid = $1::tid`, [place, wrapped.key, wrapped.keyVersion])
  }
  return rows.length
}

/**
 * Wraps the keys of documents anew that an older master key wraps. Done twice, or broken off, it goes on where it stopped. The contents are
 * not touched.
 */
export async function rewrapDocuments({ db, vault }: Pick<DocumentDeps, 'db' | 'vault'>): Promise<void> {
  for (const table of tables) while ((await db.transact(everyTenant, (tx) => rewrapSome(tx, vault, table))) === batch);
}
