import type { allSchemas, allTables } from '@impacthub/sdk/contract'
import type { UserActor } from '../../../base/tenant.ts'
import type { HandlersOf } from '../../../http/implement.ts'
import type { CallDeps } from '../call-deps.ts'
import type { CallRow } from '../call-row.ts'
import { presentCall, viewerOf } from '../present-call.ts'
import { acceptCall, declineCall } from './accept-call.ts'
import { iceServersFor } from './ice-servers.ts'
import { callOfParty, callOfPeer, relaySignals } from './relay-signals.ts'

type AllHandlers = HandlersOf<typeof allTables.calls, typeof allSchemas.calls>
type BrowserHandlers = Pick<AllHandlers, 'accept' | 'decline' | 'iceServers' | 'sendSignals' | 'sendProof'>

/** What the two of a call do in their browsers; only they can. */
export function browserHandlers(deps: CallDeps): BrowserHandlers {
  const show = (actor: UserActor, call: CallRow) => presentCall(call, viewerOf(actor, call), deps.clock.now())
  return {
    accept: ({ params, body }, { actor, once }) =>
      once(async (tx) => show(actor, await acceptCall(deps, tx, actor, params.callId, body.peer))),
    decline: ({ params }, { actor, once }) => once(async (tx) => show(actor, await declineCall(deps, tx, actor, params.callId))),
    iceServers: async ({ params }, { actor }) => {
      const { call } = await callOfParty(deps, actor, params.callId)
      return iceServersFor(deps.browser.ice, call, actor.userId, deps.clock.now())
    },
    sendSignals: ({ params, body }, { actor }) => relaySignals(deps, actor, { ...params, ...body }),
    sendProof: async ({ params, body }, { actor }) => {
      await callOfPeer(deps, actor, params.callId, body.peer)
      deps.browser.proofs.add({ tenantId: actor.tenant.id, userId: actor.userId, ...params, ...body })
    },
  }
}
