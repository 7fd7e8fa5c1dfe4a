import type { Clock } from '../../base/clock.ts'
import type { Cursors } from '../../base/cursor.ts'
import type { Logger } from '../../base/logger.ts'
import type { Mode, TenantId, TenantRef } from '../../base/tenant.ts'
import type { Db, Tx } from '../../db/connect.ts'
import { everyTenant } from '../../base/tenant.ts'
import type { TaskStore } from '../../db/tasks.ts'
import type { PeriodicJob } from '../../jobs/periodic.ts'
import type { TaskHandler } from '../../jobs/runner.ts'
import type { ProviderName, Telephony } from '../../providers/telephony/port.ts'
import { addNumber } from './add-number.ts'
import { takeBack } from './assign-number.ts'
import { connectNumber, connectStrays } from './connect-number.ts'
import { listNumbers, type VirtualNumber } from './number-store.ts'
import { dropPairsWith, forgetPairs } from './pair-store.ts'
import { leaveNumber } from './remove-number.ts'

export { numberDialled, virtualNumbersOf, type VirtualNumber } from './number-store.ts'
export { callerWith, otherOf, renewPair, takeNumber } from './pair-store.ts'
export { countRefused } from './refused-store.ts'

export interface NumberDeps {
  readonly db: Db
  readonly clock: Clock
  readonly cursors: Cursors
  readonly tasks: TaskStore
  readonly logger: Logger
  /** The telephone providers of a mode; fails with `provider_unavailable` where there is none. */
  readonly providers: (mode: Mode) => readonly Telephony[]
  readonly modeOf: (tenantId: TenantId) => Promise<Mode>
  /** Where a provider asks about calls that come in. */
  readonly incomingUrl: (provider: ProviderName, mode: Mode) => string
}

export interface Numbers {
  /** Buys a number in a country (ISO 3166 alpha-2) for an app. */
  addNumber(tenant: TenantRef, country: string): Promise<VirtualNumber>
  /** Whether the app has a number of this country (ISO 3166 alpha-2). */
  hasAny(tenantId: TenantId, country: string): Promise<boolean>
  /** A user (`usr_…`) is deleted: their own number (`num_…`) cools down, and nobody reaches them by another. */
  letGo(tx: Tx, tenantId: TenantId, userId: string): Promise<string | undefined>
  readonly handlers: Readonly<Record<string, TaskHandler>>
  /** Those that wait for the provider. */
  readonly slowKinds: readonly string[]
  readonly jobs: readonly PeriodicJob[]
}

const batch = 5_000

export const createNumbers = (deps: NumberDeps): Numbers => ({
  addNumber: (tenant, country) => addNumber(deps, tenant, country),
  hasAny: async (tenantId, country) =>
    (await deps.db.transact(tenantId, (tx) => listNumbers(tx, tenantId, {}, { limit: 100, before: undefined }, deps.clock.now()))).some(
      (number) => number.country === country,
    ),
  async letGo(tx, tenantId, userId) {
    const number = await takeBack(deps, tx, tenantId, userId)
    await dropPairsWith(tx, tenantId, userId)
    return number?.id
  },
  handlers: {
    'number.connect': (task) => connectNumber(deps, task),
    'number.leave': (task) => leaveNumber(deps, task),
  },
  slowKinds: ['number.connect', 'number.leave'],
  jobs: [
    { name: 'connect-numbers', everyMs: 600_000, run: () => connectStrays(deps) },
    {
      name: 'forget-pairs',
      everyMs: 6 * 3_600_000,
      async run() {
        while (await deps.db.transact(everyTenant, (tx) => forgetPairs(tx, deps.clock.now(), batch)));
      },
    },
  ],
})
