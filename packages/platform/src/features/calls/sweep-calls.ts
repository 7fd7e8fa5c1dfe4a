import { everyTenant } from '../../base/tenant.ts'
import type { CallDeps } from './call-deps.ts'
import { forgottenCalls } from './call-store.ts'
import { callTasks } from './call-tasks.ts'

const batch = 500

/** Finds calls that are not settled and that no task looks after. There should be none: this is the net under the net. */
export async function sweepCalls(deps: CallDeps): Promise<void> {
  const found = await deps.db.transact(everyTenant, (tx) => forgottenCalls(tx, batch))
  for (const { id, tenantId, channel } of found) {
    deps.logger.warn('a call was looked after by no task', { callId: id })
    const now = deps.clock.now()
    const tasks = channel === 'browser' ? [callTasks.watch(id, now)] : [callTasks.settle(id), callTasks.check(id, now)]
    await deps.db.transact(tenantId, (tx) => deps.tasks.add(tx, tenantId, tasks, now))
  }
}
