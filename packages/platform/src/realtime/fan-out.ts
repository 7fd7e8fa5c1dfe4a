import type { RealtimeEvents, RealtimeEventType } from '@impacthub/sdk/contract'
import type { Logger } from '../base/logger.ts'
import type { TenantId } from '../base/tenant.ts'
import type { Bus, Message } from '../bus/bus.ts'
import type { AvailabilityRow } from '../features/presence/index.ts'
import { topics, type Notice } from './topics.ts'

/**
 * Tells live connections, on whatever process they are. Called after the commit of what it tells; nothing here throws or is sure to arrive:
 * frames are hints, and the API knows.
 */
export interface FanOut {
  /** To all connections of a user (`usr_…`). */
  toUser<T extends RealtimeEventType>(tenantId: TenantId, userId: string, type: T, data: RealtimeEvents[T]): Promise<void>
  /** To the host's server connections. */
  toApp<T extends RealtimeEventType>(tenantId: TenantId, type: T, data: RealtimeEvents[T]): Promise<void>
  /** The status of these users (`usr_…`) may have changed: called or ended, availability, deleted. `change`: how one of them stands now. */
  presenceHint(tenantId: TenantId, userIds: readonly string[], change?: AvailabilityRow): Promise<void>
  /** A key, user or token of the tenant was revoked: open connections are checked now instead of within seconds. */
  credentialsChanged(tenantId: TenantId): Promise<void>
}

/** How many users one hint names. */
const hintSize = 500

export function createFanOut(bus: Bus, logger: Logger): FanOut {
  const publish = async (topic: string, message: unknown) => {
    try {
      // Everything told is JSON by the contract's types.
      await bus.publish(topic, message as Message)
    } catch (error) {
      logger.warn('an event was not told', { error })
    }
  }
  const notify = (tenantId: TenantId, notice: Notice) => publish(topics.notices(tenantId), notice)
  return {
    toUser: (tenantId, userId, type, data) => publish(topics.user(tenantId, userId), { type, data }),
    toApp: (tenantId, type, data) => publish(topics.app(tenantId), { type, data }),
    async presenceHint(tenantId, userIds, change) {
      const written = change && {
        ...change,
        availableUntil: change.availableUntil?.toISOString() ?? null,
        restsUntil: change.restsUntil?.toISOString() ?? null,
      }
      for (let i = 0; i < userIds.length; i += hintSize) {
        await notify(tenantId, { about: 'presence', userIds: userIds.slice(i, i + hintSize), change: written })
      }
    },
    credentialsChanged: (tenantId) => notify(tenantId, { about: 'credentials' }),
  }
}
