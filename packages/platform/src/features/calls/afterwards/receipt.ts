import type { AnswerOf, allSchemas } from '@impacthub/sdk/contract'
import type { ChargeByBucket } from '../../wallet/index.ts'
import { isOver } from '../call-lifecycle.ts'
import type { CallRow, EndReason } from '../call-row.ts'
import { dueCoins, startedIntervals } from '../call-tariff.ts'
import { talkedSeconds } from '../call-time.ts'
import type { Viewer } from '../present-call.ts'
import type { Dispute } from './dispute-store.ts'
import { presentDispute } from './present-dispute.ts'
import type { Refund } from './refund-store.ts'

/** Pure: what each side of a call may know of its money. */

export type Receipt = AnswerOf<(typeof allSchemas)['calls']['receipt']>

const enders: Readonly<Partial<Record<EndReason, NonNullable<Receipt['endedBy']>>>> = {
  caller_hangup: 'caller',
  canceled: 'caller',
  callee_hangup: 'callee',
  declined: 'callee',
  platform: 'platform',
  balance_exhausted: 'limit',
  max_duration: 'limit',
  provider_error: 'provider',
}

const sum = (refunds: readonly Refund[], what: (refund: Refund) => number): number =>
  refunds.reduce((total, refund) => total + what(refund), 0)

export interface CallAfterwards {
  readonly refunds: readonly Refund[]
  /** The viewer's own. */
  readonly dispute: Dispute | undefined
}

export function receiptOf(call: CallRow, viewer: Viewer, money: ChargeByBucket, { refunds, dispute }: CallAfterwards, now: Date): Receipt {
  const running = !isOver(call.status)
  const seconds = running ? talkedSeconds(call, now) : call.durationSeconds
  return {
    callId: call.id,
    view: viewer,
    callerId: call.caller.hostId,
    calleeId: call.callee.hostId,
    channel: call.channel,
    status: call.status,
    endReason: running ? null : call.endReason,
    endedBy: running || call.endReason === null ? null : (enders[call.endReason] ?? null),
    createdAt: call.createdAt.toISOString(),
    answeredAt: call.answeredAt?.toISOString() ?? null,
    endedAt: call.endedAt?.toISOString() ?? null,
    seconds,
    intervals: startedIntervals(seconds, call.rate),
    rate: call.rate,
    estimated: !call.settled,
    settled: call.settled,
    caller: viewer === 'callee' ? null : callerPart(call, seconds, money),
    callee:
      viewer === 'caller' ? null : { earnedCoins: call.earnedCoins, takenBackCoins: sum(refunds, ({ takenBackCoins }) => takenBackCoins) },
    adjustments: refunds.map((refund) => adjustmentOf(refund, viewer)),
    dispute: dispute === undefined ? null : presentDispute(dispute),
  }
}

function callerPart(call: CallRow, seconds: number, { spent, returned }: ChargeByBucket): Receipt['caller'] {
  return {
    chargedCoins: call.settled ? call.chargedCoins : Math.min(call.heldCoins, dueCoins(seconds, call.rate)),
    buckets: { ...spent },
    refundedCoins: call.refundedCoins,
    refundedBuckets: { ...returned },
  }
}

const adjustmentOf = (refund: Refund, viewer: Viewer): Receipt['adjustments'][number] => ({
  id: refund.id,
  type: 'refund',
  coins: viewer === 'callee' ? null : refund.coins,
  takenBackCoins: viewer === 'caller' ? null : refund.takenBackCoins,
  uncollectedCoins: viewer === 'server' ? refund.uncollectedCoins : null,
  reason: viewer === 'server' ? refund.reason : null,
  disputeId: refund.disputeId,
  createdAt: refund.createdAt.toISOString(),
})
