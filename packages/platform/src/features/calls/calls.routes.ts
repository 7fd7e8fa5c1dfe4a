import { allSchemas, allTables, type Call } from '@impacthub/sdk/contract'
import { fail } from '../../base/problem.ts'
import type { SecretActor, UserActor } from '../../base/tenant.ts'
import { implement, type Operation } from '../../http/implement.ts'
import { afterwardsHandlers } from './afterwards/afterwards.routes.ts'
import { browserHandlers } from './browser/browser.routes.ts'
import type { CallDeps } from './call-deps.ts'
import type { CallRow } from './call-row.ts'
import { findCall } from './call-store.ts'
import { endCall, roleOf } from './end-call.ts'
import { callHistory } from './list-calls.ts'
import { circumstancesOf, placeCall } from './place-call.ts'
import { presentCall, viewerOf } from './present-call.ts'

type Caller = UserActor | SecretActor

export function callOperations(deps: CallDeps): Operation[] {
  const show = (actor: Caller, call: CallRow): Call => presentCall(call, viewerOf(actor, call), deps.clock.now())
  return implement('calls', allTables.calls, allSchemas.calls, {
    create: async ({ body }, { actor, once }) => {
      const { calleeId, channel, peer } = body
      const wish = { callerId: callerOf(actor, body.callerId), calleeId, channel, peer }
      const around = await circumstancesOf(deps, actor.tenant.id, wish)
      return once(async (tx) => show(actor, await placeCall(deps, tx, actor.tenant.id, wish, around)))
    },
    list: ({ query }, { actor }) => callHistory(deps, actor, query),
    get: async ({ params }, { actor }) => {
      const found = await deps.db.transact(actor.tenant.id, (tx) => findCall(tx, actor.tenant.id, params.callId))
      return show(actor, roleOf(found, actor).call)
    },
    end: async ({ params }, { actor, once }) => {
      await deps.browser.proofs.flushOf(params.callId)
      return once(async (tx) => show(actor, await endCall(deps, tx, actor, params.callId)))
    },
    ...browserHandlers(deps),
    ...afterwardsHandlers(deps),
  })
}

/** A user calls as themself; a server says who calls. */
function callerOf(actor: Caller, named: string | undefined): string {
  if (actor.kind === 'secret')
    return named ?? fail('invalid_request', { errors: [{ pointer: '/callerId', detail: 'is required with a secret key' }] })
  if (named !== undefined && named !== actor.hostUserId) fail('forbidden', { detail: 'A user token calls as its own user only.' })
  return actor.hostUserId
}
