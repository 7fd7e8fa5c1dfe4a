import type { ReferralReason } from '@impacthub/sdk/contract'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { isAttribution, type Attribution, type Referral, type ReferralStatus, type ReferralStep, type Release } from './referral-row.ts'

/** A row as it comes. */
export interface StoredReferral {
  readonly id: string
  readonly referrer_id: string | null
  readonly referee_id: string
  readonly host_referrer: string | null
  readonly host_referee: string
  readonly code: string
  readonly via: Referral['via']
  readonly status: ReferralStatus
  readonly attributed: boolean
  readonly flagged: boolean
  readonly referrer_coins: number
  readonly referee_coins: number
  readonly release: Release
  readonly hold_days: number
  readonly expires_days: number | null
  readonly policy_version: number
  readonly score: number
  readonly reasons: ReferralReason[]
  readonly met_at: Date | null
  readonly met_by: string | null
  readonly due_at: Date | null
  readonly transaction_id: string | null
  readonly created_at: Date
  readonly rewarded_at: Date | null
  readonly ended_at: Date | null
}

export const referralColumns = `r.id, r.referrer_id, r.referee_id, a.host_id as host_referrer, b.host_id as host_referee, r.code, r.via, r.status, r.attributed,
  r.flagged, r.referrer_coins, r.referee_coins, r.release, r.hold_days, r.expires_days, r.policy_version, r.score, r.reasons, r.met_at, r.met_by,
  r.due_at, r.transaction_id, r.created_at, r.rewarded_at, r.ended_at`
export const referralSource = `referrals r join users b on b.tenant_id = r.tenant_id and b.id = r.referee_id
  left join users a on a.tenant_id = r.tenant_id and a.id = r.referrer_id`

export const readReferral = (row: StoredReferral): Referral => ({
  id: row.id,
  referrerId: row.referrer_id,
  refereeId: row.referee_id,
  hostReferrerId: row.host_referrer,
  hostRefereeId: row.host_referee,
  code: row.code,
  via: row.via,
  status: row.status,
  attributed: row.attributed,
  flagged: row.flagged,
  referrerCoins: row.referrer_coins,
  refereeCoins: row.referee_coins,
  release: row.release,
  holdDays: row.hold_days,
  expiresDays: row.expires_days,
  policyVersion: row.policy_version,
  score: row.score,
  reasons: row.reasons,
  metAt: row.met_at,
  metBy: row.met_by,
  dueAt: row.due_at,
  transactionId: row.transaction_id,
  createdAt: row.created_at,
  rewardedAt: row.rewarded_at,
  endedAt: row.ended_at,
})

const checksOf = (reasons: readonly ReferralReason[]): string[] => [...new Set(reasons.map(({ check }) => check))]

/** A new one, which nobody else knows yet. */
export function insertReferral(tx: Tx, tenantId: TenantId, one: Referral): void {
  tx.write(
    `insert into referrals (id, tenant_id, referrer_id, referee_id, code, via, status, attributed, referrer_coins, referee_coins, release, hold_days,
       expires_days, policy_version, score, reasons, checks, met_at, due_at, created_at, updated_at, ended_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20, $21)`,
    [
      one.id,
      tenantId,
      one.referrerId,
      one.refereeId,
      one.code,
      one.via,
      one.status,
      one.attributed,
      one.referrerCoins,
      one.refereeCoins,
      JSON.stringify(one.release),
      one.holdDays,
      one.expiresDays,
      one.policyVersion,
      one.score,
      JSON.stringify(one.reasons),
      checksOf(one.reasons),
      one.metAt,
      one.dueAt,
      one.createdAt,
      one.endedAt,
    ],
  )
}

export async function findReferral(tx: Tx, tenantId: TenantId, id: string): Promise<Referral | undefined> {
  const [row] = await tx.query<StoredReferral>(`select ${referralColumns} from ${referralSource} where r.tenant_id = $1 and r.id = $2`, [
    tenantId,
    id,
  ])
  return row && readReferral(row)
}

/** By whose code the user (`usr_…`) came; undefined: by nobody's, or every code was refused. */
export async function attributionOf(tx: Tx, tenantId: TenantId, refereeId: string): Promise<Attribution | undefined> {
  const [row] = await tx.query<StoredReferral>(
    `select ${referralColumns} from ${referralSource} where r.tenant_id = $1 and r.referee_id = $2 and r.attributed`,
    [tenantId, refereeId],
  )
  const one = row && readReferral(row)
  return one && isAttribution(one) ? one : undefined
}

/**
 * Both sides' totals, in the order of their ids, and then the referral itself, held until the transaction is over: whoever decides about a
 * referral holds them first. What only one tenant's attributions have: a refused guess is undefined.
 */
export async function lockReferral(tx: Tx, tenantId: TenantId, id: string): Promise<Attribution | undefined> {
  const known = await findReferral(tx, tenantId, id)
  if (known === undefined || !isAttribution(known)) return undefined
  await lockTotals(tx, tenantId, [known.referrerId, known.refereeId])
  const [row] = await tx.query<StoredReferral>(
    `select ${referralColumns} from ${referralSource} where r.tenant_id = $1 and r.id = $2 for no key update of r`,
    [tenantId, id],
  )
  const one = row && readReferral(row)
  return one && isAttribution(one) ? one : undefined
}

/** Rows of users (`usr_…`), made where there are none, held until the transaction is over; all in one order. */
export async function lockTotals(tx: Tx, tenantId: TenantId, userIds: readonly string[]): Promise<void> {
  tx.write(
    `insert into referral_totals (tenant_id, user_id) select distinct $1::integer, u from unnest($2::text[]) u order by 2
     on conflict (tenant_id, user_id) do nothing`,
    [tenantId, userIds],
  )
  await tx.query('select user_id from referral_totals where tenant_id = $1 and user_id = any($2) order by user_id for no key update', [
    tenantId,
    userIds,
  ])
}

export interface TotalsChange {
  readonly pending: number
  readonly rewarded: number
  readonly coins: number
}

/** The row is held. */
export function addToTotals(tx: Tx, tenantId: TenantId, userId: string, { pending, rewarded, coins }: TotalsChange): void {
  if (pending === 0 && rewarded === 0 && coins === 0) return
  tx.write(
    'update referral_totals set pending = pending + $3, rewarded = rewarded + $4, coins = coins + $5 where tenant_id = $1 and user_id = $2',
    [tenantId, userId, pending, rewarded, coins],
  )
}

export type ReferralChange = Pick<
  Referral,
  'status' | 'flagged' | 'policyVersion' | 'score' | 'reasons' | 'metAt' | 'metBy' | 'dueAt' | 'transactionId' | 'rewardedAt' | 'endedAt'
>

export function updateReferral(tx: Tx, tenantId: TenantId, id: string, change: ReferralChange, now: Date): void {
  tx.write(
    `update referrals set status = $3, flagged = $4, policy_version = $5, score = $6, reasons = $7, checks = $8, met_at = $9, met_by = $10,
       due_at = $11, transaction_id = $12, rewarded_at = $13, ended_at = $14, updated_at = $15
     where tenant_id = $1 and id = $2`,
    [
      tenantId,
      id,
      change.status,
      change.flagged,
      change.policyVersion,
      change.score,
      JSON.stringify(change.reasons),
      checksOf(change.reasons),
      change.metAt,
      change.metBy,
      change.dueAt,
      change.transactionId,
      change.rewardedAt,
      change.endedAt,
      now,
    ],
  )
}

/** Evidence: it is not changed any more. */
export function insertStep(tx: Tx, tenantId: TenantId, referralId: string, step: ReferralStep): void {
  tx.write(
    `insert into referral_steps (tenant_id, referral_id, step, event, from_status, to_status, actor, note, policy_version, score, reasons, transaction_id, at)
     select $1::integer, $2::text, coalesce(max(step), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 from referral_steps where tenant_id = $1 and referral_id = $2`,
    [
      tenantId,
      referralId,
      step.event,
      step.from,
      step.to,
      step.actor,
      step.note,
      step.policyVersion,
      step.score,
      JSON.stringify(step.reasons),
      step.transactionId,
      step.at,
    ],
  )
}

interface StoredStep {
  readonly event: string
  readonly from_status: ReferralStatus | null
  readonly to_status: ReferralStatus
  readonly actor: string
  readonly note: string | null
  readonly policy_version: number
  readonly score: number
  readonly reasons: ReferralReason[]
  readonly transaction_id: string | null
  readonly at: Date
}

const mostSteps = 200

/** Oldest first. */
export async function stepsOf(tx: Tx, tenantId: TenantId, referralId: string): Promise<ReferralStep[]> {
  const rows = await tx.query<StoredStep>(
    `select event, from_status, to_status, actor, note, policy_version, score, reasons, transaction_id, at
     from referral_steps where tenant_id = $1 and referral_id = $2 order by step limit ${mostSteps}`,
    [tenantId, referralId],
  )
  return rows.map((row) => ({
    event: row.event,
    from: row.from_status,
    to: row.to_status,
    actor: row.actor,
    note: row.note,
    policyVersion: row.policy_version,
    score: row.score,
    reasons: row.reasons,
    transactionId: row.transaction_id,
    at: row.at,
  }))
}

/** Refused codes of a user that are on record. */
export async function refusedCount(tx: Tx, tenantId: TenantId, refereeId: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    'select count(*)::integer as count from referrals where tenant_id = $1 and referee_id = $2 and not attributed',
    [tenantId, refereeId],
  )
  return row?.count ?? 0
}
