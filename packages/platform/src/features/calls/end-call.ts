import { fail } from '../../base/problem.ts'
import type { SecretActor, UserActor } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { followBrowser } from './browser/follow-browser.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow, Side } from './call-row.ts'
import { findCall, lockCall, setEndRequest } from './call-store.ts'
import { callTasks } from './call-tasks.ts'
import { endWithoutLegs } from './call-verdict.ts'
import { closeCall } from './finish-call.ts'

/** Who of the call this actor is; whoever is no part of it does not learn that it exists. */
export function roleOf(call: CallRow | undefined, actor: UserActor): { call: CallRow; by: Side }
export function roleOf(call: CallRow | undefined, actor: UserActor | SecretActor): { call: CallRow; by: Side | 'platform' }
export function roleOf(call: CallRow | undefined, actor: UserActor | SecretActor): { call: CallRow; by: Side | 'platform' } {
  if (call === undefined) return fail('not_found')
  if (actor.kind === 'secret') return { call, by: 'platform' }
  if (actor.userId === call.caller.id) return { call, by: 'caller' }
  return actor.userId === call.callee.id ? { call, by: 'callee' } : fail('not_found')
}

/**
 * Ends a call, or cancels it before the answer. A call that was not dialled yet ends here and now, and is never
 * dialled, even when the books take no settlement, and so does a browser call, whose proofs are here; else the wish is written down with
 * the task that hangs up, and the provider's account ends the call. A call that the provider cannot end any more is refused with
 * `conflict`. Ending a call that is over changes nothing. Killed before the commit,
 * nothing was asked; after it, the task is done by whoever lives.
 */
export async function endCall(deps: CallDeps, tx: Tx, actor: UserActor | SecretActor, callId: string): Promise<CallRow> {
  const tenantId = actor.tenant.id
  const { call, by } = roleOf(await lockCall(tx, tenantId, callId), actor)
  if (call.endedAt !== null || call.endRequestedBy !== null) return call
  if (!call.canEnd) fail('conflict', { detail: 'The telephone provider cannot end this call for us: hang up on the phone.' })
  const now = deps.clock.now()
  await setEndRequest(tx, tenantId, callId, by)
  if (call.channel === 'browser') await followBrowser(deps, tx, tenantId, { ...call, endRequestedBy: by })
  else if (call.dialAttemptedAt === null) await closeCall(deps, tx, tenantId, call, endWithoutLegs({ endRequestedBy: by }, now))
  else await deps.tasks.add(tx, tenantId, [callTasks.hangUp(callId)], now)
  return (await findCall(tx, tenantId, callId)) ?? fail('not_found')
}
