import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { chargedRateFrom, type PriceColumns } from './own-rate.ts'
import type { Availability, Rate } from './presence-status.ts'
import type { QuietHours } from './quiet-hours.ts'

export interface AvailabilityRow {
  /** Ours, `usr_…`. */
  readonly userId: string
  readonly hostUserId: string
  readonly availability: Availability
  readonly availableUntil: Date | null
  readonly quietHours: QuietHours | null
  readonly restsUntil: Date | null
  /** What a call to the user costs; null: the app's own rate. */
  readonly rate: Rate | null
}

interface StoredAvailability extends PriceColumns {
  readonly id: string
  readonly host_id: string
  readonly availability: Availability
  readonly available_until: Date | null
  readonly quiet_hours: QuietHours | null
  readonly rests_until: Date | null
}

// Who is blocked cannot sign in, and must not look as if a call could reach them.
const columns = `u.id, u.host_id, case when u.blocked then 'never' else u.availability end as availability,
  case when u.blocked then null else u.available_until end as available_until, u.quiet_hours, u.rests_until,
  u.rate_coins, u.rate_seconds, u.own_rate_coins, u.own_rate_seconds, t.rate_min_coins, t.rate_max_coins, t.rate_bound_seconds`

const read = (row: StoredAvailability): AvailabilityRow => ({
  userId: row.id,
  hostUserId: row.host_id,
  availability: row.availability,
  availableUntil: row.available_until,
  quietHours: row.quiet_hours,
  restsUntil: row.rests_until,
  rate: chargedRateFrom(row),
})

export const presenceStore = {
  byHostId: async (tx: Tx, tenantId: TenantId, hostUserIds: readonly string[]): Promise<AvailabilityRow[]> =>
    (
      await tx.query<StoredAvailability>(
        `select ${columns} from users u join tenants t on t.id = u.tenant_id
         where u.tenant_id = $1 and u.host_id = any($2) and u.deleted_at is null`,
        [tenantId, hostUserIds],
      )
    ).map(read),

  byId: async (tx: Tx, tenantId: TenantId, userIds: readonly string[]): Promise<AvailabilityRow[]> =>
    (
      await tx.query<StoredAvailability>(
        `select ${columns} from users u join tenants t on t.id = u.tenant_id
         where u.tenant_id = $1 and u.id = any($2) and u.deleted_at is null`,
        [tenantId, userIds],
      )
    ).map(read),

  /** The row as it is after the change. */
  async setAvailability(
    tx: Tx,
    tenantId: TenantId,
    hostUserId: string,
    availability: Availability,
    until: Date | null,
  ): Promise<AvailabilityRow | undefined> {
    const [row] = await tx.query<StoredAvailability>(
      `update users u set availability = $3, available_until = $4 from tenants t
       where u.tenant_id = $1 and u.host_id = $2 and u.deleted_at is null and t.id = u.tenant_id returning ${columns}`,
      [tenantId, hostUserId, availability, until],
    )
    return row && read(row)
  },
}
