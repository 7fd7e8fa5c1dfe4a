import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Db } from '../../db/connect.ts'
import { freezeLedger, listTenants, trialBalance, type Fault, type TenantBooks } from '../wallet/index.ts'
import { checkSeals } from './check-seals.ts'

export interface WatchDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Pick<Logger, 'error'>
}

/** The regular trial balance of every ledger. */
export const watchSums = (deps: WatchDeps): Promise<void> => watch(deps, async ({ db }, tenant) => (await trialBalance(db, tenant)).faults)

/** The regular look at every sealed row: finds what was altered so that it still adds up. */
export const watchSeals = (deps: WatchDeps): Promise<void> =>
  watch(deps, async ({ db }, tenant) =>
    (await checkSeals(db, tenant)).faults.map((fault) => ({ ...fault, appId: tenant.appId, mode: tenant.mode })),
  )

/**
 * A ledger with a fault is frozen: its coins stop moving (`ledger_frozen`) until an operator has released it, all others go on. The alarm is
 * repeated each round until the books are right. A process that dies before the freeze finds the same fault in the next round.
 */
async function watch(deps: WatchDeps, faultsOf: (deps: WatchDeps, tenant: TenantBooks) => Promise<readonly Fault[]>): Promise<void> {
  for (const tenant of await listTenants(deps.db)) {
    const faults = await faultsOf(deps, tenant)
    if (faults.length === 0) continue
    deps.logger.error('the ledger is broken: its coins stand still', {
      app: tenant.appId,
      mode: tenant.mode,
      count: faults.length,
      code: 'ledger_broken',
    })
    const found = faults.slice(0, 20).map(({ rule, subject }) => ({ rule, subject }))
    await freezeLedger(deps, tenant.id, { actor: 'platform', reason: 'the books are broken', details: { faults: found } })
  }
}
