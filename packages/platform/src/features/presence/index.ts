import type { TenantId } from '../../base/tenant.ts'
import {
  connectedSet,
  factsByHostId,
  factsById,
  readStatuses,
  type HostPresence,
  type PresenceDeps,
  type PresenceFacts,
} from './read-presence.ts'
import { isReachable } from './presence-status.ts'

export { chargedRate, chargedRateFrom, isWithin, type PriceColumns, type RateBounds } from './own-rate.ts'
export { isReachable, type Availability, type PresenceStatus, type Reachability } from './presence-status.ts'
export type { QuietHours } from './quiet-hours.ts'
export { dayOf, type LocalDay } from './wall-time.ts'
export type { AvailabilityRow } from './presence-store.ts'
export { connectedSet, presenceOf, type HostPresence, type PresenceDeps, type PresenceFacts } from './read-presence.ts'

/** Who can be called, as the other features ask it. */
export interface Presence {
  /** One for each of the host's ids, in order; who does not exist is offline, at the app's own rate. */
  statuses(tenantId: TenantId, hostUserIds: readonly string[]): Promise<HostPresence[]>
  /** What status and price follow from, by the host's ids; those who do not exist are left out. */
  factsByHostId(tenantId: TenantId, hostUserIds: readonly string[]): Promise<PresenceFacts[]>
  /** The same by our ids. */
  factsById(tenantId: TenantId, userIds: readonly string[]): Promise<PresenceFacts[]>
  /** Whether this user (`usr_…`) has a live connection on any process. */
  isConnected(tenantId: TenantId, userId: string): Promise<boolean>
  /** Whether a call could reach this user (`usr_…`) now, apart from other calls. */
  isReachable(tenantId: TenantId, userId: string): Promise<boolean>
}

export function createPresence(deps: PresenceDeps): Presence {
  return {
    statuses: (tenantId, hostUserIds) => readStatuses(deps, tenantId, hostUserIds),
    factsByHostId: (tenantId, hostUserIds) => factsByHostId(deps, tenantId, hostUserIds),
    factsById: (tenantId, userIds) => factsById(deps, tenantId, userIds),
    isConnected: async (tenantId, userId) => (await deps.bus.alive(connectedSet(tenantId), [userId])).has(userId),
    async isReachable(tenantId, userId) {
      const [facts] = await factsById(deps, tenantId, [userId])
      return facts !== undefined && isReachable(facts, deps.clock.now())
    },
  }
}
