import { fail } from '../../base/problem.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { DocumentDeps } from './document-deps.ts'
import { lockUploader, waitingDocuments } from './document-store.ts'
import { openUploads } from './upload-store.ts'

/** What may wait to be handed in, of one user. */
const most = { documents: 10, bytes: 40 * 1_024 * 1_024 }

export const largestFileBytes = 8 * 1_024 * 1_024

/**
 * Nothing is taken against the user's consent, and what waits is bounded: uploads under way count with their whole length. The user's row is held, so
 * that of two uploads at once each sees the other, and none outlives the withdrawal of consent.
 */
export async function mayUpload(
  { mayBeTaken, clock }: Pick<DocumentDeps, 'mayBeTaken' | 'clock'>,
  tx: Tx,
  tenantId: TenantId,
  userId: string,
  /** `beside`: the upload that is finished by this, which is counted already. */
  wish: { readonly bytes: number; readonly beside?: string },
): Promise<void> {
  if (!(await lockUploader(tx, tenantId, userId))) fail('not_found')
  if (!(await mayBeTaken(tx, tenantId, userId))) fail('consent_required')
  const documents = await waitingDocuments(tx, tenantId, userId)
  const uploads = (await openUploads(tx, tenantId, userId, clock.now())).filter(({ id }) => id !== wish.beside)
  const count = documents.length + uploads.length + 1
  const bytes = [...documents.map((one) => one.bytes), ...uploads.map(({ length }) => length), wish.bytes].reduce(
    (sum, one) => sum + one,
    0,
  )
  if (count > most.documents || bytes > most.bytes) fail('document_limit')
}
