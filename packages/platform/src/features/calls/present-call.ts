import type { Call } from '@impacthub/sdk/contract'
import { isOver } from './call-lifecycle.ts'
import type { SecretActor, UserActor } from '../../base/tenant.ts'
import type { CallRow, Side } from './call-row.ts'
import { dueCoins } from './call-tariff.ts'
import { talkedSeconds } from './call-time.ts'

/** `server`: a secret key, which also sees the provider's ids. */
export type Viewer = Side | 'server'

export function viewerOf(actor: UserActor | SecretActor, call: Pick<CallRow, 'caller'>): Viewer {
  if (actor.kind === 'secret') return 'server'
  return call.caller.id === actor.userId ? 'caller' : 'callee'
}

/** Ends that the callee was not asked for: their own no is none of them. */
const missedStatuses: ReadonlySet<string> = new Set(['no_answer', 'canceled', 'busy'])

/** Built field by field: phone numbers, tokens and legs of others are in no answer. */
export function presentCall(call: CallRow, viewer: Viewer, now: Date): Call {
  const { caller, callee } = call
  const running = call.status === 'in_progress'
  const seconds = running ? talkedSeconds(call, now) : call.durationSeconds
  return {
    id: call.id,
    direction: call.direction,
    callerId: caller.hostId,
    calleeId: callee.hostId,
    callerName: caller.name,
    calleeName: callee.name,
    channel: call.channel,
    provider: call.provider,
    status: call.status,
    endReason: isOver(call.status) ? call.endReason : null,
    rate: call.rate,
    heldCoins: call.heldCoins,
    chargedCoins: running ? Math.min(call.heldCoins, dueCoins(seconds, call.rate)) : call.chargedCoins,
    earnedCoins: call.earnedCoins,
    durationSeconds: seconds,
    limitSeconds: call.limit.seconds,
    estimated: !call.settled,
    settled: call.settled,
    number: call.number,
    canEnd: call.canEnd,
    peers: call.channel === 'browser' ? { caller: caller.peer, callee: callee.peer } : null,
    missed: viewer !== 'caller' && call.acceptedAt === null && missedStatuses.has(call.status),
    disputed: call.disputed,
    refundedCoins: call.refundedCoins,
    routing: viewer === 'server' ? call.routing : null,
    providerIds: viewer === 'server' ? { caller: caller.legId, callee: callee.legId } : null,
    hangupCauses: { caller: caller.cause, callee: callee.cause },
    createdAt: call.createdAt.toISOString(),
    acceptedAt: (call.acceptedAt ?? call.answeredAt)?.toISOString() ?? null,
    answeredAt: call.answeredAt?.toISOString() ?? null,
    endedAt: call.endedAt?.toISOString() ?? null,
  }
}
