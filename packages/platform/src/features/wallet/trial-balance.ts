import type { Clock } from '../../base/clock.ts'
import type { TenantId } from '../../base/tenant.ts'
import { audit, type InnerActor } from '../../db/audit.ts'
import type { Db, Tx } from '../../db/connect.ts'
import { sqlState } from '../../db/sql-state.ts'
import {
  ask,
  countTransactions,
  listTenants,
  questions,
  setFrozen,
  takeSnapshot,
  type Finding,
  type Question,
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
      const findings = await answered(tx, tenant.id, question)
      faults.push(...findings.map((finding) => ({ ...finding, appId: tenant.appId, mode: tenant.mode, rule: question.rule })))
    }
    return { transactions: await countTransactions(tx, tenant.id), faults }
  })
}

/** A row can be altered so that a question fails on it: that is a fault of this ledger, and hides neither its others nor other ledgers'. */
async function answered(tx: Tx, tenantId: TenantId, question: Question): Promise<Finding[]> {
  try {
    return await tx.savepoint(() => ask(tx, tenantId, question))
  } catch (error) {
    const isOfData = sqlState(error)?.startsWith('22') === true
    if (!isOfData || !(error instanceof Error)) throw error
    return [{ subject: 'ledger', detail: `it holds what cannot be read: ${error.message}` }]
  }
}

/** Checks every ledger. It changes nothing: what to do about a fault is decided elsewhere. */
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

export interface FreezeDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
}

/** Who stops or releases the coins of an app, and why: for the audit. */
export interface FreezeNote {
  readonly actor: InnerActor
  readonly reason?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * Stops all coins of a ledger (`ledger_frozen`): postings that have begun end, none begins after the commit. Reads go on. Answers false when
 * it was frozen already. Row and audit commit together.
 */
export async function freezeLedger({ db, clock }: FreezeDeps, tenantId: TenantId, note: FreezeNote): Promise<boolean> {
  return db.transact(tenantId, async (tx) => {
    const { actor, ...row } = note
    const isNew = await setFrozen(tx, tenantId, true)
    if (isNew) await audit(tx, tenantId, actor, { action: 'ledger.frozen', ...row }, clock.now())
    return isNew
  })
}

/** Lets coins move again. Answers false when they were not frozen. Whoever calls it has looked at the books. */
export async function releaseLedger({ db, clock }: FreezeDeps, tenantId: TenantId, note: FreezeNote): Promise<boolean> {
  return db.transact(tenantId, async (tx) => {
    const { actor, ...row } = note
    const released = await setFrozen(tx, tenantId, false)
    if (released) await audit(tx, tenantId, actor, { action: 'ledger.released', ...row }, clock.now())
    return released
  })
}
