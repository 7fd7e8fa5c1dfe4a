import * as z from 'zod'
import { kycDocumentType } from '../kyc/kyc.ts'
import { time } from '../shapes.ts'

/** Of a document with one side only, and of a PDF that shows both: `front`. */
export const documentSide = z.enum(['front', 'back'])

/** What may keep a reviewer from reading it: worth another photograph, but not refused. */
export const documentHint = z.enum(['too_dark', 'too_bright', 'blurred', 'low_contrast'])

/** A document that is uploaded and not handed in yet. */
export const kycDocument = z.object({
  id: z.string(),
  type: kycDocumentType,
  side: documentSide,
  /** Pictures that were made of it: 1 of a photograph, up to 10 of a PDF. */
  pages: z.int(),
  /** Of a PDF: it may show both sides, and counts for both. */
  format: z.enum(['picture', 'pdf']),
  hints: z.array(documentHint),
  createdAt: time,
})

/** What a document is said to be. */
export const documentWish = { type: kycDocumentType, side: documentSide.default('front') }

/** Of a PDF that is locked, such as an e-Aadhaar. It opens the file once and is not kept. */
export const filePassword = z.string().min(1).max(128)

/** A file of a form. */
export const file = z.custom<Blob>((value) => value instanceof Blob, 'must be a file').meta({ type: 'string', format: 'binary' })

/** Bytes as they are. */
export const octets = z.custom<Blob>().meta({ type: 'string', format: 'binary' })

export const kycUpload = z.object({
  id: z.string(),
  type: kycDocumentType,
  side: documentSide,
  /** Bytes of the whole file. */
  length: z.int(),
  /** Bytes that have arrived: the next piece begins here. */
  offset: z.int(),
  /** What has arrived of an unfinished upload is destroyed then. */
  expiresAt: time,
  /** Null until it is finished. */
  document: kycDocument.nullable(),
})
