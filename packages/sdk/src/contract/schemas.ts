import { appSchemas, appServerSchemas, keySchemas } from './app/schemas.ts'
import { afterwardsSchemas, refundSchemas } from './calls-afterwards/schemas.ts'
import { callSchemas } from './calls/schemas.ts'
import { disputeSchemas } from './disputes/schemas.ts'
import { kycDocumentSchemas, kycDocumentServerSchemas, kycUploadSchemas } from './kyc-documents/schemas.ts'
import { kycSchemas, kycServerSchemas } from './kyc/schemas.ts'
import { numberSchemas } from './numbers/schemas.ts'
import { presenceSchemas } from './presence/schemas.ts'
import { realtimeSchemas } from './realtime/schemas.ts'
import { referralSchemas, referralServerSchemas, referralVisitSchemas } from './referrals/schemas.ts'
import { topupReadSchemas, topupSchemas, topupServerSchemas } from './topups/schemas.ts'
import { meSchemas, userSchemas } from './users/schemas.ts'
import { waitingSchemas } from './waiting/schemas.ts'
import { ledgerSchemas, walletSchemas, walletServerSchemas } from './wallet/schemas.ts'
import { withdrawalReadSchemas, withdrawalSchemas, withdrawalServerSchemas } from './withdrawals/schemas.ts'
import { eventSchemas, webhookEndpointSchemas } from './webhooks/schemas.ts'

export const clientSchemas = {
  app: appSchemas,
  me: meSchemas,
  presence: presenceSchemas,
  calls: { ...callSchemas, ...afterwardsSchemas },
  waiting: waitingSchemas,
  wallet: walletSchemas,
  topups: { ...topupSchemas, ...topupReadSchemas },
  kyc: kycSchemas,
  kycDocuments: kycDocumentSchemas,
  kycUploads: kycUploadSchemas,
  withdrawals: { ...withdrawalSchemas, ...withdrawalReadSchemas },
  referral: { ...referralSchemas, ...referralVisitSchemas },
  realtime: realtimeSchemas,
}

export const serverSchemas = {
  app: { ...appSchemas, ...appServerSchemas },
  keys: keySchemas,
  users: userSchemas,
  presence: presenceSchemas,
  calls: { ...callSchemas, ...afterwardsSchemas, ...refundSchemas },
  disputes: disputeSchemas,
  wallets: walletServerSchemas,
  ledger: ledgerSchemas,
  topups: { ...topupReadSchemas, ...topupServerSchemas },
  kyc: kycServerSchemas,
  kycDocuments: kycDocumentServerSchemas,
  withdrawals: { ...withdrawalReadSchemas, ...withdrawalServerSchemas },
  referrals: referralServerSchemas,
  numbers: numberSchemas,
  webhookEndpoints: webhookEndpointSchemas,
  events: eventSchemas,
  realtime: realtimeSchemas,
}

export const allSchemas = {
  ...serverSchemas,
  me: meSchemas,
  waiting: waitingSchemas,
  wallet: walletSchemas,
  topups: { ...topupSchemas, ...topupReadSchemas, ...topupServerSchemas },
  kyc: { ...kycSchemas, ...kycServerSchemas },
  kycDocuments: { ...kycDocumentSchemas, ...kycDocumentServerSchemas },
  kycUploads: kycUploadSchemas,
  withdrawals: { ...withdrawalSchemas, ...withdrawalReadSchemas, ...withdrawalServerSchemas },
  referral: { ...referralSchemas, ...referralVisitSchemas },
}
