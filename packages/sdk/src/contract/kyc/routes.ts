import { describe } from '../describe.ts'
import { kycPaths, kycServerPaths } from './paths.ts'

/** Identity of the user who is signed in. */
export const kycRoutes = describe(kycPaths, {
  get: { summary: 'How the signed-in user stands, and what they can do', access: { user: true } },
  getNotice: { summary: 'What the user agrees to before anything is uploaded', access: { user: true } },
  consent: {
    summary: 'Agree to the notice; documents can be uploaded from then on',
    success: 201,
    idempotency: 'optional',
    isPrivate: true,
    access: { user: true },
  },
  withdrawConsent: {
    summary: 'Withdraw it: documents, numbers and names are destroyed, and the user is not verified any more',
    success: 204,
    access: { user: true },
  },
  submit: {
    summary: 'Hand in uploaded documents with what they say',
    success: 201,
    idempotency: 'required',
    isPrivate: true,
    access: { user: true },
  },
})

/** For reviewers and the app's servers. */
export const kycServerRoutes = describe(kycServerPaths, {
  getOfUser: { summary: 'How a user stands', access: { secret: 'kyc:read' } },
  erase: {
    summary: 'Destroy a user’s documents, numbers and names; decisions, consents and the audit trail stay',
    success: 204,
    access: { secret: 'kyc:review' },
  },
  listSubmissions: { summary: 'Submissions, newest first: the reviewers’ queue', access: { secret: 'kyc:read' } },
  getSubmission: {
    summary: 'One case with its evidence and history; each look is on the audit trail',
    access: { secret: 'kyc:read' },
  },
  review: {
    summary: 'Approve or reject a submission, or take its decision back',
    idempotency: 'required',
    isPrivate: true,
    access: { secret: 'kyc:review' },
  },
  listAudit: { summary: 'Who looked, decided, revealed and exported, newest first', access: { secret: 'kyc:read' } },
  export: {
    summary: 'Submissions as CSV or JSON lines, a page at a time; on the audit trail',
    access: { secret: 'kyc:read' },
  },
})
