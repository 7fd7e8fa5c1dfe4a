import type { AnswerOf, KycNews, allSchemas } from '@impacthub/sdk/contract'
import type { IdentityKind } from '../../providers/kyc/port.ts'
import type { KycRules } from '../tenants/index.ts'
import type { Consent } from './consent-store.ts'
import { currentVersion } from './notices.ts'
import { statusOf } from './submission-lifecycle.ts'
import { whenAllowed } from './submission-allowed.ts'
import type { Profile, Submission } from './submission-row.ts'

type Schemas = (typeof allSchemas)['kyc']
type ShownSubmission = AnswerOf<Schemas['review']>

/** How a user stands, as events tell it: no name, no number. */
export const presentNews = (profile: Profile): KycNews => ({
  userId: profile.hostUserId,
  status: profile.status,
  reasons: profile.status === 'rejected' ? [...profile.reasons] : [],
  note: profile.note,
  submissionId: profile.submissionId,
  type: profile.type,
  verifiedAt: profile.verifiedAt?.toISOString() ?? null,
  expiresAt: profile.expiresAt?.toISOString() ?? null,
  updatedAt: profile.submissionId === null && profile.status === 'not_started' ? null : profile.updatedAt.toISOString(),
})

type Side = 'front' | 'back'

/** What is worth a picture. */
const sides: Readonly<Record<IdentityKind, readonly Side[]>> = {
  aadhaar: ['front', 'back'],
  pan: ['front'],
  driving_license: ['front', 'back'],
}

/** Without which nothing is taken. */
export const requiredSides = (type: IdentityKind, { bothSides }: Pick<KycRules, 'bothSides'>): Side[] =>
  type !== 'pan' && bothSides.includes(type) ? ['front', 'back'] : ['front']

/** Somebody of whom nothing is known. */
const nobody = (hostUserId: string): Profile => ({
  userId: '',
  hostUserId,
  status: 'not_started',
  submissionId: null,
  verifiedId: null,
  panId: null,
  panLastFour: null,
  isAdult: false,
  reasons: [],
  note: null,
  type: null,
  verifiedAt: null,
  expiresAt: null,
  rejections: 0,
  updatedAt: new Date(0),
})

export function presentStanding(
  hostUserId: string,
  known: {
    readonly profile: Profile | undefined
    readonly openId: string | undefined
    readonly lately: readonly Date[]
    readonly consent: Consent | undefined
  },
  rules: KycRules,
  now: Date,
): AnswerOf<Schemas['get']> {
  const { profile = nobody(hostUserId), openId, lately, consent } = known
  const allowed = whenAllowed({ profile, isOpen: openId !== undefined, lately, rules, now })
  const isGiven = consent?.kind === 'given' && consent.version === currentVersion
  return {
    ...presentNews(profile),
    canSubmit: allowed.isAllowed,
    retryAt: allowed.retryAt?.toISOString() ?? null,
    attemptsLeft: Math.max(0, rules.maxRejections - profile.rejections),
    documents: rules.documents.map((type) => ({ type, sides: [...sides[type]], required: requiredSides(type, rules) })),
    consent: { currentVersion, given: isGiven, givenAt: isGiven ? consent.at.toISOString() : null },
  }
}

/** As a queue shows it. */
export const presentSubmission = (submission: Submission): ShownSubmission => ({
  id: submission.id,
  userId: submission.hostUserId,
  type: submission.type,
  numberMasked: submission.numberMasked,
  status: statusOf(submission.stage),
  stage: submission.stage,
  reasons: [...submission.reasons],
  reviewReasons: [...submission.reviewReasons],
  provider: submission.provider,
  decidedBy: submission.decidedBy,
  createdAt: submission.createdAt.toISOString(),
  decidedAt: submission.decidedAt?.toISOString() ?? null,
  stageSince: submission.stageSince.toISOString(),
})
