import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { id, listOf, page, text, time, userId } from '../shapes.ts'
import { kycDocumentType, kycNotice, kycProvider, kycReason, kycReviewReason, kycStage, kycStanding, kycStatus } from './kyc.ts'
import type { kycRoutes, kycServerRoutes } from './routes.ts'
import { kycCase, kycReceipt, kycSubmission } from './submission.ts'

const language = z.string().regex(/^[a-z]{2,3}$/, 'must be an ISO 639 code')
const consent = z.strictObject({
  /** Of the platform's notice (`GET /v1/kyc/notice`), or of the app's own. */
  version: z.string().regex(/^[\w.:-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, colons, dashes or underscores'),
  /** A BCP 47 tag: the first part counts. */
  language: z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$/, 'must be a language, like en or hi-IN'),
})

const isDay = (value: string): boolean => {
  const at = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value)
}
const day = z
  .string()
  .regex(/^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$/, 'must be YYYY-MM-DD')
  .refine(isDay, 'must be a day of the calendar')

export const kycSchemas = {
  get: { answer: kycStanding },
  getNotice: { query: z.strictObject({ language: language.optional() }), answer: kycNotice },
  consent: { body: consent, answer: z.object({ version: z.string(), language: z.string(), givenAt: time }) },
  withdrawConsent: {},
  submit: {
    body: z.strictObject({
      /** Of `POST /v1/kyc/documents`: every side that `GET /v1/kyc` calls required of the type; a PDF counts for both. */
      documentIds: z
        .array(id('doc'))
        .min(1)
        .max(4)
        .refine((ids) => new Set(ids).size === ids.length, 'must name each once'),
      type: kycDocumentType,
      /** As it is on the document; spaces and hyphens do not matter. */
      number: text(32),
      /** As it is on the document. */
      name: text(100, 2).refine((name) => !/\p{Nd}/u.test(name), 'must not hold digits'),
      dateOfBirth: day,
      consent,
    }),
    answer: kycReceipt,
  },
} satisfies SchemasFor<typeof kycRoutes>

const bySubmissionId = z.strictObject({ submissionId: id('kyc') })
const byUserId = z.strictObject({ userId })

const filters = {
  stage: kycStage.optional(),
  status: kycStatus.exclude(['not_started']).optional(),
  type: kycDocumentType.optional(),
  provider: kycProvider.optional(),
  /** Of the rejection, or of what has to be looked at. */
  reason: z.union([kycReason, kycReviewReason]).optional(),
  /** Only those of this user. */
  userId: userId.optional(),
  /** Only those that were handed in before, or after. */
  before: time.optional(),
  after: time.optional(),
}

const flag = z.enum(['true', 'false']).transform((value) => value === 'true')

export const kycServerSchemas = {
  getOfUser: { params: byUserId, answer: kycStanding },
  erase: { params: byUserId },
  listSubmissions: {
    query: z.strictObject({
      ...page,
      ...filters,
      /** `oldest`: those that have waited longest come first. */
      order: z.enum(['newest', 'oldest']).default('newest'),
    }),
    answer: listOf(kycSubmission),
  },
  getSubmission: {
    params: bySubmissionId,
    query: z.strictObject({
      /** `true` shows the number; the key needs the scope `kyc:reveal`, and `reason` is required. */
      reveal: flag.optional(),
      /** For the audit trail. */
      reason: text(200, 3).optional(),
    }),
    answer: kycCase,
  },
  review: {
    params: bySubmissionId,
    body: z.strictObject({
      decision: z.enum(['approve', 'reject', 'reopen']),
      /** Of a rejection: at least one; the user is told. */
      reasons: z
        .array(kycReason.exclude(['expired']))
        .max(5)
        .optional(),
      /** With a rejection or a re-opening the user is told it. */
      note: text(500).optional(),
      /** The person who decides, by the host's own name for them. Required where two approvals are. */
      reviewer: text(80).optional(),
    }),
    answer: kycSubmission,
  },
  listAudit: {
    query: z.strictObject({ ...page, userId: userId.optional(), submissionId: id('kyc').optional() }),
    answer: listOf(
      z.object({
        id: z.string(),
        at: time,
        /** A key’s id, `platform`, or the host's id of the user. */
        by: z.string(),
        action: z.string(),
        /** What it was done to: a submission, a document, a user. */
        subject: z.string().nullable(),
        reason: z.string().nullable(),
        fromIp: z.string().nullable(),
        details: z.record(z.string(), z.unknown()),
      }),
    ),
  },
  export: {
    query: z.strictObject({
      limit: z.coerce.number<number>().int().min(1).max(1_000).default(500),
      cursor: z.string().min(1).max(512).optional(),
      ...filters,
      format: z.enum(['csv', 'jsonl']).default('csv'),
      /** For the audit trail. */
      reason: text(200, 3),
    }),
    answer: z.object({
      /** Whole lines, each with its end; of CSV the first page begins with the names of the columns. */
      text: z.string(),
      nextCursor: z.string().nullable(),
    }),
  },
} satisfies SchemasFor<typeof kycServerRoutes>
