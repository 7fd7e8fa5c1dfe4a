import type { Scope } from '@impacthub/sdk/contract'

export type Mode = 'test' | 'live'

declare const tenantBrand: unique symbol
/** An app in one mode: the line that nothing crosses. Every store function takes it right after the transaction. */
export type TenantId = number & { readonly [tenantBrand]: true }

/** For the few readers that stand above all tenants: sign-in and the job runner. */
export const everyTenant = 0 as TenantId

export const tenantId = (value: number): TenantId => {
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`not a tenant id: ${value}`)
  return value as TenantId
}

export interface TenantRef {
  readonly id: TenantId
  readonly appId: string
  readonly mode: Mode
}

export interface UserActor {
  readonly kind: 'user'
  readonly tenant: TenantRef
  /** Ours, `usr_…`. */
  readonly userId: string
  /** The host's. */
  readonly hostUserId: string
  readonly tokenIssuedAt: Date
  readonly tokenExpiresAt: Date
}

export interface SecretActor {
  readonly kind: 'secret'
  readonly tenant: TenantRef
  readonly keyId: string
  /** Whose idempotency keys count: the first of the keys that were rolled into this one. */
  readonly callerId: string
  /** null: all. */
  readonly scopes: readonly Scope[] | null
}

export interface PublishableActor {
  readonly kind: 'publishable'
  readonly tenant: TenantRef
  readonly keyId: string
}

export interface Anyone {
  readonly kind: 'anyone'
}

/** Who asks. App and mode come from the credential only. */
export type Actor = UserActor | SecretActor | PublishableActor | Anyone
