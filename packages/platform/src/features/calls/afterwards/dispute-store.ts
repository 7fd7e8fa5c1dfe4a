import type { AnswerOf, allSchemas } from '@impacthub/sdk/contract'
import { toCoins } from '../../../base/coins.ts'
import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import type { Evidence } from './evidence-store.ts'

type Shown = AnswerOf<(typeof allSchemas)['calls']['dispute']>
export type DisputeReason = Shown['reason']
export type DisputeStatus = Shown['status']

export interface Dispute {
  readonly id: string
  readonly callId: string
  readonly openedBy: Shown['openedBy']
  readonly reason: DisputeReason
  readonly comment: string | null
  readonly status: DisputeStatus
  readonly refundedCoins: number | null
  readonly note: string | null
  readonly openedAt: Date
  readonly resolvedAt: Date | null
}

interface StoredDispute {
  readonly id: string
  readonly call_id: string
  readonly opened_by: Dispute['openedBy']
  readonly reason: DisputeReason
  readonly comment: string | null
  readonly status: DisputeStatus
  readonly refunded_coins: string | null
  readonly note: string | null
  readonly opened_at: Date
  readonly resolved_at: Date | null
}

const columns = 'id, call_id, opened_by, reason, comment, status, refunded_coins, note, opened_at, resolved_at'

const read = (row: StoredDispute): Dispute => ({
  id: row.id,
  callId: row.call_id,
  openedBy: row.opened_by,
  reason: row.reason,
  comment: row.comment,
  status: row.status,
  refundedCoins: row.refunded_coins === null ? null : toCoins(row.refunded_coins),
  note: row.note,
  openedAt: row.opened_at,
  resolvedAt: row.resolved_at,
})

export type NewDispute = Pick<Dispute, 'id' | 'callId' | 'openedBy' | 'reason' | 'comment' | 'openedAt'> & { readonly evidence: Evidence }

/** Opens the dispute and marks its call. undefined when the call is disputed already. */
export async function insertDispute(tx: Tx, tenantId: TenantId, dispute: NewDispute): Promise<Dispute | undefined> {
  const { id, callId, openedBy, reason, comment, openedAt, evidence } = dispute
  const [row] = await tx.query<StoredDispute>(
    `insert into disputes (tenant_id, id, call_id, opened_by, reason, comment, evidence, opened_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict do nothing returning ${columns}`,
    [tenantId, id, callId, openedBy, reason, comment, JSON.stringify(evidence), openedAt],
  )
  if (row === undefined) return undefined
  await markDisputed(tx, tenantId, callId, true)
  return read(row)
}

export async function markDisputed(tx: Tx, tenantId: TenantId, callId: string, disputed: boolean): Promise<void> {
  await tx.query('update calls set disputed = $3 where tenant_id = $1 and id = $2', [tenantId, callId, disputed])
}

export async function findDispute(tx: Tx, tenantId: TenantId, id: string): Promise<Dispute | undefined> {
  const [row] = await tx.query<StoredDispute>(`select ${columns} from disputes where tenant_id = $1 and id = $2`, [tenantId, id])
  return row && read(row)
}

/** The latest dispute of a call that this one opened; of anybody's without one. */
export async function latestDispute(
  tx: Tx,
  tenantId: TenantId,
  callId: string,
  openedBy: Dispute['openedBy'] | undefined,
): Promise<Dispute | undefined> {
  const [row] = await tx.query<StoredDispute>(
    `select ${columns} from disputes where tenant_id = $1 and call_id = $2 and ($3::text is null or opened_by = $3) order by id desc limit 1`,
    [tenantId, callId, openedBy ?? null],
  )
  return row && read(row)
}

export async function evidenceOf(tx: Tx, tenantId: TenantId, id: string): Promise<Evidence> {
  const [row] = await tx.query<{ evidence: Record<string, unknown> }>('select evidence from disputes where tenant_id = $1 and id = $2', [
    tenantId,
    id,
  ])
  return row?.evidence ?? {}
}

/** Newest first. */
export async function listDisputes(
  tx: Tx,
  tenantId: TenantId,
  status: DisputeStatus | undefined,
  page: { readonly limit: number; readonly before: string | undefined },
): Promise<Dispute[]> {
  const rows = await tx.query<StoredDispute>(
    // '~' sorts after every id.
    `select ${columns} from disputes where tenant_id = $1 and ($2::text is null or status = $2) and id < coalesce($3::text, '~')
     order by id desc limit $4`,
    [tenantId, status ?? null, page.before ?? null, page.limit],
  )
  return rows.map(read)
}

/** Writes the decision of an open dispute. undefined when it was decided before. */
export async function decideDispute(
  tx: Tx,
  tenantId: TenantId,
  id: string,
  { status, refundedCoins, note, resolvedAt }: Pick<Dispute, 'status' | 'refundedCoins' | 'note'> & { readonly resolvedAt: Date },
): Promise<Dispute | undefined> {
  const [row] = await tx.query<StoredDispute>(
    `update disputes set status = $3, refunded_coins = $4, note = $5, resolved_at = $6
     where tenant_id = $1 and id = $2 and status = 'open' returning ${columns}`,
    [tenantId, id, status, refundedCoins, note, resolvedAt],
  )
  return row && read(row)
}
