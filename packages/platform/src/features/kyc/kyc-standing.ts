import type { KycNews } from '@impacthub/sdk/contract'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'

export type KycStatus = KycNews['status']

/** What paying money out asks of a person's verification. */
export interface PayoutStanding {
  readonly status: KycStatus
  /** True only where a source's birth date, or a reviewer, says so. */
  readonly adult: boolean
  /** The verified name; null unless `verified`. */
  readonly name: string | null
  /** Of the PAN that was verified; null where none was. */
  readonly panLastFour: string | null
  /** Whether a PAN or an Aadhaar number was verified: without either, tax is deducted at the higher rate. */
  readonly hasTaxId: boolean
}

/**
 * How a user (`usr_…`) stands, with their row held `for share` until the transaction is over: a rejection waits for the withdrawal that has
 * begun, and a withdrawal for the rejection.
 */
export type ReadPayoutStanding = (tx: Tx, tenantId: TenantId, userId: string) => Promise<PayoutStanding>

/** Called in the transaction in which a user (`usr_…`) stops being verified, whose row is held: what has not been sent is called off there. */
export type OnKycLost = (tx: Tx, tenantId: TenantId, userId: string, now: Date) => Promise<void>

/** Whether a document of the user (`usr_…`) may be taken: not after they took their consent back, nor before it where the app wants it first. */
export type MayBeTaken = (tx: Tx, tenantId: TenantId, userId: string) => Promise<boolean>
