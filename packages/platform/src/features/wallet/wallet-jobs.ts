import type { WalletBalances } from '@impacthub/sdk/contract'
import type { TenantId } from '../../base/tenant.ts'
import type { PeriodicJob } from '../../jobs/periodic.ts'
import { collectDebts } from './collect-debts.ts'
import { expireGrants, type ExpiryDeps } from './expire-grants.ts'
import { makePartitions } from './partitions.ts'
import { presentBalances } from './present-wallet.ts'
import { releaseForgottenHolds } from './release-holds.ts'
import { readWallet } from './wallet-store.ts'

export interface WalletJobDeps extends Omit<ExpiryDeps, 'changed'> {
  /** Tells the user's open sockets what the wallet holds now. */
  readonly announceWallet: (tenantId: TenantId, userId: string, balances: WalletBalances) => Promise<void>
}

const minute = 60_000

export function walletJobs({ db, clock, logger, announceWallet }: WalletJobDeps): PeriodicJob[] {
  const changed = async (tenantId: TenantId, userId: string) => {
    const row = await db.transact(tenantId, (tx) => readWallet(tx, tenantId, { userId }))
    if (row !== undefined) await announceWallet(tenantId, userId, presentBalances(row))
  }
  return [
    { name: 'expire-coins', everyMs: minute, run: () => expireGrants({ db, clock, logger, changed }) },
    { name: 'collect-debts', everyMs: 10 * minute, run: () => collectDebts({ db, clock, logger, changed }) },
    { name: 'release-forgotten-holds', everyMs: 10 * minute, run: () => releaseForgottenHolds({ db, clock, logger }) },
    { name: 'make-ledger-partitions', everyMs: 360 * minute, run: async () => void (await makePartitions(db, clock.now())) },
  ]
}
