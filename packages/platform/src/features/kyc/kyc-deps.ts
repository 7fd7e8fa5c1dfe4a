import type { Clock } from '../../base/clock.ts'
import type { Cursors } from '../../base/cursor.ts'
import type { Logger } from '../../base/logger.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Vault } from '../../base/vault.ts'
import type { Db, Tx } from '../../db/connect.ts'
import type { TaskStore } from '../../db/tasks.ts'
import type { KycChoice } from '../../providers/kyc/choose.ts'
import type { FanOut } from '../../realtime/index.ts'
import type { KycDocuments } from '../kyc-documents/index.ts'
import type { Directory } from '../tenants/index.ts'
import type { OnKycLost } from './kyc-standing.ts'

export interface KycDeps {
  readonly db: Db
  readonly clock: Clock
  readonly logger: Logger
  readonly cursors: Cursors
  readonly tasks: TaskStore
  readonly vault: Vault
  readonly directory: Pick<Directory, 'tenant'>
  readonly news: Pick<FanOut, 'toUser' | 'toApp'>
  readonly documents: KycDocuments
  readonly providers: Pick<KycChoice, 'check'>
  readonly onKycLost: OnKycLost
  /** Told in the transaction in which a number turns out to be a user's (`usr_…`): its fingerprint. */
  readonly onIdentity?: ((tx: Tx, tenantId: TenantId, userId: string, identity: Buffer, now: Date) => Promise<void>) | undefined
  /** Told in the transaction that erases who a user (`usr_…`) is: nothing may be left of it. */
  readonly onErased?: ((tx: Tx, tenantId: TenantId, userId: string) => void) | undefined
}

/** What outlives the process: asking providers, giving up on them, the end of a verification, telling the clients. */
export const kycTasks = {
  /** Asks a provider about a submission. */
  check: (submissionId: string) => ({ kind: 'kyc.check', subject: submissionId }),
  /** Nobody has answered for so long that a reviewer has to; an Aadhaar number is not kept for longer. */
  giveUp: (submissionId: string, runAt: Date) => ({ kind: 'kyc.give-up', subject: submissionId, runAt }),
  /** The verification of a user runs out. */
  expire: (userId: string, runAt: Date) => ({ kind: 'kyc.expire', subject: userId, runAt }),
  /** What proved nothing, or proves nothing any more, is kept no longer than the app says. */
  forget: (submissionId: string, runAt: Date) => ({ kind: 'kyc.forget', subject: submissionId, runAt }),
  announce: (userId: string) => ({ kind: 'kyc.announce', subject: userId }),
} as const
