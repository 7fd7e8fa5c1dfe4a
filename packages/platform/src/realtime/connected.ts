import type { TenantId, UserActor } from '../base/tenant.ts'
import { connectedSet } from '../features/presence/index.ts'
import type { FanOut } from './fan-out.ts'
import { settingsOf, type RealtimeParts } from './parts.ts'
import { every } from './rounds.ts'
import { topics, type Notice } from './topics.ts'

interface Here {
  readonly tenantId: TenantId
  readonly userId: string
  connections: number
}

/** How long the others have to say that a user who left here is still with them. */
const objectionMs = 500
const touchSize = 1_000

/** Keeps the users with a connection to this process alive on the bus, and says when they come and go. */
export interface Connected {
  came(user: UserActor): Promise<void>
  /** A connection of the user is over. `graceMs`: how long another may take to begin until it counts. */
  went(user: UserActor, graceMs: number): void
  /** Another process lost its last connection of this user. */
  leftElsewhere(tenantId: TenantId, userId: string): Promise<void>
  close(): void
}

export function createConnected(parts: RealtimeParts, fanOut: FanOut): Connected {
  const { bus, logger } = parts
  const { aliveMs, touchMs } = settingsOf(parts)
  const here = new Map<string, Here>()
  const timers = new Set<NodeJS.Timeout>()
  const keyOf = (tenantId: TenantId, userId: string) => `${tenantId}:${userId}`

  const touch = async (tenantId: TenantId, userIds: readonly string[], ttlMs: number) => {
    await bus.touch(connectedSet(tenantId), userIds, ttlMs).catch((error: unknown) => logger.warn('presence was not kept', { error }))
  }
  const later = (ms: number, work: () => Promise<void>) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      void work()
    }, ms)
    timers.add(timer.unref())
  }

  // The bus has no owner for a member, so a user is not dropped but left to end soon, unless another process objects.
  const leave = async (tenantId: TenantId, userId: string) => {
    await touch(tenantId, [userId], objectionMs)
    const left: Notice = { about: 'left', userId }
    await bus.publish(topics.notices(tenantId), left).catch(() => undefined)
    later(objectionMs + 20, () => fanOut.presenceHint(tenantId, [userId]))
  }

  const touchAll = async () => {
    for (const [tenantId, keys] of Map.groupBy(here.keys(), (key) => here.get(key)?.tenantId)) {
      if (tenantId === undefined) continue
      for (let i = 0; i < keys.length; i += touchSize) {
        // Looked up anew before each step: who has left meanwhile must not be revived.
        const userIds = keys.slice(i, i + touchSize).flatMap((key) => here.get(key)?.userId ?? [])
        await touch(tenantId, userIds, aliveMs)
      }
    }
  }
  const endBeat = every(touchMs, logger, touchAll)

  return {
    async came({ tenant, userId }) {
      const key = keyOf(tenant.id, userId)
      const known = here.get(key)
      if (known !== undefined) {
        known.connections++
        return
      }
      here.set(key, { tenantId: tenant.id, userId, connections: 1 })
      await touch(tenant.id, [userId], aliveMs)
      await fanOut.presenceHint(tenant.id, [userId])
    },
    went({ tenant, userId }, graceMs) {
      later(graceMs, async () => {
        const key = keyOf(tenant.id, userId)
        const known = here.get(key)
        if (known === undefined || --known.connections > 0) return
        here.delete(key)
        await leave(tenant.id, userId)
      })
    },
    async leftElsewhere(tenantId, userId) {
      if (here.has(keyOf(tenantId, userId))) await touch(tenantId, [userId], aliveMs)
    },
    close() {
      // Nobody is dropped: clients of a process that restarts are back before their time ends.
      endBeat()
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      here.clear()
    },
  }
}
