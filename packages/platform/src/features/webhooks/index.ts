import { after } from '../../base/clock.ts'
import { everyTenant } from '../../base/tenant.ts'
import type { TaskQueue } from '../../db/tasks-store.ts'
import type { PeriodicJob } from '../../jobs/periodic.ts'
import type { TaskHandler } from '../../jobs/runner.ts'
import { deliverDue } from './deliver-due.ts'
import { deliveryQueue } from './delivery-queue.ts'
import { eventStore } from './event-store.ts'
import { deliverKind } from './record-event.ts'
import type { WebhookDeps } from './webhook-deps.ts'

/** Names a deleted person in no event that is still kept. */
export const { forgetPerson } = eventStore
export { recordEvent, recordEvents, type NewEvent } from './record-event.ts'
export type { WebhookDeps } from './webhook-deps.ts'

/** What the rest of the platform needs of webhooks. */
export interface Webhooks {
  /** For a runner of their own: customers' servers that hang hold up nobody's calls. */
  readonly queue: TaskQueue
  readonly handlers: Readonly<Record<string, TaskHandler>>
  /** How many endpoints are sent to at once in this process. */
  readonly concurrency: number
  readonly jobs: readonly PeriodicJob[]
  /** Breaks off what is under way; it is sent again by whichever process lives. */
  close(): void
}

const day = 86_400_000
const keptDays = 30
const batch = 1_000

/** Events are kept for thirty days. Deleted in small transactions, so that nobody waits long for a row. */
async function forgetEvents({ db, clock }: WebhookDeps): Promise<void> {
  const before = after(clock.now(), -keptDays * day)
  while ((await db.transact(everyTenant, (tx) => eventStore.forget(tx, before, batch))) === batch);
}

export function createWebhooks(deps: WebhookDeps): Webhooks {
  const closing = new AbortController()
  return {
    queue: deliveryQueue(deps.db),
    handlers: { [deliverKind]: (task) => deliverDue(deps, task, closing.signal) },
    concurrency: 256,
    jobs: [{ name: 'forget-events', everyMs: 3_600_000, run: () => forgetEvents(deps) }],
    close() {
      closing.abort()
      deps.outbound.close()
    },
  }
}
