import { randomBytes } from 'node:crypto'
import { newId } from '../../src/base/ids.ts'
import { createVault, keysFrom } from '../../src/base/vault.ts'
import type { TestApp, TestPlatform } from '../start-platform.ts'
import { withOwner } from './owner-rows.ts'

/** An upload of somebody's of which nothing has arrived, as a row: who may see it does not depend on consent. */
export function openUpload(platform: TestPlatform, app: TestApp, hostUserId: string): Promise<string> {
  return withOwner(platform, app, hostUserId, async (tx, user) => {
    const id = newId('upl')
    const now = platform.held.now()
    await tx.query(
      `insert into kyc_uploads (id, tenant_id, user_id, type, side, file_ending, file_type, length, created_at, expires_at)
       values ($1, $2, $3, 'pan', 'front', '.jpg', 'image/jpeg', 10, $4, $5)`,
      [id, user.tenant_id, user.id, new Date(now), new Date(now + 86_400_000)],
    )
    return id
  })
}

/** A document of somebody's with one page, whose picture is four bytes. */
export function storedDocument(platform: TestPlatform, app: TestApp, hostUserId: string): Promise<string> {
  return withOwner(platform, app, hostUserId, async (tx, user) => {
    const id = newId('doc')
    const [blobKey, now] = [`${user.tenant_id}/documents/${randomBytes(16).toString('hex')}`, new Date(platform.held.now())]
    const vault = createVault(keysFrom(platform.masterKey))
    const sealed = vault.seal(Buffer.from('jpeg'), ['kyc document', String(user.tenant_id), user.id, id, '1', '1'])
    await platform.storage.put(blobKey, sealed.cipher)
    await tx.query(`insert into kyc_blobs (key, tenant_id, state, since) values ($1, $2, 'held', $3)`, [blobKey, user.tenant_id, now])
    await tx.query(
      `insert into kyc_documents (id, tenant_id, user_id, type, side, pages, bytes, digest, created_at)
       values ($1, $2, $3, 'pan', 'front', 1, 4, $4, $5)`,
      [id, user.tenant_id, user.id, randomBytes(32), now],
    )
    await tx.query(
      `insert into kyc_document_pages (tenant_id, document_id, page, version, blob_key, width, height, sealed_key, sealed_key_version)
       values ($1, $2, 1, 1, $3, 1, 1, $4, $5)`,
      [user.tenant_id, id, blobKey, sealed.key, sealed.keyVersion],
    )
    return id
  })
}
