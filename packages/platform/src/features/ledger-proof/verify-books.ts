import type { Db } from '../../db/connect.ts'
import { listTenants, trialBalance, type Fault, type TenantBooks } from '../wallet/index.ts'
import { checkSeals, type SealVerdict, type SealWalkOptions } from './check-seals.ts'

export interface BooksVerdict {
  readonly appId: string
  readonly mode: string
  readonly frozen: boolean
  readonly transactions: number
  readonly seals: Pick<SealVerdict, 'seals' | 'newest' | 'unsealed'>
  readonly faults: readonly Fault[]
  /** All of them, also those that are not listed. */
  readonly faultCount: number
  /** Which of the wanted seals are in this ledger's chain. */
  readonly known: ReadonlySet<string>
}

/**
 * All that can be said of one ledger: whether it adds up, and whether every row is as it was sealed, which a forgery that adds up is not.
 * It changes nothing.
 */
export async function verifyBooks(db: Db, tenant: TenantBooks, options: SealWalkOptions = {}): Promise<BooksVerdict> {
  const { appId, mode, frozen } = tenant
  const sums = await trialBalance(db, tenant)
  const sealed = await checkSeals(db, tenant, options)
  return {
    appId,
    mode,
    frozen,
    transactions: sums.transactions,
    seals: { seals: sealed.seals, newest: sealed.newest, unsealed: sealed.unsealed },
    faults: [...sums.faults, ...sealed.faults.map((fault) => ({ ...fault, appId, mode }))],
    faultCount: sums.faults.length + sealed.faultCount,
    known: sealed.known,
  }
}

/** The ledger of an app's mode; undefined when there is no such app. */
export async function findBooks(db: Db, appId: string, mode: string): Promise<TenantBooks | undefined> {
  return (await listTenants(db)).find((one) => one.appId === appId && one.mode === mode)
}
