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
  const found = await db.transact(tenantId, async (tx) => {
    const call = await findCall(tx, tenantId, callId)
    if (call === undefined) return undefined
    // The callee's coins change at the settlement only.
    const holders = isOver(call.status) ? [call.caller, call.callee] : [call.caller]
    return {
      call,
      wallets: await deps.walletsOf(
        tx,
        tenantId,
        holders.map(({ id }) => id),
      ),
    }
  })
  if (found === undefined) return
  const { call, wallets } = found
  const { caller, callee } = call
  const now = clock.now()
  await Promise.all([
    news.toUser(tenantId, caller.id, 'call.updated', presentCall(call, 'caller', now)),
    news.toUser(tenantId, callee.id, 'call.updated', presentCall(call, 'callee', now)),
    news.toApp(tenantId, 'call.updated', presentCall(call, 'server', now)),
  ])
  // One telling may stand for several changes, the admission among them: all that they could have touched is told.
  await Promise.all([
    news.presenceHint(tenantId, [caller.id, callee.id]),
    ...[...wallets].map(([userId, balances]) => news.toUser(tenantId, userId, 'wallet.updated', balances)),
  ])
}
