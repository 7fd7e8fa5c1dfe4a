import { toCoins } from '../../base/coins.ts'
import type { CallStatus, OverStatus } from './call-lifecycle.ts'
import type { BrowserProofs } from './browser/browser-talk.ts'
import { readSide, type StoredSide } from './browser/proof-range.ts'
import type { TalkLimit } from './call-tariff.ts'

export type Side = 'caller' | 'callee'

export type EndReason =
  | 'caller_hangup'
  | 'callee_hangup'
  | 'balance_exhausted'
  | 'max_duration'
  | 'canceled'
  | 'declined'
  | 'no_answer'
  | 'busy'
  | 'provider_error'
  | 'platform'

/** Who asked for the end: one of the two, the host's server, or the limit of the coins. */
export type EndRequester = Side | 'platform' | 'limit'

/** Why a call waits for a person to see it. */
export type ReviewReason =
  | 'unreadable'
  | 'unreachable'
  | 'no_provider'
  | 'no_leg'
  | 'goes_on'
  | 'ledger_frozen'
  | 'wallet_full'
  /** The provider ended it and never told its figures. */
  | 'no_figures'
  /** An error of ours, which the log tells. */
  | 'fault'

/** A person of a call, as the call shows them. */
export interface Party {
  /** Ours, `usr_…`. */
  readonly id: string
  readonly hostId: string
  readonly name: string
  /** Gone once the call is settled. */
  readonly phone: string | null
  readonly legId: string | null
  readonly cause: string | null
  /** The tab that carries this side's sound of a browser call. */
  readonly peer: string | null
}

/** Why a provider carries a call. */
export interface Routing {
  readonly reason: string
  readonly passedOver: { readonly provider: string; readonly reason: string }[]
}

export interface CallRow {
  readonly id: string
  readonly channel: 'phone' | 'browser'
  readonly direction: 'outbound' | 'inbound'
  readonly provider: string
  /** Random; the secret in the call's addresses follows from it and the master key. */
  readonly callbackToken: string
  /** Null for a browser call. */
  readonly number: string | null
  readonly canEnd: boolean
  readonly routing: Routing | null
  readonly caller: Party
  readonly callee: Party
  readonly status: CallStatus
  readonly endReason: EndReason | null
  readonly rate: { readonly coins: number; readonly seconds: number }
  readonly sharePercent: number
  readonly ringSeconds: number
  readonly limit: TalkLimit
  /** The longest that the call may last, however many coins there are. */
  readonly mostSeconds: number
  readonly heldCoins: number
  readonly chargedCoins: number
  readonly earnedCoins: number
  readonly refundedCoins: number
  readonly disputed: boolean
  readonly durationSeconds: number
  readonly settled: boolean
  readonly review: boolean
  readonly reviewReason: ReviewReason | null
  readonly dialAttemptedAt: Date | null
  /** Where ringing the callee is a request of ours. */
  readonly calleeAttemptedAt: Date | null
  readonly endRequestedBy: EndRequester | null
  readonly endedBy: Side | null
  readonly createdAt: Date
  readonly acceptedAt: Date | null
  readonly answeredAt: Date | null
  readonly endedAt: Date | null
  /** What both sides of a browser call have proved, until it is settled. */
  readonly proofs: BrowserProofs
}

/** How a call ended, as it is written down. */
export interface CallEnding {
  readonly status: OverStatus
  readonly endReason: EndReason
  readonly durationSeconds: number
  readonly answeredAt: Date | null
  readonly endedAt: Date
  readonly callerCause: string | null
  readonly calleeCause: string | null
  readonly calleeLegId: string | null
}

/** As PostgreSQL gives it: checked there by constraints. */
export interface StoredCall {
  readonly id: string
  readonly channel: CallRow['channel']
  readonly direction: CallRow['direction']
  readonly provider: string
  readonly callback_token: string
  readonly number: string | null
  readonly can_end: boolean
  readonly routing: Routing | null
  readonly caller_id: string
  readonly caller_host_id: string
  readonly caller_name: string
  readonly caller_phone: string | null
  readonly caller_leg_id: string | null
  readonly caller_cause: string | null
  readonly callee_id: string
  readonly callee_host_id: string
  readonly callee_name: string
  readonly callee_phone: string | null
  readonly callee_leg_id: string | null
  readonly callee_cause: string | null
  readonly status: CallStatus
  readonly end_reason: EndReason | null
  readonly rate_coins: number
  readonly rate_seconds: number
  readonly share_percent: number
  readonly ring_seconds: number
  readonly limit_seconds: number
  readonly limit_reason: TalkLimit['reason']
  readonly most_seconds: number | null
  readonly held_coins: string
  readonly charged_coins: string
  readonly earned_coins: string
  readonly refunded_coins: string
  readonly disputed: boolean
  readonly duration_seconds: number
  readonly settled: boolean
  readonly review: boolean
  readonly review_reason: ReviewReason | null
  readonly dial_attempted_at: Date | null
  readonly callee_attempted_at: Date | null
  readonly end_requested_by: EndRequester | null
  readonly ended_by: Side | null
  readonly created_at: Date
  readonly accepted_at: Date | null
  readonly answered_at: Date | null
  readonly ended_at: Date | null
  readonly caller_peer: string | null
  readonly callee_peer: string | null
  readonly caller_connected: StoredSide['connected']
  readonly callee_connected: StoredSide['connected']
  readonly caller_heard_at: StoredSide['heard_at']
  readonly callee_heard_at: StoredSide['heard_at']
}

export function readCall(row: StoredCall): CallRow {
  const party = (side: Side): Party => ({
    id: row[`${side}_id`],
    hostId: row[`${side}_host_id`],
    name: row[`${side}_name`],
    phone: row[`${side}_phone`],
    legId: row[`${side}_leg_id`],
    cause: row[`${side}_cause`],
    peer: row[`${side}_peer`],
  })
  return {
    id: row.id,
    channel: row.channel,
    direction: row.direction,
    provider: row.provider,
    callbackToken: row.callback_token,
    number: row.number,
    canEnd: row.can_end,
    routing: row.routing,
    caller: party('caller'),
    callee: party('callee'),
    status: row.status,
    endReason: row.end_reason,
    rate: { coins: row.rate_coins, seconds: row.rate_seconds },
    sharePercent: row.share_percent,
    ringSeconds: row.ring_seconds,
    limit: { seconds: row.limit_seconds, reason: row.limit_reason },
    mostSeconds: row.most_seconds ?? row.limit_seconds,
    heldCoins: toCoins(row.held_coins),
    chargedCoins: toCoins(row.charged_coins),
    earnedCoins: toCoins(row.earned_coins),
    refundedCoins: toCoins(row.refunded_coins),
    disputed: row.disputed,
    durationSeconds: row.duration_seconds,
    settled: row.settled,
    review: row.review,
    reviewReason: row.review_reason,
    dialAttemptedAt: row.dial_attempted_at,
    calleeAttemptedAt: row.callee_attempted_at,
    endRequestedBy: row.end_requested_by,
    endedBy: row.ended_by,
    createdAt: row.created_at,
    acceptedAt: row.accepted_at,
    answeredAt: row.answered_at,
    endedAt: row.ended_at,
    proofs: {
      caller: readSide({ connected: row.caller_connected, heard_at: row.caller_heard_at }),
      callee: readSide({ connected: row.callee_connected, heard_at: row.callee_heard_at }),
    },
  }
}
