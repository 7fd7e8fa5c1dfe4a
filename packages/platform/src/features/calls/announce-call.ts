import type { Task } from '../../db/tasks.ts'
import type { CallDeps } from './call-deps.ts'
import { isOver } from './call-lifecycle.ts'
import { findCall, seeCall } from './call-store.ts'
import { usersOf } from './call-tasks.ts'
import { presentCall } from './present-call.ts'

/**
 * Task `call.announce`: tells what the call is now. It reads when it runs, so a repeated or late one tells nothing untrue; a crash between
 * the commit and the telling loses nothing.
 */
export async function announceCall(deps: CallDeps, task: Task): Promise<void> {
  const { db, news, clock } = deps
  const { tenantId, subject: callId } = task
  const users = usersOf(task) ?? (await partiesOf(deps, task))
  if (users === undefined) return
  const [call, wallets] = await db.readTogether(tenantId, (sql) =>
    Promise.all([findCall(sql, tenantId, callId), deps.walletsOf(sql, tenantId, users)]),
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
