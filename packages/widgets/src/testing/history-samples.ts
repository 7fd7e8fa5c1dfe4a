import type { Call, CallDispute, CallRating, CallReceipt } from '@impacthub/sdk'
import { asha, settled, unanswered } from './samples.ts'

/** Calls of Asha and what became of them, for stories and tests. */

const at = (index: number, minutes = 0) => new Date(Date.now() - index * 5_400_000 + minutes * 60_000).toISOString()
const idOf = (index: number) => `call_01${String(900 - index).padStart(24, '0')}`

/** A call so many places down the list; each is an hour and a half older than the one before. */
export const pastCall = (index: number, rest: Partial<Call> = {}): Call => ({
  ...settled,
  id: idOf(index),
  createdAt: at(index, -20),
  acceptedAt: at(index, -19),
  answeredAt: at(index, -19),
  endedAt: at(index, -7),
  ...rest,
})

const fromMeera = { callerId: 'meera', calleeId: asha, callerName: 'Meera Iyer', calleeName: 'Asha Menon' } as const
const nobody = (index: number) =>
  ({
    ...unanswered,
    acceptedAt: null,
    answeredAt: null,
    durationSeconds: 0,
    chargedCoins: 0,
    earnedCoins: 0,
    endedAt: at(index, -7),
  }) as const

export const missedCall: Call = pastCall(1, { ...nobody(1), ...fromMeera, id: idOf(1), createdAt: at(1, -8), missed: true })
export const paidCall: Call = pastCall(2)
export const earnedCall: Call = pastCall(3, { ...fromMeera, channel: 'browser', provider: 'browser', endReason: 'balance_exhausted' })
export const noAnswer: Call = pastCall(4, { ...nobody(4), id: idOf(4), createdAt: at(4, -8), missed: false })
export const declinedByMe: Call = pastCall(5, {
  ...nobody(5),
  ...fromMeera,
  id: idOf(5),
  createdAt: at(5, -8),
  missed: false,
  status: 'declined',
  endReason: 'declined',
})
export const unsettled: Call = pastCall(1, { settled: false, estimated: true, earnedCoins: 0 })

export const pastCalls: readonly Call[] = [
  missedCall,
  paidCall,
  earnedCall,
  noAnswer,
  declinedByMe,
  ...Array.from({ length: 18 }, (_, index) => pastCall(index + 6, { durationSeconds: 60 * (index + 1), chargedCoins: 10 * (index + 1) })),
]

/** The receipt of a call as this user may see it. */
export function receiptFor(call: Call, me: string, rest: Partial<CallReceipt> = {}): CallReceipt {
  const mine = call.callerId === me
  const none = { bonus: 0, purchased: 0, earned: 0 }
  return {
    callId: call.id,
    view: mine ? 'caller' : 'callee',
    callerId: call.callerId,
    calleeId: call.calleeId,
    channel: call.channel,
    status: call.status,
    endReason: call.endReason,
    endedBy: call.endReason === 'caller_hangup' ? 'caller' : call.endReason === 'balance_exhausted' ? 'limit' : null,
    createdAt: call.createdAt,
    answeredAt: call.answeredAt,
    endedAt: call.endedAt,
    seconds: call.durationSeconds,
    intervals: Math.ceil(call.durationSeconds / call.rate.seconds),
    rate: call.rate,
    estimated: call.estimated,
    settled: call.settled,
    caller: mine
      ? {
          chargedCoins: call.chargedCoins,
          buckets: call.chargedCoins > 0 && call.settled ? { ...none, bonus: 30, purchased: call.chargedCoins - 30 } : none,
          refundedCoins: call.refundedCoins,
          refundedBuckets: none,
        }
      : null,
    callee: mine ? null : { earnedCoins: call.earnedCoins, takenBackCoins: 0 },
    adjustments: [],
    dispute: null,
    ...rest,
  }
}

export const refundOf = (coins: number): CallReceipt['adjustments'][number] => ({
  id: 'rfd_01hzy8f2k3m4n5p6q7r8s9t0vw',
  type: 'refund',
  coins,
  takenBackCoins: null,
  uncollectedCoins: null,
  reason: null,
  disputeId: null,
  createdAt: at(1),
})

export const ratingOf = (score: number, reasons: CallRating['reasons'] = []): CallRating => ({
  by: 'caller',
  score,
  reasons,
  comment: null,
  createdAt: at(1),
  updatedAt: new Date(Date.now() + score).toISOString(),
})

export const disputeOf = (callId: string, reason: CallDispute['reason'], comment: string | null = null): CallDispute => ({
  id: 'dsp_01hzy8f2k3m4n5p6q7r8s9t0vw',
  callId,
  openedBy: 'caller',
  reason,
  comment,
  status: 'open',
  refundedCoins: null,
  openedAt: at(0),
  resolvedAt: null,
})
