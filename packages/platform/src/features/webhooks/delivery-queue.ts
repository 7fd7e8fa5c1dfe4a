import type { TenantId } from '../../base/tenant.ts'
import type { Db } from '../../db/connect.ts'
import type { TaskQueue } from '../../db/tasks-store.ts'
import type { TakenTask } from '../../db/tasks.ts'
import { deliverKind } from './record-event.ts'

interface Row {
  readonly id: string
  readonly tenant_id: number
  readonly taking: number
}

const taken = ({ id, tenant_id: tenantId, taking }: Row): TakenTask => ({
  id,
  tenantId: tenantId as TenantId, // written by us
  kind: deliverKind,
  subject: id,
  payload: {},
  attempt: 1,
  taking,
})

/**
 * The outbox as a runner sees it: one task for each endpoint with deliveries that are due, one worker at a time. There is no row of a task
 * that all events of an app would have to write and wait for: the pending deliveries are the work.
 */
export function deliveryQueue(db: Db): TaskQueue {
  const release = async (tasks: readonly TakenTask[], notBefore: Date | null) =>
    void (await db.statement('select webhooks_release(t.id, t.taking, $3) from unnest($1::text[], $2::integer[]) as t(id, taking)', [
      tasks.map(({ id }) => id),
      tasks.map(({ taking }) => taking),
      notBefore,
    ]))
  return {
    // The runner looks every second, and at once after a commit of this process.
    take: async ({ now, until, limit }) => ({
      tasks: (await db.statement<Row>('select * from webhooks_take($1, $2, $3)', [now, until, limit])).map(taken),
      next: undefined,
    }),
    async finish(tasks) {
      await release(tasks, null)
      // What came for the endpoint meanwhile may be due.
      return { again: [], isMore: true }
    },
    giveBack: (task, at) => release([task], at),
    renew: async (tasks, until) =>
      void (await db.statement('select webhooks_renew($1, $2, $3)', [tasks.map(({ id }) => id), tasks.map(({ taking }) => taking), until])),
  }
}
