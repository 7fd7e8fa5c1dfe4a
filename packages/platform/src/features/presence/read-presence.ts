import type { Clock } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Bus } from '../../bus/bus.ts'
import type { Db } from '../../db/connect.ts'
import { presenceStatus, type PresenceStatus, type Rate, type Reachability } from './presence-status.ts'
import { presenceStore, type AvailabilityRow } from './presence-store.ts'

/** The set of users of a tenant with a live connection, on whatever process. Members are `usr_…`. */
export const connectedSet = (tenantId: TenantId): string => `${tenantId}:connected`

export interface PresenceDeps {
  readonly db: Db
  readonly bus: Bus
  readonly clock: Clock
  /** Which of these users (`usr_…`) are in a call that is not over. */
  readonly busyAmong: (tenantId: TenantId, userIds: readonly string[]) => Promise<ReadonlySet<string>>
  /** Says that these users' status may have changed; whoever watches reads it anew. `change`: how one stands now. Never throws. */
  readonly hint: (tenantId: TenantId, userIds: readonly string[], change?: AvailabilityRow) => Promise<void>
}

/** All that a user's status and price follow from. */
export interface PresenceFacts extends Reachability {
  /** Ours, `usr_…`. */
  readonly userId: string
  readonly hostUserId: string
  readonly busy: boolean
  /** What a call to the user costs; null: the app's own rate. */
  readonly rate: Rate | null
}

export interface HostPresence {
  readonly userId: string
  readonly status: PresenceStatus
  /** What a call to the user costs; null: the app's own rate. */
  readonly rate: Rate | null
}

/** What others see of a user. Nobody is offline for being unknown in another way than for being away. */
export const presenceOf = (hostUserId: string, facts: PresenceFacts | undefined, now: Date): HostPresence => ({
  userId: hostUserId,
  status: facts === undefined ? 'offline' : presenceStatus(facts, now),
  rate: facts?.rate ?? null,
})

/** Asks for all that does not stand in the rows themselves. */
export async function complete(deps: PresenceDeps, tenantId: TenantId, rows: readonly AvailabilityRow[]): Promise<PresenceFacts[]> {
  const userIds = rows.map((row) => row.userId)
  if (userIds.length === 0) return []
  const [connected, busy] = await Promise.all([deps.bus.alive(connectedSet(tenantId), userIds), deps.busyAmong(tenantId, userIds)])
  return rows.map((row) => ({ ...row, connected: connected.has(row.userId), busy: busy.has(row.userId) }))
}

/** By the host's ids; those who do not exist are left out. */
export async function factsByHostId(deps: PresenceDeps, tenantId: TenantId, hostUserIds: readonly string[]): Promise<PresenceFacts[]> {
  const rows = await deps.db.transact(tenantId, (tx) => presenceStore.byHostId(tx, tenantId, hostUserIds))
  return complete(deps, tenantId, rows)
}

/** By our ids, for whom all can be asked at once. */
export async function factsById(deps: PresenceDeps, tenantId: TenantId, userIds: readonly string[]): Promise<PresenceFacts[]> {
  const [rows, connected, busy] = await Promise.all([
    deps.db.transact(tenantId, (tx) => presenceStore.byId(tx, tenantId, userIds)),
    deps.bus.alive(connectedSet(tenantId), userIds),
    deps.busyAmong(tenantId, userIds),
  ])
  return rows.map((row) => ({ ...row, connected: connected.has(row.userId), busy: busy.has(row.userId) }))
}

/** One for each id asked, in that order. */
export async function readStatuses(deps: PresenceDeps, tenantId: TenantId, hostUserIds: readonly string[]): Promise<HostPresence[]> {
  const facts = new Map((await factsByHostId(deps, tenantId, hostUserIds)).map((one) => [one.hostUserId, one]))
  const now = deps.clock.now()
  return hostUserIds.map((userId) => presenceOf(userId, facts.get(userId), now))
}
