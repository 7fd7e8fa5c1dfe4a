import * as z from 'zod'
import { time } from '../shapes.ts'

/** How a user stands. Pending: nothing for the user to do. Rejected: `reasons` say what they can do about it. */
export const kycStatus = z.enum(['not_started', 'pending', 'verified', 'rejected'])

export const kycDocumentType = z.enum(['aadhaar', 'pan', 'driving_license'])

/**
 * Why a user is not verified, in words that they can act on. number_not_found: the issuer knows no such number. name_mismatch,
 * birth_date_mismatch: the issuer has another. number_mismatch: the pictures show another number. wrong_document: the pictures show something
 * else. unreadable: take new pictures. id_inactive, id_expired: the issuer does not stand by it any more; use another document. under_age:
 * under 18. used_elsewhere: another account of the app is verified with it. not_accepted: a reviewer refused it; the note says why.
 * expired: the verification has run out. other: ask the app's support.
 */
export const kycReason = z.enum([
  'number_not_found',
  'name_mismatch',
  'birth_date_mismatch',
  'number_mismatch',
  'wrong_document',
  'unreadable',
  'id_inactive',
  'id_expired',
  'under_age',
  'used_elsewhere',
  'not_accepted',
  'expired',
  'other',
])

/**
 * Why a reviewer has to look. multiple_records, provider_unclear, provider_silent: the provider could not tell. name_unclear: the names are
 * alike, not the same. unverified_facts: the provider did not say whose the number is. legacy_format: a licence of an older form.
 * used_elsewhere: another account has the same number. differs_from_verified: not the person who was verified before. by_rule: the app wants
 * every case seen. reopened: a decision was taken back.
 */
export const kycReviewReason = z.enum([
  'multiple_records',
  'provider_unclear',
  'provider_silent',
  'name_unclear',
  'unverified_facts',
  'legacy_format',
  'used_elsewhere',
  'differs_from_verified',
  'unreadable',
  'by_rule',
  'reopened',
])

export const kycProvider = z.enum(['karza', 'signzy'])

/** checking: the provider is asked. review: a reviewer has to decide. second_review: one has approved, and another must. */
export const kycStage = z.enum(['checking', 'review', 'second_review', 'verified', 'rejected', 'expired', 'erased'])

const side = z.enum(['front', 'back'])

const standing = {
  /** The host's id of the user. */
  userId: z.string(),
  status: kycStatus,
  /** Of `rejected` only. */
  reasons: z.array(kycReason),
  /** What a reviewer wants the user to know; null: nothing. */
  note: z.string().nullable(),
  /** The submission that the status is of; null before the first. */
  submissionId: z.string().nullable(),
  type: kycDocumentType.nullable(),
  verifiedAt: time.nullable(),
  /** When the user has to be verified again; null: never. */
  expiresAt: time.nullable(),
  /** Null before the first submission. */
  updatedAt: time.nullable(),
}

/** How a user stands, as events tell it: no name, no number. */
export const kycNews = z.object(standing)

/** What the user may do now. */
export const kycStanding = z.object({
  ...standing,
  /** Whether a submission is taken now; where not, `retryAt` says when, and null that it does not depend on time. */
  canSubmit: z.boolean(),
  retryAt: time.nullable(),
  /** Submissions left before a reviewer has to be asked. */
  attemptsLeft: z.int(),
  /** Documents that the app takes, each with the sides that are wanted of it, and those without which nothing is taken. */
  documents: z.array(z.object({ type: kycDocumentType, sides: z.array(side), required: z.array(side) })),
  consent: z.object({
    /** The notice that holds now; its text is at `GET /v1/kyc/notice`. */
    currentVersion: z.string(),
    /** Whether the user has agreed to it, and not withdrawn. Where the app sets `consentFirst`, nothing can be uploaded before. */
    given: z.boolean(),
    givenAt: time.nullable(),
  }),
})

/** What a user agrees to, to be shown in full before they do. */
export const kycNotice = z.object({
  version: z.string(),
  /** The language of these texts: the one asked for, else English. */
  language: z.string(),
  title: z.string(),
  /** Paragraphs, in order. */
  paragraphs: z.array(z.string()),
  /** What is collected, item by item. */
  items: z.array(z.string()),
  /** The sentence beside the check box. */
  agreement: z.string(),
})
