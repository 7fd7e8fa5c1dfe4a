import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

export type DocumentType = 'aadhaar' | 'pan' | 'driving_license'
export type DocumentSide = 'front' | 'back'

/** A document as the rest of the platform knows it; its pictures are fetched apart. */
export interface KnownDocument {
  readonly id: string
  readonly type: DocumentType
  readonly side: DocumentSide
  readonly pages: number
  /** It came as a PDF, which may show both sides. */
  readonly isPdf: boolean
  /** On every picture that is left number and QR code are hidden, or there is nothing to hide. */
  readonly masked: boolean
  /** Its pictures are gone. */
  readonly destroyed: boolean
}

export interface PageLeft {
  readonly page: number
  readonly masked: boolean
}

/** As a reviewer has it before them. */
export interface CaseDocument extends KnownDocument {
  /** What is left of its pages. */
  readonly pictures: readonly PageLeft[]
}

/** What the rest of the platform does with documents. */
export interface KycDocuments {
  /**
   * In the transaction of a submission: these documents are its evidence from now on. Fails with `not_found` for those of others and unknown
   * ones, with `conflict` for those that were handed in or destroyed already. Locks them.
   */
  claim(
    tx: Tx,
    tenantId: TenantId,
    userId: string,
    documentIds: readonly string[],
    submissionId: string,
    now: Date,
  ): Promise<readonly KnownDocument[]>
  /** In the order in which they were uploaded; destroyed ones too. */
  ofSubmission(tx: Tx, tenantId: TenantId, submissionId: string): Promise<readonly CaseDocument[]>
  /** A document's pages in the clear, JPEG, each under 2 MB. Never in a transaction: it waits for the storage. Empty: they are gone. */
  pictures(tenantId: TenantId, documentId: string): Promise<Buffer[]>
  /**
   * Puts masked pictures in the place of a document's own, which are destroyed. They are decoded and re-encoded like any other. Not in a
   * transaction. False: it was destroyed meanwhile, a page of it is masked already, or `isWanted`, asked in the transaction that would do it,
   * says no; nothing has changed.
   */
  replaceWithMasked(
    tenantId: TenantId,
    documentId: string,
    pictures: readonly Buffer[],
    isWanted?: (tx: Tx) => Promise<boolean>,
  ): Promise<boolean>
  /**
   * In the transaction of a decision: from `at` on it is counted how long pictures stay. Pages of Aadhaar that nobody masked go 72 h later,
   * everything goes at `keepUntil`. `null`: the decision was taken back.
   */
  decided(tx: Tx, tenantId: TenantId, submissionId: string, decision: { readonly at: Date; readonly keepUntil: Date } | null): Promise<void>
  /** Destroys keys in this transaction, and with them every copy of the pictures; the bytes follow by a task. Uploads under way go too. */
  destroy(tx: Tx, tenantId: TenantId, of: { readonly submissionId: string } | { readonly userId: string }, now: Date): Promise<void>
}
