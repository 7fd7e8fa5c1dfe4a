import { describe } from '../describe.ts'
import { kycDocumentPaths, kycDocumentServerPaths, kycUploadPaths } from './paths.ts'

/** Pictures of a user's identity documents, before they are handed in. */
export const kycDocumentRoutes = describe(kycDocumentPaths, {
  create: {
    summary: 'Upload one document in one piece: JPEG, PNG, WebP or PDF, at most 8 MiB',
    success: 201,
    idempotency: 'optional',
    isPrivate: true,
    takes: 'form',
    longestBody: 8_208,
    access: { user: true },
  },
  list: { summary: 'The documents that can be handed in now', access: { user: true } },
  delete: { summary: 'Destroy a document that has not been handed in', success: 204, access: { user: true } },
})

/** The same in pieces that survive a lost connection: tus 1.0.0 (creation, expiration, termination), and a last step that makes the document. */
export const kycUploadRoutes = describe(kycUploadPaths, {
  create: {
    summary: 'Begin an upload in pieces: by JSON, or by the headers of tus',
    success: 201,
    idempotency: 'optional',
    isPrivate: true,
    access: { user: true },
  },
  get: { summary: 'How much of it has arrived (HEAD: in the headers of tus)', access: { user: true } },
  append: {
    summary: 'Send the next bytes from Upload-Offset on; what arrives stays, also when the connection breaks',
    success: 204,
    takes: 'octets',
    longestBody: 8_192,
    access: { user: true },
  },
  finish: {
    summary: 'Make the document of the bytes that have arrived; again: the same document',
    success: 201,
    idempotency: 'optional',
    isPrivate: true,
    access: { user: true },
  },
  cancel: { summary: 'Drop an upload and what has arrived of it', success: 204, access: { user: true } },
})

export const kycDocumentServerRoutes = describe(kycDocumentServerPaths, {
  getPage: {
    summary: 'One page of a document as a picture; each look is on the audit record with its reason',
    gives: 'image/jpeg',
    access: { secret: 'kyc:reveal' },
  },
  mask: {
    summary: 'Hide parts of a document’s pictures, such as a number that nobody has masked; the originals are destroyed',
    idempotency: 'optional',
    isPrivate: true,
    access: { secret: 'kyc:review' },
  },
})
