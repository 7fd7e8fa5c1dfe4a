import type { Task } from '../../db/tasks.ts'
import { balancesOf } from '../wallet/index.ts'
import { presentWithdrawal } from './present-withdrawal.ts'
import type { WithdrawalDeps } from './withdrawal-deps.ts'
import { findWithdrawal } from './withdrawal-store.ts'

/**
 * Task `withdrawal.announce`: tells the user's open pages, and the app's servers, how the withdrawal and the wallet stand. It reads when it
 * runs, so a repeated or late one tells nothing untrue; a crash between the commit and the telling loses nothing.
 */
export async function announceWithdrawal({ db, news, clock }: WithdrawalDeps, { tenantId, subject }: Task): Promise<void> {
  const found = await db.transact(tenantId, async (tx) => {
    const one = await findWithdrawal(tx, tenantId, subject)
    return one && { one, wallet: await balancesOf(tx, tenantId, one.userId) }
  })
  if (found === undefined) return
  const { one, wallet } = found
  const told = presentWithdrawal(one, clock.now())
  if (wallet !== undefined) await news.toUser(tenantId, one.userId, 'wallet.updated', wallet)
  await news.toUser(tenantId, one.userId, 'withdrawal.updated', told)
  await news.toApp(tenantId, 'withdrawal.updated', told)
}
