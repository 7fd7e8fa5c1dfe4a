import type { Clock } from '../../base/clock.ts'
import type { Cursors } from '../../base/cursor.ts'
import type { Mode, TenantId, TenantRef } from '../../base/tenant.ts'
import type { Db } from '../../db/connect.ts'
import type { Telephony } from '../../providers/telephony/port.ts'
import { addNumber } from './add-number.ts'
import { listNumbers, type VirtualNumber } from './number-store.ts'

export type { VirtualNumber } from './number-store.ts'

export interface NumberDeps {
  readonly db: Db
  readonly clock: Clock
  readonly cursors: Cursors
  /** The provider of a mode; fails with `provider_unavailable` where there is none. */
  readonly telephony: { forMode(mode: Mode): Telephony }
}

export interface Numbers {
  /** Buys a number in a country (ISO 3166 alpha-2) for an app. */
  addNumber(tenant: TenantRef, country: string): Promise<VirtualNumber>
  hasAny(tenantId: TenantId): Promise<boolean>
}

export const createNumbers = (deps: NumberDeps): Numbers => ({
  addNumber: (tenant, country) => addNumber(deps, tenant, country),
  hasAny: async (tenantId) =>
    (await deps.db.transact(tenantId, (tx) => listNumbers(tx, tenantId, { limit: 1, before: undefined }))).length > 0,
})
