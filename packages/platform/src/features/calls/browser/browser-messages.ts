import type { ClientMessage } from '@impacthub/sdk/contract'
import { Problem } from '../../../base/problem.ts'
import type { UserActor } from '../../../base/tenant.ts'
import type { CallDeps } from '../call-deps.ts'
import { relaySignals } from './relay-signals.ts'

/** What a tab says of a call over its live connection. */
export type CallMessage = Extract<ClientMessage, { type: 'call.signal' | 'call.proof' }>

/** Takes a message of a live connection. What does not fit its call is dropped without a word, for there is nobody to answer. */
export async function onCallMessage(deps: CallDeps, actor: UserActor, message: CallMessage): Promise<void> {
  if (message.type === 'call.proof') {
    const { callId, peer, media, bytesReceived } = message
    // Whether it fits is seen when it is written, together with all others.
    deps.browser.proofs.add({ tenantId: actor.tenant.id, userId: actor.userId, callId, peer, media, bytesReceived })
    return
  }
  try {
    await relaySignals(deps, actor, message)
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500)
      deps.logger.warn('signals of a call were not passed on', { callId: message.callId, error })
  }
}
