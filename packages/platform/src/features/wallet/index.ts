import type { TenantId } from '../../base/tenant.ts'
import type { WalletBalances } from '@impacthub/sdk/contract'
import type { Sql, Tx } from '../../db/connect.ts'
import { presentBalances } from './present-wallet.ts'
import { readWallet, readWallets } from './wallet-store.ts'

export { holdForCall } from './hold-for-call.ts'
export { settleCall } from './settle-call.ts'
export { chargeByBucket, refundCall, type CallRefund, type ChargeByBucket } from './refund-call.ts'
export { openWallet } from './wallet-store.ts'
export { app, bucket, entry, move, type Entry } from './ledger-entry.ts'
export { post, type Posting } from './post-entry.ts'
export { expireGrants } from './expire-grants.ts'
export { makePartitions } from './partitions.ts'
export { releaseForgottenHolds } from './release-holds.ts'
export { walletJobs } from './wallet-jobs.ts'
export { recordMove, type Moved } from './record-move.ts'
export { moveWithdrawal, type WithdrawalPlace } from './move-withdrawal.ts'
export { rewardBoth, takeBackReward, type ReferralReward, type RewardTaking, type TakenLeg } from './referral-money.ts'
export { reverse, type Reversal, type ReverseWish } from './reverse.ts'
export { collectOwed } from './collect-debts.ts'
export { owedCoins, reversalByKey } from './reversal-store.ts'
export { freezeLedger, releaseLedger, trialBalance, verifyLedger, type Fault, type FreezeDeps } from './trial-balance.ts'
export { listTenants, type TenantBooks } from './trial-balance-store.ts'
export { readTotals, type AccountTotal } from './books-store.ts'
export type { CallEnd, CallHold, CallSettlement } from './call-money.ts'
export type { WalletDeps } from './wallet.routes.ts'

/** The balances of one user (`usr_…`) as events and snapshots tell them; undefined when the user is gone. */
export async function balancesOf(tx: Tx, tenantId: TenantId, userId: string): Promise<WalletBalances | undefined> {
  const row = await readWallet(tx, tenantId, { userId })
  return row === undefined ? undefined : presentBalances(row)
}

/** The same of several users, in one round trip; those who are gone are left out. */
export async function walletsOf(tx: Sql, tenantId: TenantId, userIds: readonly string[]): Promise<ReadonlyMap<string, WalletBalances>> {
  const rows = await readWallets(tx, tenantId, userIds)
  return new Map(rows.map((row) => [row.userId, presentBalances(row)]))
}
