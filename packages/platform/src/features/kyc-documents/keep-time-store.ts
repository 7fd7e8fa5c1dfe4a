import { tenantId as toTenantId, type TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

/** Until when something of a document's is kept. */
export interface Limits {
  /** Handed in by nobody since then. */
  readonly waitingSince: Date
  /** Pages of Aadhaar that nobody has masked, decided before. */
  readonly unmaskedSince: Date
  readonly now: Date
}

export interface PastTime {
  readonly tenantId: TenantId
  readonly id: string
  /** False: only as an original; what has been masked of it stays. */
  readonly isWhole: boolean
}

/** Documents whose time is over, of all apps; or whether that of one, which is held, still is. */
export async function documentsPastTime(
  tx: Tx,
  { waitingSince, unmaskedSince, now }: Limits,
  limit: number,
  only?: string,
): Promise<PastTime[]> {
  const rows = await tx.query<{ tenant_id: number; id: string; is_whole: boolean }>(
    `select tenant_id, id, true as is_whole from kyc_documents where destroyed_at is null and submission_id is null and created_at < $1
       and ($5::text is null or id = $5)
     union all
     select tenant_id, id, keep_until <= $3 from kyc_documents where destroyed_at is null and decided_at is not null
       and (keep_until <= $3 or (type = 'aadhaar' and not masked and decided_at < $2)) and ($5::text is null or id = $5)
     limit $4`,
    [waitingSince, unmaskedSince, now, limit, only ?? null],
  )
  return rows.map((row) => ({ tenantId: toTenantId(row.tenant_id), id: row.id, isWhole: row.is_whole }))
}
