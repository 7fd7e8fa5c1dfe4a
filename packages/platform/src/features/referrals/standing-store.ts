import type { TenantId } from '../../base/tenant.ts'
import { toCoins } from '../../base/coins.ts'
import type { Sql } from '../../db/connect.ts'
import type { Referral } from './referral-row.ts'

/** What a user's code has brought, and what became of the code that they came by. */
export interface Progress {
  /** `usr_…` and the host's id. */
  readonly id: string
  readonly hostId: string
  readonly code: string
  readonly createdAt: Date
  readonly invited: number
  readonly pending: number
  readonly rewarded: number
  readonly coins: number
  /** The attribution by which they came. */
  readonly cameBy: Pick<Referral, 'id' | 'status' | 'refereeCoins'> | null
}

interface Row {
  readonly id: string
  readonly host_id: string
  readonly referral_code: string
  readonly created_at: Date
  readonly invited: number | null
  readonly pending: number | null
  readonly rewarded: number | null
  readonly coins: string | null
  readonly came_by: string | null
  readonly status: Referral['status'] | null
  readonly referee_coins: number | null
}

/** Of these users (`usr_…`); those who are gone are left out. */
export async function readProgress(tx: Sql, tenantId: TenantId, userIds: readonly string[]): Promise<Progress[]> {
  const rows = await tx.query<Row>(
    `select u.id, u.host_id, u.referral_code, u.created_at, v.invited, t.pending, t.rewarded, t.coins, r.id as came_by, r.status, r.referee_coins
     from users u
     left join referral_totals t on t.tenant_id = u.tenant_id and t.user_id = u.id
     left join referral_reach v on v.tenant_id = u.tenant_id and v.user_id = u.id
     left join referrals r on r.tenant_id = u.tenant_id and r.referee_id = u.id and r.attributed
     where u.tenant_id = $1 and u.id = any($2) and u.deleted_at is null`,
    [tenantId, userIds],
  )
  return rows.map((row) => ({
    id: row.id,
    hostId: row.host_id,
    code: row.referral_code,
    createdAt: row.created_at,
    invited: row.invited ?? 0,
    pending: row.pending ?? 0,
    rewarded: row.rewarded ?? 0,
    coins: toCoins(row.coins ?? '0'),
    cameBy:
      row.came_by === null || row.status === null ? null : { id: row.came_by, status: row.status, refereeCoins: row.referee_coins ?? 0 },
  }))
}
