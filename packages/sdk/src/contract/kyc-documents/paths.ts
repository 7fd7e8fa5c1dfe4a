/** Method and path of each route: all that a client needs to know of it. */
export const kycDocumentPaths = {
  create: 'POST /v1/kyc/documents',
  list: 'GET /v1/kyc/documents',
  delete: 'DELETE /v1/kyc/documents/{documentId}',
} as const

export const kycUploadPaths = {
  create: 'POST /v1/kyc/uploads',
  get: 'GET /v1/kyc/uploads/{uploadId}',
  append: 'PATCH /v1/kyc/uploads/{uploadId}',
  finish: 'POST /v1/kyc/uploads/{uploadId}/finish',
  cancel: 'DELETE /v1/kyc/uploads/{uploadId}',
} as const

export const kycDocumentServerPaths = {
  getPage: 'GET /v1/kyc/documents/{documentId}/pages/{page}',
  mask: 'POST /v1/kyc/documents/{documentId}/mask',
} as const
