import type { Clock } from '../base/clock.ts'
import type { TenantId } from '../base/tenant.ts'
import { everyTenant } from '../base/tenant.ts'
import type { LegReport } from '../providers/telephony/port.ts'
import { inBackground } from './background.ts'
import type { Db, Tx } from './connect.ts'
import * as store from './inbox-store.ts'
import { inOrder } from './inbox-order.ts'
import type { TaskHost } from './task-host.ts'
import type { Task } from './tasks.ts'

/** The task that works on a call's messages; its subject is the call. */
export const applyTask = 'inbox.apply'

const applyKinds: ReadonlySet<string> = new Set([applyTask])

/** How long a message stays known, so that a repetition of it changes nothing. */
const keptMs = 30 * 24 * 60 * 60 * 1_000

/** A provider's message whose authenticity has been checked. */
export interface Arrival {
  readonly provider: string
  /** The same for every repetition of one message. */
  readonly deliveryId: string
  readonly callId: string
  readonly report: LegReport
  readonly notes?: Readonly<Record<string, string>> | undefined
  /** All that the message tells is that this leg is the caller's: where the call knows it, nothing is left to be done. */
  readonly onlyLeg?: string | null
}

export interface InboxDeps {
  readonly db: Db
  readonly clock: Clock
  /** Works on a message that was stored. */
  readonly host: TaskHost
  /**
   * Tells the call what messages say, in the transaction that marks them. Told twice, or late, they change nothing. They are on their way when
   * it is called: what it asks first is asked along with them.
   */
  applyReports(tx: Tx, tenantId: TenantId, callId: string, reports: Promise<readonly LegReport[]>): Promise<void>
}

export interface Inbox {
  /**
   * Stores a message, once, and tells the call what it says; or stores it with the task that will: both or neither. What it answered may be
   * acknowledged.
   */
  accept(tenantId: TenantId, arrival: Arrival): Promise<'new' | 'repeated'>
  /** Handler of `inbox.apply`: tells the call its messages in the order in which the provider sent them. */
  apply(task: Pick<Task, 'tenantId' | 'subject'>, endIn?: (tx: Tx) => void): Promise<void>
  /** Forgets messages older than 30 days, and says how many. */
  forgetOld(): Promise<number>
}

/**
 * In through the inbox: a provider is answered when its message is safe here. Where this process has a place for the work, message and work
 * are one transaction; else, and where the work fails, the message is stored with a task for it.
 * Killed before the commit, nothing was acknowledged and the provider's view is fetched later; after it, all is done or the task waits.
 * Killed while applying, nothing of it has happened, and the task comes again.
 */
export function createInbox({ db, clock, host, applyReports }: InboxDeps): Inbox {
  /** Behind those who wait for an answer to more than that it was heard. */
  const tellAtOnce = (tenantId: TenantId, arrival: Arrival): Promise<boolean> =>
    inBackground(() =>
      db.transact(tenantId, async (tx) => {
        // The provider wants its answer within a second: what waits longer for the call is stored, and told by a task.
        tx.write(`select set_config('lock_timeout', '700ms', true)`, [])
        const isNew = store.insertTold(tx, tenantId, arrival, clock.now())
        const reports = isNew.then((is) => (is ? [arrival.report] : []))
        await applyReports(tx, tenantId, arrival.callId, reports)
        return isNew
      }),
    )
  return {
    async accept(tenantId, arrival) {
      const place = host.reserve(applyTask)
      // Of some nothing is left to be done: that is seen while they are stored.
      if (place !== undefined && (arrival.onlyLeg ?? null) === null) {
        const isNew = await tellAtOnce(tenantId, arrival).catch(() => undefined)
        if (isNew !== undefined) {
          place.free()
          return isNew ? 'new' : 'repeated'
        }
      }
      const task = { kind: applyTask, subject: arrival.callId, tenantId, payload: {}, attempt: 1, taking: 1 }
      try {
        const { isNew, isLeft, taskId } = await store.insertArrival(
          db,
          tenantId,
          arrival,
          { kind: applyTask, until: place?.until ?? null },
          clock.now(),
        )
        if (taskId !== null && place !== undefined) place.begin({ ...task, id: taskId })
        else {
          place?.free()
          if (isLeft) host.wake(applyKinds)
        }
        return isNew ? 'new' : 'repeated'
      } catch (error) {
        place?.free()
        throw error
      }
    },
    async apply({ tenantId, subject: callId }, endIn) {
      // A message that comes meanwhile adds the task anew: there is no need to look again for it.
      for (let more = true; more;)
        more = await db.transact(tenantId, async (tx) => {
          const read = store.unapplied(tx, tenantId, callId)
          const reports = read.then((all) => inOrder(all).map(({ report }) => report))
          await applyReports(tx, tenantId, callId, reports)
          const waiting = await read
          if (waiting.length > 0) await store.markApplied(tx, tenantId, waiting, clock.now())
          if (waiting.length === store.batch) return true
          endIn?.(tx)
          return false
        })
    },
    forgetOld: () => db.transact(everyTenant, (tx) => store.forgetBefore(tx, new Date(clock.now().getTime() - keptMs))),
  }
}
