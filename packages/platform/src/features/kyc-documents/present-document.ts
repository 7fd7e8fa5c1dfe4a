import type { AnswerOf, allSchemas } from '@impacthub/sdk/contract'
import type { Document } from './document-row.ts'
import type { CaseDocument, KnownDocument, PageLeft } from './documents.ts'
import type { Upload } from './upload-store.ts'

type ShownDocument = AnswerOf<(typeof allSchemas)['kycDocuments']['create']>
type ShownCaseDocument = AnswerOf<(typeof allSchemas)['kycDocuments']['mask']>
type ShownUpload = AnswerOf<(typeof allSchemas)['kycUploads']['get']>

export const presentDocument = ({ id, type, side, pages, format, hints, createdAt }: Document): ShownDocument => ({
  id,
  type,
  side,
  pages,
  format,
  hints: [...hints],
  createdAt: createdAt.toISOString(),
})

export const presentUpload = ({ id, type, side, length, received, expiresAt }: Upload, document?: Document): ShownUpload => ({
  id,
  type,
  side,
  length,
  offset: received,
  expiresAt: expiresAt.toISOString(),
  document: document === undefined ? null : presentDocument(document),
})

/** As the rest of the platform knows it. */
export const knownDocument = ({ id, type, side, pages, format, masked, destroyedAt }: Document): KnownDocument => ({
  id,
  type,
  side,
  pages,
  isPdf: format === 'pdf',
  masked,
  destroyed: destroyedAt !== null,
})

/** With what is left of its pages: for a reviewer. */
export const caseDocument = (document: Document, left: readonly PageLeft[] = []): CaseDocument => ({
  ...knownDocument(document),
  pictures: left.map(({ page, masked }) => ({ page, masked })),
})

export const presentCaseDocument = ({ id, type, side, pages, masked, pictures, destroyed }: CaseDocument): ShownCaseDocument => ({
  id,
  type,
  side,
  pages,
  masked,
  pictures: [...pictures],
  destroyed,
})
