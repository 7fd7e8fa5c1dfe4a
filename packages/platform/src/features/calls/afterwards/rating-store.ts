import type { AnswerOf, allSchemas } from '@impacthub/sdk/contract'
import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import type { Side } from '../call-row.ts'

/** As the contract shows it. */
export type Rating = AnswerOf<(typeof allSchemas)['calls']['rate']>
export type RatingReason = Rating['reasons'][number]

interface StoredRating {
  readonly by_side: Side
  readonly score: number
  readonly reasons: RatingReason[]
  readonly comment: string | null
  readonly created_at: Date
  readonly updated_at: Date
}

const read = (row: StoredRating): Rating => ({
  by: row.by_side,
  score: row.score,
  reasons: row.reasons,
  comment: row.comment,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
})

export async function putRating(
  tx: Tx,
  tenantId: TenantId,
  callId: string,
  by: Side,
  { score, reasons, comment }: { readonly score: number; readonly reasons: readonly RatingReason[]; readonly comment?: string | undefined },
  now: Date,
): Promise<Rating> {
  const [row] = await tx.query<StoredRating>(
    `insert into call_ratings (tenant_id, call_id, by_side, score, reasons, comment, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $7)
     on conflict (tenant_id, call_id, by_side) do update
     set score = excluded.score, reasons = excluded.reasons, comment = excluded.comment, updated_at = excluded.updated_at returning *`,
    [tenantId, callId, by, score, reasons, comment ?? null, now],
  )
  if (row === undefined) throw new Error('the rating was not written')
  return read(row)
}

export async function ratingsOf(tx: Tx, tenantId: TenantId, callId: string): Promise<Rating[]> {
  const rows = await tx.query<StoredRating>('select * from call_ratings where tenant_id = $1 and call_id = $2 order by by_side desc', [
    tenantId,
    callId,
  ])
  return rows.map(read)
}
