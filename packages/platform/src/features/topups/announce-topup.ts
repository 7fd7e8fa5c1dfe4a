import type { Task } from '../../db/tasks.ts'
import { balancesOf } from '../wallet/index.ts'
import { presentNews } from './present-topup.ts'
import type { TopupDeps } from './topup-deps.ts'
import { findTopup } from './topup-store.ts'

/**
 * Task `topup.announce`: tells the buyer's open pages, and the app's servers, how the top-up and the wallet stand. It reads when it runs,
 * so a repeated or late one tells nothing untrue; a crash between the commit and the telling loses nothing.
 */
export async function announceTopup({ db, news }: TopupDeps, { tenantId, subject }: Task): Promise<void> {
  const found = await db.transact(tenantId, async (tx) => {
    const topup = await findTopup(tx, tenantId, subject)
    return topup && { topup, wallet: await balancesOf(tx, tenantId, topup.userId) }
  })
  if (found === undefined) return
  const { topup, wallet } = found
  const told = presentNews(topup)
  // The coins first: a page that hears of success shows them.
  if (wallet !== undefined && topup.paymentId !== null) await news.toUser(tenantId, topup.userId, 'wallet.updated', wallet)
  await news.toUser(tenantId, topup.userId, 'topup.updated', told)
  await news.toApp(tenantId, 'topup.updated', told)
}
