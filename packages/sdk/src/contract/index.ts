/** The contract with its zod schemas, for those who want answers checked at run time. Costs zod in the bundle. */
export type * from './kit.ts'
export * from './problems.ts'
export * from './events.ts'
export * from './app/spoken-texts.ts'
export * from './webhooks/event-types.ts'
export { allTables, clientTables, serverTables } from './routes.ts'
export {
  referralCheck,
  referralPolicy,
  referralReason,
  type ReferralCheck,
  type ReferralPolicy,
  type ReferralReason,
} from './referrals/policy.ts'
export { withdrawalSettings, type WithdrawalSettings } from './withdrawals/terms.ts'
export { allSchemas, clientSchemas, serverSchemas } from './schemas.ts'
