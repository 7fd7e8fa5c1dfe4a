import type { Task } from '../../db/tasks.ts'
import { walletsOf } from '../wallet/index.ts'
import { presentProgress } from './read-standing.ts'
import type { ReferralDeps } from './referral-deps.ts'
import { findReferral } from './referral-store.ts'
import { readProgress } from './standing-store.ts'

/**
 * Task `referral.announce`: tells both sides' open pages, and the app's servers, how their referrals and wallets stand. It reads when it runs,
 * so a repeated or late one tells nothing untrue; a crash between the commit and the telling loses nothing.
 */
export async function announceReferral({ db, news }: ReferralDeps, { tenantId, subject }: Task): Promise<undefined> {
  const [people, wallets] = await db.transact(tenantId, async (tx) => {
    const one = await findReferral(tx, tenantId, subject)
    const ids = one === undefined ? [] : [one.refereeId, one.referrerId].filter((id) => id !== null)
    return Promise.all([readProgress(tx, tenantId, ids), walletsOf(tx, tenantId, ids)])
  })
  for (const person of people) {
    const told = presentProgress(person)
    const wallet = wallets.get(person.id)
    if (wallet !== undefined) await news.toUser(tenantId, person.id, 'wallet.updated', wallet)
    await news.toUser(tenantId, person.id, 'referral.updated', told)
    await news.toApp(tenantId, 'referral.updated', told)
  }
}
