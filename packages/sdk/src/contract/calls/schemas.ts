import * as z from 'zod'
import type { SchemasFor } from '../kit.ts'
import { coinCount, id, listOf, page, rate, time, userId } from '../shapes.ts'
import type { callRoutes } from './routes.ts'

export const callStatus = z.enum([
  'initiated',
  'ringing',
  'in_progress',
  'completed',
  'busy',
  'no_answer',
  'declined',
  'canceled',
  'failed',
])

export const endReason = z.enum([
  'caller_hangup',
  'callee_hangup',
  'balance_exhausted',
  'max_duration',
  'canceled',
  'declined',
  'no_answer',
  'busy',
  'provider_error',
  'platform',
])

const channel = z.enum(['phone', 'browser'])

/** A step of the choice of a provider. */
const routing = z.object({
  /** Why the provider of this call was chosen. */
  reason: z.string(),
  /** Those that came before it in the order and were passed over, each with the reason. */
  passedOver: z.array(z.object({ provider: z.string(), reason: z.string() })),
})

export const call = z.object({
  id: z.string(),
  /** outbound: placed through the API. inbound: somebody dialled a virtual number. */
  direction: z.enum(['outbound', 'inbound']),
  callerId: userId,
  calleeId: userId,
  callerName: z.string(),
  calleeName: z.string(),
  channel,
  provider: z.string(),
  status: callStatus,
  /** Null until the call is over. */
  endReason: endReason.nullable(),
  rate,
  /** Coins held for the call at its start. */
  heldCoins: coinCount,
  /** Coins charged so far; while the call runs, by the platform's own timer. */
  chargedCoins: coinCount,
  /** What the callee earned, known when settled. */
  earnedCoins: coinCount,
  durationSeconds: z.int(),
  /** Seconds of talk that the hold pays for. */
  limitSeconds: z.int(),
  /** True while duration and charge are the platform's own timing; settlement goes by the provider's. */
  estimated: z.boolean(),
  settled: z.boolean(),
  /** The virtual number that both phones see; null for a browser call. */
  number: z.string().nullable(),
  /** False while the call is out of our hands: the provider cannot end it, and the two hang up on their phones. */
  canEnd: z.boolean(),
  /** Of a browser call: which tab or device of each side carries the sound. Null on phones. */
  peers: z.object({ caller: z.string().nullable(), callee: z.string().nullable() }).nullable(),
  /** Over without an answer, and not for the callee's own no. The caller misses nothing: false for them. */
  missed: z.boolean(),
  /** Somebody has disputed the charge, and it is not decided yet. */
  disputed: z.boolean(),
  /** Coins of the charge that were given back afterwards. */
  refundedCoins: coinCount,
  /** How the provider was chosen; for secret keys only, else null. */
  routing: routing.nullable(),
  /** The provider's ids of the two legs; for secret keys only, else null. */
  providerIds: z.object({ caller: z.string().nullable(), callee: z.string().nullable() }).nullable(),
  /**
   * Why each leg ended, in the provider's words for legs: completed, busy, no-answer, canceled, failed. Of a browser call also: declined,
   * lost (this side vanished), media_failed (no sound came about).
   */
  hangupCauses: z.object({ caller: z.string().nullable(), callee: z.string().nullable() }),
  createdAt: time,
  /** When the callee said yes; on phones, when they picked up. */
  acceptedAt: time.nullable(),
  answeredAt: time.nullable(),
  endedAt: time.nullable(),
})

const byCallId = z.strictObject({ callId: id('call') })

/** Names the tab or device that carries one side's sound: random, made by it for one call. */
export const peer = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/, 'must be 16 to 64 letters, digits, _ or -')

/** What two peers tell each other to connect; the platform passes it on and reads none of it. */
export const callSignal = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['offer', 'answer']), sdp: z.string().max(12_000) }),
  z.strictObject({
    kind: z.literal('candidate'),
    candidate: z.string().max(1_000),
    sdpMid: z.string().max(64).nullable(),
    sdpMLineIndex: z.int().min(0).max(255).nullable(),
  }),
  /** The callee asks for an ICE restart. */
  z.strictObject({ kind: z.literal('restart') }),
  z.strictObject({ kind: z.literal('bye') }),
])

export const callSignals = z
  .array(callSignal)
  .min(1)
  .max(20)
  .refine((signals) => JSON.stringify(signals).length <= 16_000, 'must be 16,000 characters of JSON at most')

/** How the sound fares at one peer. `connected` only while it is connected and inbound audio has grown since the proof before. */
export const callProof = {
  peer,
  media: z.enum(['connecting', 'connected', 'interrupted']),
  /** All inbound audio of this peer so far. */
  bytesReceived: z.int().min(0),
}

export const callSchemas = {
  create: {
    body: z.strictObject({
      calleeId: userId,
      /** With a secret key only, and then required: who calls. */
      callerId: userId.optional(),
      channel: channel.default('phone'),
      /** Of a browser call: the caller's tab, when it is this one that calls. */
      peer: peer.optional(),
    }),
    answer: call,
  },
  list: {
    query: z.strictObject({
      ...page,
      /** With a secret key only: calls of this user. */
      userId: userId.optional(),
      status: callStatus.optional(),
      /** true: only calls that are not over. */
      active: z.enum(['true', 'false']).optional(),
      /** true: only calls that the user (with a secret key: somebody) missed. */
      missed: z.literal('true').optional(),
    }),
    answer: listOf(call),
  },
  get: { params: byCallId, answer: call },
  end: { params: byCallId, answer: call },
  accept: { params: byCallId, body: z.strictObject({ peer: peer.optional() }), answer: call },
  decline: { params: byCallId, answer: call },
  iceServers: {
    params: byCallId,
    answer: z.object({
      /** As `RTCPeerConnection` takes them. */
      iceServers: z.array(z.object({ urls: z.array(z.string()), username: z.string().optional(), credential: z.string().optional() })),
      /** relay: the two meet at the relay only, and neither learns the other's address. all: directly where they can. */
      iceTransportPolicy: z.enum(['all', 'relay']),
      /** Until when the credentials count: beyond the longest that this call can last. */
      expiresAt: time,
    }),
  },
  sendSignals: { params: byCallId, body: z.strictObject({ peer, signals: callSignals }) },
  sendProof: { params: byCallId, body: z.strictObject(callProof) },
} satisfies SchemasFor<typeof callRoutes>
