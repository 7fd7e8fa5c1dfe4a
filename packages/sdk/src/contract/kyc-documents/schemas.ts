import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { id, text } from '../shapes.ts'
import { kycDocumentType } from '../kyc/kyc.ts'
import { kycCaseDocument } from '../kyc/submission.ts'
import { documentSide, documentWish, file, filePassword, kycDocument, kycUpload, octets } from './document.ts'
import type { kycDocumentRoutes, kycDocumentServerRoutes, kycUploadRoutes } from './routes.ts'

const byDocumentId = z.strictObject({ documentId: id('doc') })
const byUploadId = z.strictObject({ uploadId: id('upl') })

const share = z.number().min(0).max(1)
/** As shares of the picture’s width and height, from its upper left corner. */
const rectangle = z.strictObject({ left: share, top: share, width: share.min(0.001), height: share.min(0.001) })

const wholeNumber = z
  .string()
  .regex(/^[0-9]{1,12}$/, 'must be a whole number')
  .transform(Number)

/** Missing or another than 1.0.0: answered with 412, as tus has it. */
const tusVersion = z.string().max(32).optional()

export const kycDocumentSchemas = {
  create: { body: z.strictObject({ ...documentWish, file, password: filePassword.optional() }), answer: kycDocument },
  list: { answer: z.object({ data: z.array(kycDocument) }) },
  delete: { params: byDocumentId },
} satisfies SchemasFor<typeof kycDocumentRoutes>

export const kycUploadSchemas = {
  create: {
    headers: z.object({
      'tus-resumable': tusVersion,
      'upload-length': wholeNumber.optional(),
      /** Of tus: `type`, `side`, `filename` and `filetype`, each with its value in base64. */
      'upload-metadata': z.string().max(2_048).optional(),
    }),
    body: z.strictObject({
      type: kycDocumentType.optional(),
      /** `front` when it is not said. */
      side: documentSide.optional(),
      /** Bytes of the whole file, at most 8 MiB. */
      length: z.int().min(1).optional(),
      /** Its ending and its type must agree with what the file holds; the name is not kept. */
      fileName: z.string().min(1).max(255).optional(),
      fileType: z.string().min(1).max(100).optional(),
    }),
    answer: kycUpload,
  },
  get: { params: byUploadId, answer: kycUpload },
  append: {
    headers: z.object({ 'tus-resumable': tusVersion, 'upload-offset': wholeNumber, 'content-type': z.string().max(100) }),
    params: byUploadId,
  },
  finish: { params: byUploadId, body: z.strictObject({ password: filePassword.optional() }), answer: kycDocument },
  cancel: { params: byUploadId },
} satisfies SchemasFor<typeof kycUploadRoutes>

export const kycDocumentServerSchemas = {
  getPage: {
    params: z.strictObject({ documentId: id('doc'), page: z.coerce.number<number>().int().min(1).max(10) }),
    query: z.strictObject({
      /** For the audit record. */
      reason: text(200, 3),
    }),
    answer: octets,
  },
  mask: {
    params: byDocumentId,
    body: z.strictObject({
      /** Each page once, with what is to be hidden on it; `[]`: you have looked, and there is nothing. The others stay as they are. */
      pages: z
        .array(z.strictObject({ page: z.int().min(1).max(10), hide: z.array(rectangle).max(20) }))
        .min(1)
        .max(10)
        .refine((pages) => new Set(pages.map(({ page }) => page)).size === pages.length, 'must name each once'),
      /** For the audit record. */
      reason: text(200, 3),
    }),
    answer: kycCaseDocument,
  },
} satisfies SchemasFor<typeof kycDocumentServerRoutes>
