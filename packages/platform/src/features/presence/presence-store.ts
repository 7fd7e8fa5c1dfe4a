import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { Availability, Rate } from './presence-status.ts'

export interface AvailabilityRow {
  /** Ours, `usr_…`. */
  readonly userId: string
  readonly hostUserId: string
  readonly availability: Availability
  readonly availableUntil: Date | null
  /** What a call to the user costs; null: the app's own rate. */
  readonly rate: Rate | null
}

// Who is blocked cannot sign in, and must not look as if a call could reach them.
const columns = `id as "userId", host_id as "hostUserId", case when blocked then 'never' else availability end as availability,
  case when blocked then null else available_until end as "availableUntil",
  case when rate_coins is not null then json_build_object('coins', rate_coins, 'seconds', rate_seconds) end as rate`

export const presenceStore = {
  byHostId: (tx: Tx, tenantId: TenantId, hostUserIds: readonly string[]) =>
    tx.query<AvailabilityRow>(`select ${columns} from users where tenant_id = $1 and host_id = any($2) and deleted_at is null`, [
      tenantId,
      hostUserIds,
    ]),

  byId: (tx: Tx, tenantId: TenantId, userIds: readonly string[]) =>
    tx.query<AvailabilityRow>(`select ${columns} from users where tenant_id = $1 and id = any($2) and deleted_at is null`, [
      tenantId,
      userIds,
    ]),

  /** The row as it is after the change. */
  async setAvailability(
    tx: Tx,
    tenantId: TenantId,
    hostUserId: string,
    availability: Availability,
    until: Date | null,
  ): Promise<AvailabilityRow | undefined> {
    const [row] = await tx.query<AvailabilityRow>(
      `update users set availability = $3, available_until = $4
       where tenant_id = $1 and host_id = $2 and deleted_at is null returning ${columns}`,
      [tenantId, hostUserId, availability, until],
    )
    return row
  },
}
