import { newId } from '../../base/ids.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { CheckResult, CheckState, KycProviderName } from '../../providers/kyc/port.ts'
import type { NameMatch } from './match-names.ts'
import type { Stage, SubmissionEvent } from './submission-lifecycle.ts'
import type { Submission } from './submission-row.ts'

/** What was asked, and what happened: written once, and never changed. */

export interface CheckRecord {
  readonly provider: KycProviderName
  readonly requestId: string | null
  readonly outcome: CheckState
  readonly reason: string | null
  readonly nameMatch: NameMatch | null
  readonly score: number | null
  readonly attempt: number
  readonly counted: boolean
  readonly latencyMs: number
  readonly at: Date
}

export async function insertCheck(
  tx: Tx,
  tenantId: TenantId,
  submission: Pick<Submission, 'id'>,
  result: CheckResult,
  about: { readonly attempt: number; readonly counted: boolean; readonly nameMatch: NameMatch | null; readonly at: Date },
): Promise<void> {
  await tx.query(
    `insert into kyc_checks (tenant_id, id, submission_id, attempt, provider, request_id, outcome, reason, provider_code, name_match, score,
       requests, latency_ms, counted, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      tenantId,
      newId('kch', about.at),
      submission.id,
      about.attempt,
      result.provider,
      result.providerRequestId,
      result.state,
      result.reason,
      result.providerCode,
      about.nameMatch,
      result.score,
      result.requests,
      Math.round(result.latencyMs),
      about.counted,
      about.at,
    ],
  )
}

interface CheckRow {
  readonly provider: KycProviderName
  readonly request_id: string | null
  readonly outcome: CheckState
  readonly reason: string | null
  readonly name_match: NameMatch | null
  readonly score: number | null
  readonly attempt: number
  readonly counted: boolean
  readonly latency_ms: number
  readonly at: Date
}

/** Oldest first. */
export async function checksOf(tx: Tx, tenantId: TenantId, submissionId: string): Promise<CheckRecord[]> {
  const rows = await tx.query<CheckRow>(
    `select provider, request_id, outcome, reason, name_match, score, attempt, counted, latency_ms, at from kyc_checks
     where tenant_id = $1 and submission_id = $2 order by id`,
    [tenantId, submissionId],
  )
  return rows.map(({ request_id: requestId, name_match: nameMatch, latency_ms: latencyMs, ...rest }) => ({
    ...rest,
    requestId,
    nameMatch,
    latencyMs,
  }))
}

export interface EventRecord {
  readonly at: Date
  readonly event: SubmissionEvent | 'submitted'
  readonly from: Stage | null
  readonly to: Stage
  /** `usr_…`, `key_…` or the platform. */
  readonly actor: string
  readonly reviewer: string | null
  readonly attempt: number
  readonly reasons: readonly string[]
  readonly note: string | null
}

export async function insertEvent(tx: Tx, tenantId: TenantId, submissionId: string, event: EventRecord): Promise<void> {
  await tx.query(
    `insert into kyc_events (tenant_id, id, submission_id, at, event, from_stage, to_stage, actor, reviewer, attempt, reasons, note)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      tenantId,
      newId('kev', event.at),
      submissionId,
      event.at,
      event.event,
      event.from,
      event.to,
      event.actor,
      event.reviewer,
      event.attempt,
      event.reasons,
      event.note,
    ],
  )
}

type EventRow = Omit<EventRecord, 'from' | 'to'> & { readonly from_stage: Stage | null; readonly to_stage: Stage }

/** Oldest first; a user is named by the host's id. */
export async function eventsOf(tx: Tx, tenantId: TenantId, submissionId: string): Promise<EventRecord[]> {
  const rows = await tx.query<EventRow>(
    `select e.at, e.event, e.from_stage, e.to_stage, coalesce(u.host_id, e.actor) as actor, e.reviewer, e.attempt, e.reasons, e.note
     from kyc_events e left join users u on u.tenant_id = e.tenant_id and u.id = e.actor
     where e.tenant_id = $1 and e.submission_id = $2 order by e.id`,
    [tenantId, submissionId],
  )
  return rows.map(({ from_stage: from, to_stage: to, ...rest }) => ({ ...rest, from, to }))
}
