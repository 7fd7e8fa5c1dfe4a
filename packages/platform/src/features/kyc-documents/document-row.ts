import type { PictureHint } from '../../content/port.ts'
import type { WrappedKey } from '../../base/vault.ts'
import type { DocumentSide, DocumentType } from './documents.ts'

export type DocumentFormat = 'picture' | 'pdf'

export interface DocumentWish {
  readonly type: DocumentType
  readonly side: DocumentSide
}

export interface Document extends DocumentWish {
  readonly id: string
  readonly userId: string
  readonly pages: number
  /** What it was sent as. */
  readonly format: DocumentFormat
  readonly bytes: number
  readonly hints: readonly PictureHint[]
  readonly masked: boolean
  readonly submissionId: string | null
  readonly createdAt: Date
  readonly destroyedAt: Date | null
}

/** One picture of a document: where its sealed bytes are, and the key that opens them. */
export interface Page extends WrappedKey {
  readonly page: number
  readonly version: number
  readonly blobKey: string
  readonly width: number
  readonly height: number
  /** What has to be hidden on it is hidden, or somebody has looked and found nothing to hide. */
  readonly masked: boolean
}

/** What the bytes of a page are bound to: in any other place they do not open. The tenant is an app in one mode. */
export const placeOf = (
  tenantId: number,
  userId: string,
  documentId: string,
  { page, version }: Pick<Page, 'page' | 'version'>,
): string[] => ['kyc document', String(tenantId), userId, documentId, String(page), String(version)]
