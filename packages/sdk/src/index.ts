import { buildClient } from './client.ts'
import type { ClientSettings, ConnectClient } from './client-types.ts'
import { defaultTiming } from './timing.ts'

/** Makes the client of one signed-in user. Nothing is sent before the first method is called or the first listener comes. */
export const createClient = (settings: ClientSettings): ConnectClient => buildClient(settings, defaultTiming)

export { ConnectError } from './http/connect-error.ts'
export { iterate } from './http/pages.ts'
export { createCallMedia } from './media.ts'
export { captureReferral } from './referral.ts'
export { uploadDocument } from './upload.ts'
export type { CapturedReferral, ReferralClient } from './referral.ts'
export type { DocumentFile, UploadClient, UploadOptions, UploadProgress } from './upload.ts'
export type { CallMedia, MediaClient, MediaProblem, MediaState } from './media/media-types.ts'
export type { ClientErrorCode, ConnectErrorCode, ConnectErrorDetails } from './http/connect-error.ts'
export type { CallMessage, ClientSettings, ConnectClient, ConnectionState, Realtime } from './client-types.ts'
export type { CallOptions } from './contract/kit.ts'
export type {
  Call,
  CallMeter,
  KycNews,
  Presence,
  ReferralNews,
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
  CallDispute,
  CallEndReason,
  CallRating,
  CallReceipt,
  CallStatus,
  KycDocument,
  KycNotice,
  KycStanding,
  Pack,
  PresenceSetting,
  PresenceStatus,
  Redemption,
  ReferralStanding,
  Topup,
  TopupCheckout,
  User,
  Waiting,
  Wallet,
  WalletHold,
  WalletReceipt,
  WalletTransaction,
  Withdrawal,
  WithdrawalTerms,
  WithdrawalWish,
} from './answers.ts'
