import { appRoutes, appServerRoutes, keyRoutes } from './app/routes.ts'
import { afterwardsRoutes, refundRoutes } from './calls-afterwards/routes.ts'
import { callRoutes } from './calls/routes.ts'
import { disputeRoutes } from './disputes/routes.ts'
import { kycDocumentRoutes, kycDocumentServerRoutes, kycUploadRoutes } from './kyc-documents/routes.ts'
import { kycRoutes, kycServerRoutes } from './kyc/routes.ts'
import { numberRoutes } from './numbers/routes.ts'
import { presenceRoutes } from './presence/routes.ts'
import { realtimeRoutes } from './realtime/routes.ts'
import { referralRoutes, referralServerRoutes, referralVisitRoutes } from './referrals/routes.ts'
import { topupReadRoutes, topupRoutes, topupServerRoutes } from './topups/routes.ts'
import { meRoutes, userRoutes } from './users/routes.ts'
import { waitingRoutes } from './waiting/routes.ts'
import { ledgerRoutes, walletRoutes, walletServerRoutes } from './wallet/routes.ts'
import { withdrawalReadRoutes, withdrawalRoutes, withdrawalServerRoutes } from './withdrawals/routes.ts'
import { eventRoutes, webhookEndpointRoutes } from './webhooks/routes.ts'

/** What a browser client can do with a user token. */
export const clientTables = {
  app: appRoutes,
  me: meRoutes,
  presence: presenceRoutes,
  calls: { ...callRoutes, ...afterwardsRoutes },
  waiting: waitingRoutes,
  wallet: walletRoutes,
  topups: { ...topupRoutes, ...topupReadRoutes },
  kyc: kycRoutes,
  kycDocuments: kycDocumentRoutes,
  kycUploads: kycUploadRoutes,
  withdrawals: { ...withdrawalRoutes, ...withdrawalReadRoutes },
  referral: { ...referralRoutes, ...referralVisitRoutes },
  realtime: realtimeRoutes,
}

/** What a server can do with a secret key. */
export const serverTables = {
  app: { ...appRoutes, ...appServerRoutes },
  keys: keyRoutes,
  users: userRoutes,
  presence: presenceRoutes,
  calls: { ...callRoutes, ...afterwardsRoutes, ...refundRoutes },
  disputes: disputeRoutes,
  wallets: walletServerRoutes,
  ledger: ledgerRoutes,
  topups: { ...topupReadRoutes, ...topupServerRoutes },
  kyc: kycServerRoutes,
  kycDocuments: kycDocumentServerRoutes,
  withdrawals: { ...withdrawalReadRoutes, ...withdrawalServerRoutes },
  referrals: referralServerRoutes,
  numbers: numberRoutes,
  webhookEndpoints: webhookEndpointRoutes,
  events: eventRoutes,
  realtime: realtimeRoutes,
}

/** Every route of the platform. */
export const allTables = {
  ...serverTables,
  me: meRoutes,
  waiting: waitingRoutes,
  wallet: walletRoutes,
  topups: { ...topupRoutes, ...topupReadRoutes, ...topupServerRoutes },
  kyc: { ...kycRoutes, ...kycServerRoutes },
  kycDocuments: { ...kycDocumentRoutes, ...kycDocumentServerRoutes },
  kycUploads: kycUploadRoutes,
  withdrawals: { ...withdrawalRoutes, ...withdrawalReadRoutes, ...withdrawalServerRoutes },
  referral: { ...referralRoutes, ...referralVisitRoutes },
}
