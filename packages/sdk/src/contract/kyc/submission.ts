import * as z from 'zod'
import { time } from '../shapes.ts'
import { kycDocumentType, kycProvider, kycReason, kycReviewReason, kycStage, kycStatus } from './kyc.ts'

/** What the user who submitted is told. */
export const kycReceipt = z.object({
  id: z.string(),
  status: kycStatus,
  reasons: z.array(kycReason),
})

/** A submission as a queue shows it: no name, no number. */
export const kycSubmission = z.object({
  id: z.string(),
  /** The host's id of the user. */
  userId: z.string(),
  type: kycDocumentType,
  /** The number with all but its last characters hidden. Null when it has been erased. */
  numberMasked: z.string().nullable(),
  status: kycStatus,
  stage: kycStage,
  reasons: z.array(kycReason),
  /** Why a reviewer has to look, or had to. */
  reviewReasons: z.array(kycReviewReason),
  /** Who was asked last. */
  provider: kycProvider.nullable(),
  /** By rule, or by a reviewer; null while it is open. */
  decidedBy: z.enum(['rule', 'reviewer']).nullable(),
  createdAt: time,
  decidedAt: time.nullable(),
  /** Since when it has been in this stage. */
  stageSince: time,
})

/** One question to a provider. */
export const kycCheck = z.object({
  provider: kycProvider.nullable(),
  /** The provider's own id of the request. */
  requestId: z.string().nullable(),
  outcome: z.enum(['pass', 'fail', 'review', 'retryable', 'pending']),
  /** In our words; the provider's are not kept. */
  reason: z.string().nullable(),
  /** How alike the provider thought the names, 0 to 1. */
  score: z.number().nullable(),
  /** How often the submission had been taken up when it was asked. */
  attempt: z.int(),
  /** False: the answer came too late and changed nothing. */
  counted: z.boolean(),
  latencyMs: z.int(),
  at: time,
})

export const kycEvent = z.object({
  at: time,
  event: z.string(),
  from: kycStage.nullable(),
  to: kycStage,
  /** A key’s id, `platform`, or the user. */
  by: z.string(),
  /** The person whom the host named. */
  reviewer: z.string().nullable(),
  reasons: z.array(z.string()),
  note: z.string().nullable(),
})

export const kycCaseDocument = z.object({
  id: z.string(),
  type: kycDocumentType,
  side: z.enum(['front', 'back']),
  /** How many it came with. */
  pages: z.int(),
  /** True: on every picture that is left the number and the QR code are hidden, or a reviewer has found nothing to hide. */
  masked: z.boolean(),
  /** The pictures that are left. Of an Aadhaar card those that nobody masks are destroyed 72 hours after the decision. */
  pictures: z.array(z.object({ page: z.int(), masked: z.boolean() })),
  /** True: the pictures are gone. */
  destroyed: z.boolean(),
})

/** One case with all its evidence. */
export const kycCase = z.object({
  ...kycSubmission.shape,
  /** The number itself, with `reveal` only, and while it is kept: never an Aadhaar number. */
  number: z.string().nullable(),
  /** As the user gave it. Null when it has been erased. */
  name: z.string().nullable(),
  dateOfBirth: z.string().nullable(),
  /** What the provider told of the number's owner. */
  found: z.object({ name: z.string().nullable(), dateOfBirth: z.string().nullable() }).nullable(),
  /** How the two names compare by the platform's rules; null: there is nothing to compare. */
  nameMatch: z.enum(['match', 'review', 'mismatch']).nullable(),
  /** Other users of the app who gave the same number. */
  usedBy: z.array(z.object({ userId: z.string(), submissionId: z.string(), status: kycStatus })),
  documents: z.array(kycCaseDocument),
  consent: z.object({ version: z.string(), language: z.string(), givenAt: time }),
  checks: z.array(kycCheck),
  /** Oldest first. */
  history: z.array(kycEvent),
  /** Approvals that count so far, where two are needed. */
  approvals: z.array(z.object({ reviewer: z.string(), at: time })),
  /** Other submissions of the same user, newest first. */
  earlier: z.array(z.object({ id: z.string(), type: kycDocumentType, status: kycStatus, createdAt: time })),
})
