import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { recordEvent } from '../webhooks/index.ts'
import { readTransaction } from './history-store.ts'
import { presentBalances, presentTransaction } from './present-wallet.ts'
import { readWallet } from './wallet-store.ts'

export interface Moved {
  readonly type: 'wallet.credited' | 'wallet.reversed' | 'wallet.expired' | 'wallet.collected'
  readonly userId: string
  readonly transactionId: string
}

/**
 * Tells the host of coins that moved though its server did not ask for it, in the transaction that moved them. Of a user who has been
 * deleted nothing is told.
 */
export async function recordMove(tx: Tx, tenantId: TenantId, { type, userId, transactionId }: Moved, now: Date): Promise<void> {
  const [row, wallet] = await Promise.all([readTransaction(tx, tenantId, userId, transactionId), readWallet(tx, tenantId, { userId })])
  if (row === undefined || wallet === undefined) return
  const data = { transaction: presentTransaction(row), wallet: presentBalances(wallet) }
  await recordEvent(tx, tenantId, { type, objectId: userId, data }, now)
}
