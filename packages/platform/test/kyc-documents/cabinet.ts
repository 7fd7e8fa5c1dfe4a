import { createLogger } from '../../src/base/logger.ts'
import { newId } from '../../src/base/ids.ts'
import { everyTenant, tenantId as toTenantId, type TenantId } from '../../src/base/tenant.ts'
import { createVault, keysFrom, type MasterKey } from '../../src/base/vault.ts'
import { createContentReader } from '../../src/content/reader.ts'
import { taskStore } from '../../src/db/tasks-store.ts'
import { createKycDocuments, type DocumentWork } from '../../src/features/kyc-documents/index.ts'
import { photo, type DocumentScene, type Uploader } from './scene.ts'

const dayMs = 24 * 3_600_000

export interface Stored {
  readonly by: Uploader
  readonly id: string
  readonly tenantId: TenantId
  readonly userId: string
}

/** Documents as the rest of the platform has them, beside a platform that runs. */
export interface Cabinet {
  readonly documents: DocumentWork
  /** The same with other keys. */
  withKeys(keys: readonly MasterKey[]): DocumentWork
  /** What the job finds so many days from now. */
  clearAfter(days: number): Promise<void>
  /** Somebody's, uploaded through the front door. */
  stored(type?: string, file?: File): Promise<Stored>
  claim(of: Stored, ids: readonly string[], submissionId?: string): Promise<string>
  decide(of: Stored, submissionId: string, keepDays: number | null): Promise<void>
  isThere(one: Stored): Promise<boolean>
  close(): Promise<void>
}

export async function openCabinet(scene: DocumentScene, keys: readonly MasterKey[]): Promise<Cabinet> {
  const { platform, held, masterKey, storage } = scene.platform
  const card = await photo()
  const logger = createLogger('silent')
  const reader = createContentReader(logger)
  /** How far the clock of what stands beside the platform is ahead: years pass without waking everything else. */
  let later = 0
  const withKeys = (some: readonly MasterKey[]): DocumentWork =>
    createKycDocuments({
      db: platform.db,
      clock: { now: () => new Date(held.now() + later), sleep: () => Promise.resolve() },
      logger,
      tasks: taskStore,
      vault: createVault(keysFrom(masterKey, some)),
      storage,
      reader,
      mayBeTaken: () => Promise.resolve(true),
      isBeingRead: () => Promise.resolve(false),
    })
  const documents = withKeys(keys)
  return {
    documents,
    withKeys,
    async clearAfter(days) {
      later = days * dayMs
      for (const job of documents.jobs) await job.run()
      later = 0
    },
    async stored(type = 'pan', file = card) {
      const by = await scene.uploader()
      const id = String((await scene.send(by, file, { type })).body['id'])
      const text = 'select tenant_id, user_id from kyc_documents where id = $1'
      const [row] = await platform.db.read<{ tenant_id: number; user_id: string }>(everyTenant, text, [id])
      return { by, id, tenantId: toTenantId(row?.tenant_id ?? 0), userId: row?.user_id ?? '' }
    },
    claim: ({ tenantId, userId }, ids, submissionId = newId('kyc')) =>
      platform.db.transact(tenantId, async (tx) => {
        await documents.claim(tx, tenantId, userId, ids, submissionId, new Date())
        return submissionId
      }),
    decide: ({ tenantId }, submissionId, keepDays) =>
      platform.db.transact(tenantId, (tx) => {
        const at = held.now()
        const decision = keepDays === null ? null : { at: new Date(at), keepUntil: new Date(at + keepDays * dayMs) }
        return documents.decided(tx, tenantId, submissionId, decision)
      }),
    isThere: async ({ tenantId, id }) => (await documents.pictures(tenantId, id)).length > 0,
    close: () => reader.close(),
  }
}
