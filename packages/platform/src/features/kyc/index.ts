export { matchNames, type NameMatch } from './match-names.ts'
export type { ConsentGiven, KycStatus, OnKycLost, PayoutStanding, ReadPayoutStanding } from './kyc-standing.ts'
