import { fail } from '../base/problem.ts'
import type { TenantId } from '../base/tenant.ts'
import type { Tx } from '../db/connect.ts'
import { taskStore } from '../db/tasks-store.ts'
import { createKycDocuments, type DocumentDeps } from '../features/kyc-documents/index.ts'
import { documentOperations } from '../features/kyc-documents/documents.routes.ts'
import {
  askAgain,
  isBeingRead,
  mayBeTaken,
  createKyc,
  eraseIdentity,
  payoutStandingBy,
  type KycDeps,
  type KycWork,
  type ReadPayoutStanding,
} from '../features/kyc/index.ts'
import { kycOperations } from '../features/kyc/kyc.routes.ts'
import type { Operation } from '../http/implement.ts'
import { kycCallbackPath } from '../http/kyc-callbacks.ts'
import { chooseKyc } from '../providers/kyc/choose.ts'
import type { Foundation } from './foundation.ts'

/** Who people are, tied to what depends on it. */
export interface Identity extends KycWork {
  readonly operations: readonly Operation[]
  /** A provider has told that it is done with a submission: it is asked, and the submission decided, now. */
  askAgain(tenantId: TenantId, submissionId: string): Promise<void>
  /** A user (`usr_…`) is deleted: who they are goes with them. */
  forget(tx: Tx, tenantId: TenantId, userId: string): Promise<void>
}

/** How users stand, for whoever pays them out. Made before the rest: what depends on it is told of by `onKycLost`. */
export const standingFrom = ({ vault, clock }: Foundation): ReadPayoutStanding => payoutStandingBy({ vault, clock })

export function tieIdentity(base: Foundation, told: Pick<KycDeps, 'onKycLost' | 'onIdentity' | 'onErased'>): Identity {
  const { kyc, directory, logger, masterKey, publicUrl } = base
  const providers = chooseKyc({
    test: kyc?.test ?? {},
    live: kyc?.live ?? {},
    modeOf: async (id) => ((await directory.tenant(id)) ?? fail('not_found')).mode,
    callbackUrl: (id, submissionId) => `${publicUrl}${kycCallbackPath(masterKey, id, submissionId)}`,
    logger,
  })
  const documentDeps: DocumentDeps = { ...base, tasks: taskStore, mayBeTaken: mayBeTaken(base), isBeingRead }
  const documents = createKycDocuments(documentDeps)
  const deps: KycDeps = { ...base, tasks: taskStore, news: base.fanOut, documents, providers, ...told }
  const work = createKyc(deps)
  return {
    ...work,
    handlers: { ...work.handlers, ...documents.handlers },
    slowKinds: [...work.slowKinds, ...documents.slowKinds],
    jobs: [...work.jobs, ...documents.jobs],
    operations: [...kycOperations(deps), ...documentOperations(documentDeps)],
    askAgain: (tenantId, submissionId) => askAgain(deps, tenantId, submissionId),
    forget: (tx, tenantId, userId) => eraseIdentity(deps, tx, tenantId, userId, { actor: 'platform', reason: 'user_deleted' }),
  }
}
