import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { IdentityKind, KycProviderName } from '../../providers/kyc/port.ts'
import type { Stage } from './submission-lifecycle.ts'
import type { RejectReason, ReviewReason, Submission } from './submission-row.ts'

interface Row {
  readonly id: string
  readonly user_id: string
  readonly host_id: string
  readonly type: IdentityKind
  readonly stage: Stage
  readonly stage_since: Date
  readonly attempt: number
  readonly reasons: RejectReason[]
  readonly review_reasons: ReviewReason[]
  readonly note: string | null
  readonly number_masked: string | null
  readonly is_legacy: boolean
  readonly fingerprint: Buffer | null
  readonly consent_id: string
  readonly provider: KycProviderName | null
  readonly decided_by: 'rule' | 'reviewer' | null
  readonly decided_at: Date | null
  readonly created_at: Date
}

const read = (row: Row): Submission => ({
  id: row.id,
  userId: row.user_id,
  hostUserId: row.host_id,
  type: row.type,
  stage: row.stage,
  stageSince: row.stage_since,
  attempt: row.attempt,
  reasons: row.reasons,
  reviewReasons: row.review_reasons,
  note: row.note,
  numberMasked: row.number_masked,
  isLegacy: row.is_legacy,
  fingerprint: row.fingerprint,
  consentId: row.consent_id,
  provider: row.provider,
  decidedBy: row.decided_by,
  decidedAt: row.decided_at,
  createdAt: row.created_at,
})

const columns = `s.id, s.user_id, u.host_id, s.type, s.stage, s.stage_since, s.attempt, s.reasons, s.review_reasons, s.note, s.number_masked,
  s.is_legacy, s.fingerprint, s.consent_id, s.provider, s.decided_by, s.decided_at, s.created_at`
const source = 'kyc_submissions s join users u on u.tenant_id = s.tenant_id and u.id = s.user_id'

export async function insertSubmission(tx: Tx, tenantId: TenantId, one: Submission): Promise<void> {
  await tx.query(
    `insert into kyc_submissions (id, tenant_id, user_id, type, stage, stage_since, number_masked, is_legacy, fingerprint, consent_id, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $6)`,
    [one.id, tenantId, one.userId, one.type, one.stage, one.createdAt, one.numberMasked, one.isLegacy, one.fingerprint, one.consentId],
  )
}

export async function findSubmission(tx: Tx, tenantId: TenantId, id: string): Promise<Submission | undefined> {
  const [row] = await tx.query<Row>(`select ${columns} from ${source} where s.tenant_id = $1 and s.id = $2`, [tenantId, id])
  return row && read(row)
}

export async function saveSubmission(tx: Tx, tenantId: TenantId, one: Submission): Promise<void> {
  await tx.query(
    `update kyc_submissions set stage = $3, stage_since = $4, attempt = $5, reasons = $6, review_reasons = $7, note = $8, number_masked = $9,
       fingerprint = $10, provider = $11, decided_by = $12, decided_at = $13
     where tenant_id = $1 and id = $2`,
    [
      tenantId,
      one.id,
      one.stage,
      one.stageSince,
      one.attempt,
      one.reasons,
      one.reviewReasons,
      one.note,
      one.numberMasked,
      one.fingerprint,
      one.provider,
      one.decidedBy,
      one.decidedAt,
    ],
  )
}

/** Newest first. */
export async function submissionsOf(tx: Tx, tenantId: TenantId, userId: string): Promise<Submission[]> {
  const rows = await tx.query<Row>(
    `select ${columns} from ${source} where s.tenant_id = $1 and s.user_id = $2 order by s.id desc limit 100`,
    [tenantId, userId],
  )
  return rows.map(read)
}

/** All that have not been erased, however many they are. */
export async function submissionsToErase(tx: Tx, tenantId: TenantId, userId: string): Promise<Submission[]> {
  const rows = await tx.query<Row>(
    `select ${columns} from ${source} where s.tenant_id = $1 and s.user_id = $2 and s.stage <> 'erased' order by s.id desc`,
    [tenantId, userId],
  )
  return rows.map(read)
}

/** When they handed something in since then, the oldest first. */
export async function submittedSince(tx: Tx, tenantId: TenantId, userId: string, since: Date): Promise<Date[]> {
  const rows = await tx.query<{ created_at: Date }>(
    'select created_at from kyc_submissions where tenant_id = $1 and user_id = $2 and created_at > $3 order by id',
    [tenantId, userId, since],
  )
  return rows.map((row) => row.created_at)
}

/** The one of theirs that is being looked at. */
export async function openSubmissionOf(tx: Tx, tenantId: TenantId, userId: string): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>(
    "select id from kyc_submissions where tenant_id = $1 and user_id = $2 and stage in ('checking', 'review', 'second_review')",
    [tenantId, userId],
  )
  return row?.id
}

/** Whoever decides on a number is alone with it until the transaction is over: of two accounts with one number, the second sees the first. */
export async function holdNumber(tx: Tx, tenantId: TenantId, fingerprint: Buffer): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1, $2)', [tenantId, fingerprint.readInt32BE(0)])
}

/**
 * Submissions of other users with the same number: verified, run out, or before a reviewer. One that was only typed and refused says nothing
 * of whose the number is.
 */
export async function othersWithNumber(tx: Tx, tenantId: TenantId, { userId, fingerprint }: Submission): Promise<Submission[]> {
  if (fingerprint === null) return []
  const rows = await tx.query<Row>(
    `select ${columns} from ${source} where s.tenant_id = $1 and s.fingerprint = $2 and s.user_id <> $3
       and s.stage in ('verified', 'expired', 'review', 'second_review') order by s.id limit 20`,
    [tenantId, fingerprint, userId],
  )
  return rows.map(read)
}

export interface SubmissionFilter {
  readonly userId?: string | undefined
  readonly stages?: readonly Stage[] | undefined
  readonly type?: IdentityKind | undefined
  readonly provider?: KycProviderName | undefined
  readonly reason?: RejectReason | ReviewReason | undefined
  readonly before?: Date | undefined
  readonly after?: Date | undefined
}

export interface SubmissionPage {
  readonly limit: number
  /** The last id of the page before. */
  readonly before: string | undefined
  readonly order: 'newest' | 'oldest'
}

export async function listSubmissions(tx: Tx, tenantId: TenantId, filter: SubmissionFilter, page: SubmissionPage): Promise<Submission[]> {
  const { limit, before, order } = page
  const wanted: string[] = []
  const values: unknown[] = [tenantId, limit]
  const want = (condition: (place: string) => string, value: unknown): void => {
    if (value === undefined) return
    values.push(value)
    wanted.push(`and ${condition(`$${values.length}`)}`)
  }
  want((place) => (order === 'newest' ? `s.id < ${place}` : `s.id > ${place}`), before)
  want((place) => `s.user_id = ${place}`, filter.userId)
  want((place) => `s.stage = any(${place})`, filter.stages)
  want((place) => `s.type = ${place}`, filter.type)
  want((place) => `s.provider = ${place}`, filter.provider)
  want((place) => `(${place} = any(s.reasons) or ${place} = any(s.review_reasons))`, filter.reason)
  want((place) => `s.created_at < ${place}`, filter.before)
  want((place) => `s.created_at >= ${place}`, filter.after)
  const rows = await tx.query<Row>(
    `select ${columns} from ${source} where s.tenant_id = $1 ${wanted.join(' ')} order by s.id ${order === 'newest' ? 'desc' : 'asc'} limit $2`,
    values,
  )
  return rows.map(read)
}

/** Whether the user proved an Aadhaar number, which has not been erased since. */
export async function hasVerifiedAadhaar(tx: Tx, tenantId: TenantId, userId: string): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from kyc_submissions where tenant_id = $1 and user_id = $2 and type = 'aadhaar' and stage in ('verified', 'expired') limit 1`,
    [tenantId, userId],
  )
  return rows.length > 0
}
