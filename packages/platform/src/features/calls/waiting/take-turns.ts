import { after } from '../../../base/clock.ts'
import type { TenantId } from '../../../base/tenant.ts'
import type { Task } from '../../../db/tasks.ts'
import type { Tx } from '../../../db/connect.ts'
import type { EndIn } from '../../../jobs/runner.ts'
import type { CallDeps } from '../call-deps.ts'
import type { WaitingDeps } from './index.ts'
import { partiesOf } from '../announce-call.ts'
import { usersOf } from '../call-tasks.ts'
import { measureDay } from '../receiver-rules/longest-call.ts'
import { turnMs, turnsOf, type Standing } from './turns.ts'
import { awaitedAround, awaitedCallee, endWaits, holdQueue, removePlace, setTurn, waiterById } from './waiting-store.ts'
import { waitingTasks } from './waiting-tasks.ts'

/** How often it is looked whether a callee who is away has come back; the end of a call is told at once. */
const lookMs = 5_000

/**
 * Task `waiting.turn`: goes through a callee's queue, and comes back as long as somebody is in it. The queue is held while it is decided
 * whose turn it is, so that two processes decide one after the other. Killed before the commit, nothing was decided; after it, the task
 * that tells stands there.
 */
export async function takeTurns(deps: WaitingDeps, { tenantId, subject: calleeId }: Task): Promise<{ again: Date } | undefined> {
  const reachable = await deps.isReachable(tenantId, calleeId)
  return deps.db.transact(tenantId, async (tx) => {
    const queue = await holdQueue(tx, tenantId, calleeId, deps.clock.now())
    if (queue.length === 0) return undefined
    const { busy, gone } = await awaitedCallee(tx, tenantId, calleeId)
    if (gone) {
      await endWaits(tx, tenantId, calleeId)
      return undefined
    }
    const now = deps.clock.now()
    const { passed, paused, next } = turnsOf(queue, reachable && !busy, now)
    for (const id of passed) await removePlace(tx, tenantId, id)
    for (const id of paused) await setTurn(tx, tenantId, id, null)
    if (next !== undefined) await beginTurn(deps, tx, tenantId, next, now)
    return { again: nextLook(queue, now) }
  })
}

function nextLook(queue: readonly Standing[], now: Date): Date {
  const ends = queue.flatMap(({ turnUntil }) => (turnUntil !== null && turnUntil > now ? [turnUntil.getTime()] : []))
  return new Date(Math.min(after(now, lookMs).getTime(), ...ends))
}

async function beginTurn(deps: CallDeps, tx: Tx, tenantId: TenantId, id: string, now: Date): Promise<void> {
  await setTurn(tx, tenantId, id, after(now, turnMs))
  await deps.tasks.add(tx, tenantId, [waitingTasks.tell(id)], now)
}

/** Task `waiting.tell`: tells the one whose turn it is, and the app's server. A turn that was paused meanwhile is not told. */
export async function tellTurn(deps: CallDeps, { tenantId, subject: id }: Task): Promise<void> {
  const now = deps.clock.now()
  const waiter = await deps.db.transact(tenantId, (tx) => waiterById(tx, tenantId, id, now))
  if (waiter === undefined || waiter.turnUntil === null || waiter.turnUntil <= now) return
  const { calleeHostId, waiterHostId, position, turnUntil } = waiter
  const news = { calleeId: calleeHostId, waiterId: waiterHostId, position, expiresAt: turnUntil.toISOString() }
  await deps.news.toUser(tenantId, waiter.waiterId, 'callee.free', news)
  await deps.news.toApp(tenantId, 'callee.free', news)
}

/**
 * Task `call.freed`: the two of a call can be called again. Measures the callee's day, and lets the queues go on in which they stand or for
 * which they are waited. Done twice, it finds the same.
 */
export async function onFreed(deps: CallDeps, task: Task, endIn: EndIn): Promise<void> {
  const { tenantId } = task
  const users = usersOf(task) ?? (await partiesOf(deps, task))
  if (users === undefined) return
  await deps.db.transact(tenantId, async (tx) => {
    const now = deps.clock.now()
    const [awaited] = await Promise.all([awaitedAround(tx, tenantId, users), measureDay(tx, tenantId, users[1], now)])
    await deps.tasks.add(tx, tenantId, awaited.map(waitingTasks.turn), now)
    endIn(tx)
  })
}
