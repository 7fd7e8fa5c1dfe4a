import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { pageOf } from '../../base/cursor.ts'
import { fail } from '../../base/problem.ts'
import type { UserActor } from '../../base/tenant.ts'
import { implement, type Operation } from '../../http/implement.ts'
import { blockStore } from './block-store.ts'
import type { UserDeps } from './index.ts'
import { presentUser, surroundingsOf } from './present-user.ts'
import { recordUser } from './record-user.ts'
import { ownChangeOf } from './receiver-controls.ts'

/** What a signed-in user may do with their own record. */
export function meOperations(deps: UserDeps): Operation[] {
  const { db, clock, cursors, users, directory, presenceHint, endWaits, measureDay } = deps
  const around = ({ tenant, hostUserId }: UserActor) => surroundingsOf(deps, tenant.id, hostUserId)
  return implement('me', allTables.me, allSchemas.me, {
    get: async (_request, { actor }) => {
      const user = await db.transact(actor.tenant.id, (tx) => users.find(tx, actor.tenant.id, actor.hostUserId))
      return presentUser(user ?? fail('not_found'), await around(actor))
    },

    update: async ({ body }, { actor }) => {
      const tenant = (await directory.tenant(actor.tenant.id)) ?? fail('not_found')
      const change = ownChangeOf(body, tenant)
      const user = await db.transact(actor.tenant.id, async (tx) => {
        const before = await users.lock(tx, actor.tenant.id, actor.hostUserId)
        const changed = await users.update(tx, actor.tenant.id, actor.userId, change)
        await measureDay(tx, actor.tenant.id, actor.userId)
        if (changed !== null) await recordUser(tx, actor.tenant.id, before, changed, { bounds: tenant.rateBounds, now: clock.now() })
        return changed
      })
      // Price and quiet hours are seen by those who watch.
      await presenceHint(actor.tenant.id, [actor.userId])
      return presentUser(user ?? fail('not_found'), await around(actor))
    },

    listBlocks: ({ query }, { actor }) =>
      db.transact(actor.tenant.id, (tx) =>
        pageOf(
          cursors,
          { tenantId: actor.tenant.id, route: 'me.listBlocks', filter: actor.userId },
          query,
          (page) => blockStore.list(tx, actor.tenant.id, actor.userId, page),
          (block) => ({ userId: block.hostId, createdAt: block.createdAt.toISOString() }),
        ),
      ),

    block: async ({ params }, { actor }) => {
      await db.transact(actor.tenant.id, async (tx) => {
        const other = (await users.find(tx, actor.tenant.id, params.userId)) ?? fail('not_found')
        if (other.id === actor.userId) fail('invalid_request', { errors: [{ pointer: '/params/userId', detail: 'must be somebody else' }] })
        await blockStore.add(tx, actor.tenant.id, actor.userId, other.id, clock.now())
        await endWaits(tx, actor.tenant.id, actor.userId, other.id)
      })
    },

    unblock: async ({ params }, { actor }) => {
      await db.transact(actor.tenant.id, async (tx) => {
        const other = (await users.find(tx, actor.tenant.id, params.userId)) ?? fail('not_found')
        await blockStore.remove(tx, actor.tenant.id, actor.userId, other.id)
      })
    },
  })
}
