import { after, type Clock } from '../../base/clock.ts'
import { fail } from '../../base/problem.ts'
import { everyTenant } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Db } from '../../db/connect.ts'
import type { TaskStore } from '../../db/tasks.ts'
import { isOver } from './call-lifecycle.ts'
import type { CallEnding, CallRow } from './call-row.ts'
import type { CallDeps } from './call-deps.ts'
import { callbackOf, findCall, lockCall } from './call-store.ts'
import { finishCall } from './finish-call.ts'

export interface OperatorDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly tasks: TaskStore
  readonly onMoney: NonNullable<CallDeps['onMoney']>
}

/** What an operator has found out about a parked call, e.g. from the provider's bill. */
export interface OperatorFinding {
  readonly callId: string
  readonly connectedSeconds: number
  readonly reason: string
}

const longestReason = 500

/**
 * An operator's word in the place of the provider's: settles a parked call for that many connected seconds, by the settlement of every call,
 * with the reason in the audit, in one transaction. Killed before the commit, nothing happened; after it, the call is found settled.
 */
export async function settleParked(deps: OperatorDeps, { callId, connectedSeconds, reason }: OperatorFinding): Promise<CallRow> {
  const { db } = deps
  const why = reason.trim()
  if (why === '' || why.length > longestReason) fail('invalid_request', { detail: `Give a reason of 1 to ${longestReason} characters.` })
  const known = await db.transact(everyTenant, (tx) => callbackOf(tx, callId))
  if (known === undefined) return fail('not_found', { detail: 'There is no such call.' })
  const { tenantId } = known
  return db.transact(tenantId, async (tx) => {
    const call = (await lockCall(tx, tenantId, callId)) ?? fail('not_found')
    if (call.settled) fail('conflict', { detail: 'The call is settled already.' })
    if (!call.review || call.endedAt === null) fail('conflict', { detail: 'The call is not parked: the platform looks after it.' })
    if (!Number.isSafeInteger(connectedSeconds) || connectedSeconds < 0 || connectedSeconds > call.limit.seconds)
      fail('invalid_request', { detail: `The two were connected for 0 to ${call.limit.seconds} whole seconds: this call had no more.` })
    await finishCall(deps, tx, tenantId, call, endingOf(call, call.endedAt, connectedSeconds))
    const details = { connectedSeconds, heldCoins: call.heldCoins, reviewReason: call.reviewReason }
    await audit(tx, tenantId, 'operator', { action: 'call.settled', subject: callId, reason: why, details }, deps.clock.now())
    return (await findCall(tx, tenantId, callId)) ?? fail('internal')
  })
}

/** The call keeps the end that its two people saw; only the seconds are new. */
function endingOf(call: CallRow, parkedAt: Date, durationSeconds: number): CallEnding {
  const answeredAt = call.answeredAt ?? (durationSeconds === 0 ? null : after(parkedAt, -durationSeconds * 1_000))
  if (!isOver(call.status) || call.endReason === null) throw new Error('a parked call has no end')
  return {
    status: call.status,
    endReason: call.endReason,
    durationSeconds,
    answeredAt,
    endedAt: answeredAt === null ? parkedAt : after(answeredAt, durationSeconds * 1_000),
    callerCause: call.caller.cause,
    calleeCause: call.callee.cause,
    calleeLegId: call.callee.legId,
  }
}
