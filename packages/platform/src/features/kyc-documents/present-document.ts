import type { AnswerOf, allSchemas } from '@impacthub/sdk/contract'
import type { Document } from './document-row.ts'
import type { KnownDocument } from './documents.ts'
import type { Upload } from './upload-store.ts'

type ShownDocument = AnswerOf<(typeof allSchemas)['kycDocuments']['create']>
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
