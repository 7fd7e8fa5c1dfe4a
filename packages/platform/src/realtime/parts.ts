import type { IncomingMessage } from 'node:http'
import type { Call, WalletBalances } from '@impacthub/sdk/contract'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { SecretActor, TenantId, UserActor } from '../base/tenant.ts'
import type { Bus } from '../bus/bus.ts'
import type { CallMessage } from '../features/calls/index.ts'
import type { PresenceFacts } from '../features/presence/index.ts'

/** Who may hold a live connection: a user, or a host's server, which sees the whole app. */
export type RealtimeActor = UserActor | SecretActor

/** What a client should know before any change. */
export interface CurrentState {
  /** Calls of the user that are not over; of the whole app for a server connection. */
  readonly calls: readonly Call[]
  /** Null on a server connection. */
  readonly wallet: WalletBalances | null
}

/** What realtime needs of the rest of the platform. */
export interface RealtimeParts {
  readonly bus: Bus
  readonly clock: Clock
  readonly logger: Logger
  /** Throws `unauthenticated`. */
  readonly authenticateToken: (token: string) => Promise<UserActor>
  /** Counts a credential that somebody may have made up; fails when there were too many from this address. */
  readonly countGuess: (error: unknown, ip: string) => Promise<void>
  /** Whether these credentials still count: not revoked, not signed out, not blocked, not deleted. Asked every 2 s, so it remembers. */
  readonly stillValid: (actor: RealtimeActor) => Promise<boolean>
  /** Whether a page of this origin may speak for this actor. Not asked when there is no Origin. */
  readonly originAllowed: (actor: RealtimeActor, origin: string) => Promise<boolean>
  readonly snapshotOf: (actor: RealtimeActor) => Promise<CurrentState>
  /** Takes what a user's tab says of a browser call. */
  readonly onCallMessage: (actor: UserActor, message: CallMessage) => Promise<void>
  readonly presence: {
    factsByHostId(tenantId: TenantId, hostUserIds: readonly string[]): Promise<PresenceFacts[]>
    factsById(tenantId: TenantId, userIds: readonly string[]): Promise<PresenceFacts[]>
  }
  /** The caller's address, seen through the configured proxies only. */
  readonly clientIp: (request: IncomingMessage) => string
  /** Where clients reach the platform, e.g. `https://connect.example`. */
  readonly publicUrl: string
  readonly settings?: Partial<RealtimeSettings>
}

export interface RealtimeSettings {
  /** How long a socket may take to say who it is. */
  readonly helloMs: number
  readonly pingMs: number
  /** A socket that said nothing, not even a pong, for this long is dead. */
  readonly silenceMs: number
  /** How often sockets are looked at. */
  readonly tickMs: number
  /** A user is alive for `aliveMs` after each touch, and touched every `touchMs`. */
  readonly touchMs: number
  readonly aliveMs: number
  /** A reload's short gap changes no status. */
  readonly graceMs: number
  /** The same between two polls. */
  readonly pollGraceMs: number
  /** How often watched users are checked for having vanished; every fifth time all is read anew. */
  readonly sweepMs: number
  /** How often credentials of open connections are checked. */
  readonly recheckMs: number
  /** How long a session waits for its client to come back. */
  readonly keepMs: number
  readonly messagesPerSecond: number
  readonly messageBurst: number
  readonly handshakesPerMinute: number
  /** Sockets whose client has not yet said who it is. */
  readonly maxUnidentified: number
  readonly maxUnsentBytes: number
  readonly maxUserSockets: number
  readonly maxKeySockets: number
}

/**
 * Why statuses are right within 15 s. A client that vanishes: 12 s of silence, found within a second, told after half a second.
 * A process that dies: its users' last touch ends after 11 s, the next sweep of the others comes within 2 s.
 */
export const realtimeDefaults: RealtimeSettings = {
  helloMs: 5_000,
  pingMs: 6_000,
  silenceMs: 12_000,
  tickMs: 1_000,
  touchMs: 4_000,
  aliveMs: 11_000,
  graceMs: 1_500,
  pollGraceMs: 8_000,
  sweepMs: 2_000,
  recheckMs: 2_000,
  keepMs: 60_000,
  messagesPerSecond: 20,
  messageBurst: 60,
  handshakesPerMinute: 100,
  maxUnidentified: 2_000,
  maxUnsentBytes: 256 * 1024,
  maxUserSockets: 10,
  maxKeySockets: 100,
}

export const settingsOf = (parts: RealtimeParts): RealtimeSettings => ({ ...realtimeDefaults, ...parts.settings })

/** One name for the one who acts, never the same in two tenants. */
export const ownerOf = (actor: RealtimeActor): string => `${actor.tenant.id}:${actor.kind === 'user' ? actor.userId : actor.keyId}`
