import type * as z from 'zod'
import type { call, callProof, callSignal } from './calls/schemas.ts'
import type { kycNews } from './kyc/kyc.ts'
import type { presence } from './presence/schemas.ts'
import type { referralProgress } from './referrals/referral.ts'
import type { topupNews } from './topups/topup.ts'
import type { withdrawal } from './withdrawals/withdrawal.ts'

export type Call = z.output<typeof call>
export type Presence = z.output<typeof presence>
export type CallSignal = z.output<typeof callSignal>
/** A top-up as events tell it: without what its checkout needs. */
export type TopupNews = z.output<typeof topupNews>
/** A withdrawal as events tell it. */
export type WithdrawalNews = z.output<typeof withdrawal>
/** What a user's code has brought, and what became of the code that they came by. */
export type ReferralNews = z.output<typeof referralProgress>
/** How a user stands, without what they may do now. */
export type KycNews = z.output<typeof kycNews>
export type CallMedia = z.output<typeof callProof.media>

/** Coins of a user, as told live; the whole wallet is at `GET /v1/wallet`. */
export interface WalletBalances {
  readonly userId: string
  readonly balance: number
  readonly buckets: { readonly bonus: number; readonly purchased: number; readonly earned: number; readonly held: number }
  readonly withdrawable: number
}

export interface CallMeter {
  readonly callId: string
  /** Seconds since the callee's answer, by the platform's clock; of a browser call, those that both sides have proved. */
  readonly elapsedSeconds: number
  readonly chargedCoins: number
  /** Seconds until the coins or the longest call end it. */
  readonly secondsLeft: number
}

/** It is the turn of one who waited for a callee to call them. */
export interface CalleeFree {
  readonly calleeId: string
  readonly waiterId: string
  readonly position: number
  /** Until when nobody else who waits is told. */
  readonly expiresAt: string
}

/** Data of each realtime event by its type. */
export interface RealtimeEvents {
  /** First frame of a session that could not be resumed: everything that the client should know before any change. */
  'session.snapshot': {
    readonly session: string
    /** Absent on a server connection. */
    readonly userId?: string
    /** Calls of this user that are not over. */
    readonly calls: readonly Call[]
    readonly wallet: WalletBalances | null
    readonly presence: readonly Presence[]
  }
  /** First frame of a session that goes on where it stopped, with the `seq` that the client named; the frames missed follow. */
  'session.resumed': { readonly session: string }
  /** States of the users just added by `watch`. */
  'presence.snapshot': { readonly presence: readonly Presence[] }
  /** The status of a watched user changed, or what a call to them costs. */
  'presence.changed': Presence
  /** A call began or changed; the whole call as this side may see it. */
  'call.updated': Call
  /** Sent every 5 seconds of a running call, and at answer. */
  'call.meter': CallMeter
  /** 60 and 15 seconds before the end. */
  'call.warning': CallMeter
  /** From the other side's tab to the own one, of a browser call. Meant for the tab that carries the sound. */
  'call.signal': {
    readonly callId: string
    readonly from: 'caller' | 'callee'
    readonly peer: string
    readonly signals: readonly CallSignal[]
  }
  'wallet.updated': WalletBalances
  /** A top-up of this user began or changed. */
  'topup.updated': TopupNews
  /** A withdrawal of this user began or changed. */
  'withdrawal.updated': WithdrawalNews
  /** This user's verification began, changed or ended. */
  'kyc.updated': KycNews
  /** Somebody came by this user's code, or something came of the code that this user came by. */
  'referral.updated': ReferralNews
  /** The callee for whom this user waits is free, and it is their turn. */
  'callee.free': CalleeFree
}

export type RealtimeEventType = keyof RealtimeEvents

/** What the platform sends. `seq` grows by one a frame within a session; a gap means: connect anew and take the snapshot. */
export type RealtimeFrame = {
  [T in RealtimeEventType]: { readonly seq: number; readonly type: T; readonly data: RealtimeEvents[T] }
}[RealtimeEventType]

/**
 * What a client sends. The first message, within 5 s of opening, is `hello`, with the ticket (`POST /v1/realtime/tickets`) or a user
 * token; the ticket may be given as `?ticket=` instead. `watch` replaces the set of watched users (at most 1,000).
 * A message of more than 16 KiB ends the connection (1009).
 * `call.signal` and `call.proof` are of the tab that carries the sound of a browser call; what does not fit the call is dropped.
 * `renew` gives a fresh user token before the old one ends. `pong` is not needed: WebSocket's own pings prove life.
 */
export type ClientMessage =
  | {
      readonly type: 'hello'
      readonly ticket?: string
      readonly token?: string
      readonly resume?: { readonly session: string; readonly seq: number }
      readonly watch?: readonly string[]
    }
  | { readonly type: 'watch'; readonly userIds: readonly string[] }
  | { readonly type: 'renew'; readonly token: string }
  | { readonly type: 'call.signal'; readonly callId: string; readonly peer: string; readonly signals: readonly CallSignal[] }
  | {
      readonly type: 'call.proof'
      readonly callId: string
      readonly peer: string
      readonly media: CallMedia
      readonly bytesReceived: number
    }

/** Why the platform closed a socket. 1012: restarting, come back. */
export const closeCodes = {
  unauthenticated: 4401,
  revoked: 4403,
  tooSlow: 4408,
  badMessage: 4400,
  tooManyMessages: 4429,
  tooManySockets: 4430,
  restarting: 1012,
} as const
