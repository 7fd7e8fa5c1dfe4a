import { after } from '../../../base/clock.ts'
import { newId } from '../../../base/ids.ts'
import { fail } from '../../../base/problem.ts'
import type { UserActor } from '../../../base/tenant.ts'
import { eitherBlocks, userIdOf } from '../admission-store.ts'
import type { CallDeps } from '../call-deps.ts'
import { insertWaiter, leaveQueue, lockJoining, queueSizes, waiterOf, type Waiter } from './waiting-store.ts'
import { waitingTasks } from './waiting-tasks.ts'

/** A wait ends by itself after two hours. */
export const waitMs = 2 * 3_600_000
export const mostQueues = 20
export const mostWaiters = 200

/**
 * Takes the last place in the callee's queue; who stands in it keeps the place they have. In one transaction with the task that goes through
 * the queue: a process that dies before the commit has done nothing, after it somebody looks whose turn it is.
 */
export async function waitFor(deps: CallDeps, { tenant, userId, hostUserId }: UserActor, hostId: string): Promise<Waiter> {
  if (hostId === hostUserId) fail('cannot_call_self')
  return deps.db.transact(tenant.id, async (tx) => {
    const calleeId = (await userIdOf(tx, tenant.id, hostId)) ?? fail('not_found')
    await lockJoining(tx, tenant.id, calleeId, userId)
    const now = deps.clock.now()
    const known = await waiterOf(tx, tenant.id, calleeId, userId, now)
    if (known !== undefined) return known
    if (await eitherBlocks(tx, tenant.id, calleeId, userId)) fail('callee_blocked')
    const { waiters, queues } = await queueSizes(tx, tenant.id, calleeId, userId, now)
    if (queues >= mostQueues) fail('conflict', { detail: `A user waits for at most ${mostQueues} others at once.` })
    if (waiters >= mostWaiters) fail('conflict', { detail: 'Too many wait for this user already.' })
    const id = newId('wait', now)
    await insertWaiter(tx, tenant.id, { id, calleeId, waiterId: userId, joinedAt: now, expiresAt: after(now, waitMs) })
    await deps.tasks.add(tx, tenant.id, [waitingTasks.turn(calleeId)], now)
    return (await waiterOf(tx, tenant.id, calleeId, userId, now)) ?? fail('internal')
  })
}

/** Gives the place up, and the turn with it. Who does not wait leaves nothing; the same request twice changes nothing more. */
export async function stopWaiting(deps: CallDeps, { tenant, userId }: UserActor, hostId: string): Promise<void> {
  await deps.db.transact(tenant.id, async (tx) => {
    const calleeId = (await userIdOf(tx, tenant.id, hostId)) ?? fail('not_found')
    await leaveQueue(tx, tenant.id, calleeId, userId)
    await deps.tasks.add(tx, tenant.id, [waitingTasks.turn(calleeId)], deps.clock.now())
  })
}
