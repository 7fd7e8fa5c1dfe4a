import type { Clock } from '../../base/clock.ts'
import type { Cursors } from '../../base/cursor.ts'
import type { Db } from '../../db/connect.ts'
import type { Mode } from '../../base/tenant.ts'
import type { KycProviderName } from '../../providers/kyc/port.ts'
import type { Directory } from './directory.ts'

export { looksLikeKey } from './api-key.ts'
export type { ApiKey } from './key-store.ts'
export { claimedTenant, verifyToken } from './verify-token.ts'
export { createApp, type NewApp } from './create-app.ts'
export { createDirectory, type Directory, type Standing } from './directory.ts'
export { hostUser } from './host-user-store.ts'
export { mintToken, type TokenWish } from './signing-keys.ts'
export { rotateDueKeys } from './rotate-due-keys.ts'
export { seal, unseal } from './seal.ts'
export { kycRulesOf, type KycRules } from './kyc-rules.ts'
export { referralPolicyOf } from './referral-policy.ts'
export { packsOf, type Pack, type PackOffer } from './packs.ts'
export type { Tenant } from './tenant-store.ts'

export interface TenantDeps {
  readonly db: Db
  readonly clock: Clock
  readonly cursors: Cursors
  readonly directory: Directory
  /** Who takes money in a mode; undefined where nobody does. */
  paidThrough(mode: Mode): 'razorpay' | undefined
  /** Of which generations there are accounts at those who check identities. */
  kycGenerations(mode: Mode): Readonly<Record<KycProviderName, readonly string[]>>
  /** Seals our private keys; outside the database. */
  readonly masterKey: Buffer
}
