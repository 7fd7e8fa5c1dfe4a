/** Method and path of each route: all that a client needs to know of it. */
export const kycPaths = {
  get: 'GET /v1/kyc',
  getNotice: 'GET /v1/kyc/notice',
  consent: 'POST /v1/kyc/consents',
  withdrawConsent: 'DELETE /v1/kyc/consents',
  submit: 'POST /v1/kyc/submissions',
} as const

export const kycServerPaths = {
  getOfUser: 'GET /v1/users/{userId}/kyc',
  erase: 'DELETE /v1/users/{userId}/kyc',
  listSubmissions: 'GET /v1/kyc/submissions',
  getSubmission: 'GET /v1/kyc/submissions/{submissionId}',
  review: 'POST /v1/kyc/submissions/{submissionId}/review',
  listAudit: 'GET /v1/kyc/audit',
  export: 'GET /v1/kyc/export',
} as const
