import { after } from '../../../base/clock.ts'
import { fail } from '../../../base/problem.ts'
import type { UserActor } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import type { CallDeps } from '../call-deps.ts'
import type { CallRow } from '../call-row.ts'
import { findCall, lockCall } from '../call-store.ts'
import { callTasks } from '../call-tasks.ts'
import { endCall, roleOf } from '../end-call.ts'
import { setAccepted, setPeer } from './browser-store.ts'
import { mediaMs } from './browser-verdict.ts'

/**
 * The callee's yes, and for both sides the tab that carries their sound from now on: of two tabs that accept at once the later one carries
 * it, and both see which. The same tab again changes nothing. One transaction: killed before its commit, nobody has accepted; after it,
 * the tasks tell both sides and look whether sound comes about.
 */
export async function acceptCall(deps: CallDeps, tx: Tx, actor: UserActor, callId: string, peer: string | undefined): Promise<CallRow> {
  const tenantId = actor.tenant.id
  const { call, by: side } = roleOf(await lockCall(tx, tenantId, callId), actor)
  refuseUnlessOpenBrowser(call)
  const answers = side === 'callee' && call.acceptedAt === null
  const moves = peer !== undefined && peer !== call[side].peer
  if (!answers && !moves) return call
  const now = deps.clock.now()
  if (moves) await setPeer(tx, tenantId, callId, side, peer)
  if (answers) await setAccepted(tx, tenantId, callId, now)
  await deps.tasks.add(tx, tenantId, [callTasks.announce(call), ...(answers ? [callTasks.watch(callId, after(now, mediaMs))] : [])], now)
  return (await findCall(tx, tenantId, callId)) ?? fail('internal')
}

/** What only a browser call that is not over can do. */
export function refuseUnlessOpenBrowser(call: CallRow): void {
  if (call.channel !== 'browser') fail('conflict', { detail: 'This call is on the phones of the two: answer there.' })
  if (call.endedAt !== null) fail('conflict', { detail: 'The call is over.' })
}

/**
 * The callee's no, before the talk: the call ends as declined, on whatever path it rings. Declining a call that is over changes nothing.
 * It ends as every call does, in the same transaction.
 */
export async function declineCall(deps: CallDeps, tx: Tx, actor: UserActor, callId: string): Promise<CallRow> {
  const { call, by } = roleOf(await lockCall(tx, actor.tenant.id, callId), actor)
  if (by === 'caller') fail('forbidden', { detail: 'Only who is called can decline; end the call instead.' })
  if (call.status === 'in_progress') fail('conflict', { detail: 'The two are talking: end the call instead.' })
  return endCall(deps, tx, actor, callId)
}
