import type { CallSignal } from '@impacthub/sdk/contract'
import { fail } from '../../../base/problem.ts'
import type { UserActor } from '../../../base/tenant.ts'
import type { CallDeps } from '../call-deps.ts'
import type { CallRow, Side } from '../call-row.ts'
import { seeCall } from '../call-store.ts'
import { roleOf } from '../end-call.ts'
import { refuseUnlessOpenBrowser } from './accept-call.ts'

export interface SentSignals {
  readonly callId: string
  readonly peer: string
  readonly signals: readonly CallSignal[]
}

/** The open browser call of one of its two people; refuses everybody and everything else. */
export async function callOfParty(deps: CallDeps, actor: UserActor, callId: string): Promise<{ call: CallRow; by: Side }> {
  const tenantId = actor.tenant.id
  const found = roleOf(await seeCall(deps.db, tenantId, callId), actor)
  refuseUnlessOpenBrowser(found.call)
  return found
}

/** The same for the tab that carries its side's sound. */
export async function callOfPeer(deps: CallDeps, actor: UserActor, callId: string, peer: string): Promise<{ call: CallRow; by: Side }> {
  const found = await callOfParty(deps, actor, callId)
  if (found.call[found.by].peer !== peer) fail('conflict', { detail: 'Another tab carries the sound of this side.' })
  return found
}

/**
 * Passes signals on to the other side's connections, on whatever process they are. Nothing is stored or logged, and nothing but the sender's
 * standing is looked at: what dies with the process is sent again by the two browsers' own restart.
 */
export async function relaySignals(deps: CallDeps, actor: UserActor, { callId, peer, signals }: SentSignals): Promise<void> {
  const { call, by } = await callOfPeer(deps, actor, callId, peer)
  const to = call[by === 'caller' ? 'callee' : 'caller']
  if (to.peer === null) fail('conflict', { detail: 'The other side has no tab yet.' })
  const kilobytes = Math.ceil(JSON.stringify(signals).length / 1_024)
  if (!(await deps.browser.maySignal(`${actor.tenant.id}:signals:${callId}:${by}`, kilobytes)))
    fail('rate_limited', { retryAfterSeconds: 1 })
  await deps.news.toUser(actor.tenant.id, to.id, 'call.signal', { callId, from: by, peer, signals })
}
