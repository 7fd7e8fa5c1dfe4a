import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Vault } from '../../base/vault.ts'
import type { ContentReader } from '../../content/port.ts'
import type { Db, Tx } from '../../db/connect.ts'
import type { TaskStore } from '../../db/tasks.ts'
import type { BlobStorage } from '../../providers/storage/port.ts'

export interface DocumentDeps {
  readonly db: Db
  readonly clock: Clock
  readonly logger: Logger
  readonly tasks: TaskStore
  readonly vault: Vault
  readonly storage: BlobStorage
  readonly reader: ContentReader
  /** Whether the user's consent (`usr_…`) lets a document of theirs be taken. */
  mayBeTaken(tx: Tx, tenantId: TenantId, userId: string): Promise<boolean>
  /** Whether a provider is still asked about a submission, and may read its pictures. */
  isBeingRead(tx: Tx, tenantId: TenantId, submissionId: string): Promise<boolean>
}

export const documentTasks = {
  /** Blobs of the app wait to be deleted. */
  sweep: { kind: 'kyc-documents.sweep', subject: 'blobs' },
} as const
