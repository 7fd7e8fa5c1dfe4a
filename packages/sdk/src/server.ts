import { buildServer } from './build-server.ts'
import type { ConnectServer, ServerSettings } from './client-types.ts'
import { defaultTiming } from './timing.ts'

/** Makes the client of a host's backend. The secret key can do everything its scopes allow: keep it out of browsers. */
export const createServer = (settings: ServerSettings): ConnectServer => buildServer(settings, defaultTiming)

export { ConnectError } from './http/connect-error.ts'
export { iterate } from './http/pages.ts'
export { verifyWebhook } from './webhooks/verify.ts'
export { WebhookVerificationError } from './webhooks/webhook-verification-error.ts'
export type { WebhookHeaders, WebhookToVerify } from './webhooks/verify.ts'
export type { WebhookVerificationErrorCode } from './webhooks/webhook-verification-error.ts'
export type {
  CallEventData,
  NumberEventData,
  TopupParkedEventData,
  TopupRefundEventData,
  UserEventData,
  WalletEventData,
  WebhookEvent,
  WebhookEventData,
  WebhookEventType,
} from './contract/webhooks/event-types.ts'
export type { ClientErrorCode, ConnectErrorCode, ConnectErrorDetails } from './http/connect-error.ts'
export type { ConnectionState, ConnectServer, Realtime, ServerSettings } from './client-types.ts'
export type { CallOptions } from './contract/kit.ts'
export type {
  Call,
  CallMeter,
  KycNews,
  Presence,
  RealtimeEvents,
  RealtimeEventType,
  TopupNews,
  WalletBalances,
  WithdrawalNews,
} from './contract/events.ts'
export type { FieldError, ProblemCode } from './contract/problems.ts'
export type {
  App,
  CallChannel,
  CallEndReason,
  CallStatus,
  KycCase,
  KycSubmission,
  PresenceStatus,
  User,
  Wallet,
  WalletHold,
  WalletReceipt,
  WalletTransaction,
} from './answers.ts'
