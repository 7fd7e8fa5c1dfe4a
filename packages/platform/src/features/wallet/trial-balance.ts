import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { TenantId } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { Db } from '../../db/connect.ts'
import {
  ask,
  countTransactions,
  listTenants,
  questions,
  setFrozen,
  takeSnapshot,
  type Finding,
  type TenantBooks,
} from './trial-balance-store.ts'

export interface Fault extends Finding {
  readonly appId: string
  readonly mode: string
  /** What should be true and is not. */
  readonly rule: string
}

export interface Verdict {
  /** Ledgers looked at: one for each mode of each app. */
  readonly ledgers: number
  readonly transactions: number
  /** The first faults of each rule, at most 20 a rule and ledger. */
  readonly faults: readonly Fault[]
}

/** Checks one ledger at one moment, reading only. */
export async function trialBalance(db: Db, tenant: TenantBooks): Promise<{ transactions: number; faults: Fault[] }> {
  return db.transact(tenant.id, async (tx) => {
    await takeSnapshot(tx)
    const faults: Fault[] = []
    for (const question of questions) {
      const findings = await ask(tx, tenant.id, question)
      faults.push(...findings.map((finding) => ({ ...finding, appId: tenant.appId, mode: tenant.mode, rule: question.rule })))
    }
    return { transactions: await countTransactions(tx, tenant.id), faults }
  })
}

/** Checks every ledger. It changes nothing: what to do about a fault is the operator's decision, or `watchLedger`'s. */
export async function verifyLedger(db: Db): Promise<Verdict> {
  const faults: Fault[] = []
  const tenants = await listTenants(db)
  let transactions = 0
  for (const tenant of tenants) {
    const verdict = await trialBalance(db, tenant)
    transactions += verdict.transactions
    faults.push(...verdict.faults)
  }
  return { ledgers: tenants.length, transactions, faults }
}

export interface WatchDeps {
  readonly db: Db
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * The regular check. A ledger with a fault is frozen: its coins stop moving (`ledger_frozen`) until an operator has released it, all others
 * go on. A process that dies before the freeze finds the same fault in the next round; a freeze stays until it is released.
 */
export async function watchLedger({ db, clock, logger }: WatchDeps): Promise<void> {
  for (const tenant of await listTenants(db)) {
    const { faults } = await trialBalance(db, tenant)
    if (faults.length === 0) continue
    logger.error('the ledger does not add up', { app: tenant.appId, mode: tenant.mode, count: faults.length, code: faults[0]?.rule })
    await db.transact(tenant.id, async (tx) => {
      if (!(await setFrozen(tx, tenant.id, true))) return
      await audit(
        tx,
        tenant.id,
        'operator',
        { action: 'ledger.frozen', details: { faults: faults.slice(0, 20).map(({ rule }) => rule) } },
        clock.now(),
      )
    })
  }
}

/** Lets coins move again after the books have been put right. Answers false when they were not frozen. */
export async function releaseLedger({ db, clock }: Pick<WatchDeps, 'db' | 'clock'>, tenantId: TenantId): Promise<boolean> {
  return db.transact(tenantId, async (tx) => {
    const released = await setFrozen(tx, tenantId, false)
    if (released) await audit(tx, tenantId, 'operator', { action: 'ledger.released' }, clock.now())
    return released
  })
}

export interface Release {
  readonly outcome: 'released' | 'not_frozen' | 'faulty' | 'unknown'
  readonly faults: readonly Fault[]
}

/** Releases the ledger of an app's mode as an operator asks for it: only when its books are right again, or the watch would freeze it anew. */
export async function releaseLedgerOf(deps: Pick<WatchDeps, 'db' | 'clock'>, appId: string, mode: string): Promise<Release> {
  const tenant = (await listTenants(deps.db)).find((one) => one.appId === appId && one.mode === mode)
  if (tenant === undefined) return { outcome: 'unknown', faults: [] }
  const { faults } = await trialBalance(deps.db, tenant)
  if (faults.length > 0) return { outcome: 'faulty', faults }
  return { outcome: (await releaseLedger(deps, tenant.id)) ? 'released' : 'not_frozen', faults }
}
