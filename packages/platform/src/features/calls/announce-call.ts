import type { Task } from '../../db/tasks.ts'
import type { CallDeps } from './call-deps.ts'
import { isOver } from './call-lifecycle.ts'
import { findCall } from './call-store.ts'
import { presentCall } from './present-call.ts'

/**
 * Task `call.announce`: tells what the call is now. It reads when it runs, so a repeated or late one tells nothing untrue; a crash between
 * the commit and the telling loses nothing.
 */
export async function announceCall(deps: CallDeps, { tenantId, subject: callId }: Task): Promise<void> {
  const { db, news, clock } = deps
  const call = await db.transact(tenantId, (tx) => findCall(tx, tenantId, callId))
  if (call === undefined) return
  const { caller, callee } = call
  const now = clock.now()
  const seen = presentCall(call, 'party', now)
  await Promise.all([
    news.toUser(tenantId, caller.id, 'call.updated', seen),
    news.toUser(tenantId, callee.id, 'call.updated', seen),
    news.toApp(tenantId, 'call.updated', presentCall(call, 'server', now)),
  ])
  // One telling may stand for several changes, the admission among them: all that they could have touched is told.
  await Promise.all([news.presenceHint(tenantId, [caller.id, callee.id]), deps.announceWallet(tenantId, caller.id)])
  if (isOver(call.status)) await deps.announceWallet(tenantId, callee.id)
}
