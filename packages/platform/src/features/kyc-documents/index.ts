import type { PeriodicJob } from '../../jobs/periodic.ts'
import type { TaskHandler } from '../../jobs/runner.ts'
import { claimDocuments, destroyDocuments, replaceWithMasked } from './change-documents.ts'
import { clearDocuments, sweepBlobs } from './clear-documents.ts'
import { documentTasks, type DocumentDeps } from './document-deps.ts'
import { documentsOfSubmission, pagesLeft, setDecided } from './document-store.ts'
import type { KycDocuments } from './documents.ts'
import { caseDocument, knownDocument } from './present-document.ts'
import { readPictures } from './read-pictures.ts'
import { rewrapDocuments } from './rewrap-documents.ts'

export type { DocumentDeps } from './document-deps.ts'
export type { KycDocuments, KnownDocument } from './documents.ts'
export { presentCaseDocument } from './present-document.ts'
export { rewrapDocuments } from './rewrap-documents.ts'

/** Documents, with the work that they leave. */
export interface DocumentWork extends KycDocuments {
  readonly handlers: Readonly<Record<string, TaskHandler>>
  /** Those that wait for the storage. */
  readonly slowKinds: readonly string[]
  readonly jobs: readonly PeriodicJob[]
}

const minute = 60_000

export const createKycDocuments = (deps: DocumentDeps): DocumentWork => ({
  claim: async (tx, tenantId, userId, ids, submissionId) =>
    (await claimDocuments(tx, tenantId, userId, ids, submissionId)).map(knownDocument),
  ofSubmission: async (tx, tenantId, submissionId) => {
    const documents = await documentsOfSubmission(tx, tenantId, submissionId)
    const ids = documents.map(({ id }) => id)
    const left = await pagesLeft(tx, tenantId, ids)
    return documents.map((document) => caseDocument(document, left.get(document.id)))
  },
  pictures: async (tenantId, documentId) => (await readPictures(deps, tenantId, documentId)).map(({ bytes }) => bytes),
  replaceWithMasked: (tenantId, documentId, pictures, isWanted) => replaceWithMasked(deps, tenantId, documentId, pictures, isWanted),
  decided: (tx, tenantId, submissionId, decision) =>
    setDecided(tx, tenantId, submissionId, decision?.at ?? null, decision?.keepUntil ?? null),
  destroy: (tx, tenantId, of, now) => destroyDocuments(deps, tx, tenantId, of, now),
  handlers: {
    [documentTasks.sweep.kind]: async () => {
      await sweepBlobs(deps)
      return undefined
    },
  },
  slowKinds: [documentTasks.sweep.kind],
  jobs: [
    { name: 'clear-kyc-documents', everyMs: 10 * minute, run: () => clearDocuments(deps) },
    { name: 'rewrap-kyc-documents', everyMs: 60 * minute, run: () => rewrapDocuments(deps) },
  ],
})
