import type { Task } from '../../db/tasks.ts'
import type { CallDeps } from './call-deps.ts'
import { isOver } from './call-lifecycle.ts'
import { findCall, seeCall } from './call-store.ts'
import { leftFor, usersOf } from './call-tasks.ts'
import { presentCall } from './present-call.ts'

const noWallets: Awaited<ReturnType<CallDeps['walletsOf']>> = new Map()

/**
 * Task `call.announce`: tells what the call is now. Unless it follows its change at once, it reads when it runs, so a repeated or late one
 * tells nothing untrue; there is one at a time for a call, so nothing is told after what came later. A crash between the commit and the
 * telling loses nothing.
 */
export async function announceCall(deps: CallDeps, task: Task): Promise<void> {
  const { db, news, clock } = deps
  const { tenantId, subject: callId } = task
  const left = leftFor(task)
  const users = usersOf(task) ?? (await partiesOf(deps, task))
  if (users === undefined) return
  // Between its beginning and its end, a call moves nobody's coins.
  const [call, wallets] =
    left !== undefined && !isOver(left.status)
      ? [left, noWallets]
      : await db.readTogether(tenantId, (sql) =>
          Promise.all([left ?? findCall(sql, tenantId, callId), deps.walletsOf(sql, tenantId, users)]),
        )
  if (call === undefined) return
  const { caller, callee } = call
  const now = clock.now()
  await Promise.all([
    news.toUser(tenantId, caller.id, 'call.updated', presentCall(call, 'caller', now)),
    news.toUser(tenantId, callee.id, 'call.updated', presentCall(call, 'callee', now)),
    news.toApp(tenantId, 'call.updated', presentCall(call, 'server', now)),
  ])
  // The callee's coins change at the settlement only.
  const holders = [...wallets].filter(([userId]) => userId === caller.id || isOver(call.status))
  // One telling may stand for several changes, the admission among them: all that they could have touched is told.
  await Promise.all([
    news.presenceHint(tenantId, [caller.id, callee.id]),
    ...holders.map(([userId, balances]) => news.toUser(tenantId, userId, 'wallet.updated', balances)),
  ])
}

/** The caller and the callee of a task that does not name them. */
export async function partiesOf(deps: CallDeps, { tenantId, subject: callId }: Task): Promise<readonly [string, string] | undefined> {
  const call = await seeCall(deps.db, tenantId, callId)
  return call && [call.caller.id, call.callee.id]
}
