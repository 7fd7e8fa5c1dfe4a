import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { pageOf } from '../../../base/cursor.ts'
import { implement, type Operation } from '../../../http/implement.ts'
import type { CallDeps } from '../call-deps.ts'
import { stopWaiting, waitFor } from './wait-for.ts'
import { waitsOf, type Waiter } from './waiting-store.ts'

const presentWaiting = ({ calleeHostId, position, turnUntil, joinedAt, expiresAt }: Waiter) => ({
  calleeId: calleeHostId,
  position,
  turnUntil: turnUntil?.toISOString() ?? null,
  joinedAt: joinedAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
})

/** "Tell me when free." */
export const waitingOperations = (deps: CallDeps): Operation[] =>
  implement('waiting', allTables.waiting, allSchemas.waiting, {
    join: async ({ params }, { actor }) => presentWaiting(await waitFor(deps, actor, params.userId)),
    leave: ({ params }, { actor }) => stopWaiting(deps, actor, params.userId),
    list: ({ query }, { actor }) =>
      deps.db.transact(actor.tenant.id, (tx) =>
        pageOf(
          deps.cursors,
          { tenantId: actor.tenant.id, route: 'waiting.list', filter: actor.userId },
          query,
          (page) => waitsOf(tx, actor.tenant.id, actor.userId, page, deps.clock.now()),
          presentWaiting,
        ),
      ),
  })
