import { createHash } from 'node:crypto'
import { everyTenant, type Mode } from '../../base/tenant.ts'
import type { Task } from '../../db/tasks.ts'
import type { Delivery } from '../../providers/payments/port.ts'
import { insertNews, markNewsApplied, secretKnownSince, unappliedNews } from './event-store.ts'
import { settleTopup } from './settle-topup.ts'
import { openCase } from './topup-case.ts'
import { topupTasks, type TopupDeps } from './topup-deps.ts'
import { lockTopup, ownerOf } from './topup-store.ts'

/** How long a secret that was replaced still proves a message: as long as the provider repeats one. */
const previousMs = 24 * 3_600_000

export type Hearing = 'taken' | 'not_configured' | 'not_authentic'

/**
 * Takes in what a provider tells: checked on the bytes received and stored with the task that works on it, in one transaction; then it may
 * be acknowledged. A repetition finds itself known. What is about no order of ours is kept and left alone. Killed before the commit, nothing
 * was acknowledged, and the provider tells it again; after it, the task waits.
 */
export async function hearPayment(deps: TopupDeps, mode: Mode, delivery: Delivery): Promise<Hearing> {
  const payments = deps.paymentsOf(mode)
  if (payments === undefined) return 'not_configured'
  const verified = payments.verify(delivery)
  if (verified === undefined) return 'not_authentic'
  const { name: provider, secretDigest } = payments
  const { eventId, news, signedBy } = verified
  const now = deps.clock.now()
  const digest = createHash('sha256').update(delivery.raw).digest()
  return deps.db.transact(everyTenant, async (tx): Promise<Hearing> => {
    const since = await secretKnownSince(tx, provider, mode, secretDigest, now)
    if (signedBy === 'previous' && now.getTime() - since.getTime() >= previousMs) return 'not_authentic'
    const paymentId = news.payment?.id ?? news.refund?.paymentId ?? news.dispute?.paymentId ?? null
    const owner = (await ownerOf(tx, { provider, mode, orderId: news.payment?.orderId ?? null, paymentId })) ?? null
    const isNew = await insertNews(tx, { provider, mode, eventId, digest, news, owner }, now)
    if (isNew && owner !== null) await deps.tasks.add(tx, owner.tenantId, [topupTasks.apply(owner.topupId)], now)
    return 'taken'
  })
}

const present = <Item>(items: readonly (Item | null)[]): Item[] => items.filter((item) => item !== null)

/**
 * Task `topup.apply`: draws the consequences of what was told of a top-up, in whatever order it came. What was signed by the provider needs
 * no asking. Killed in the midst, nothing of it has happened, and the task comes again.
 */
export async function applyNews(deps: TopupDeps, { tenantId, subject: topupId }: Task): Promise<void> {
  const { db, clock, logger } = deps
  await db.transact(tenantId, async (tx) => {
    const topup = await lockTopup(tx, tenantId, topupId)
    if (topup === undefined) return
    const now = clock.now()
    const waiting = await unappliedNews(tx, tenantId, topupId)
    if (waiting.length === 0) return
    const open = await openCase(tx, tenantId, topup, { logger, now })
    await settleTopup(deps, open, {
      payments: present(waiting.map(({ payment }) => payment)),
      refunds: present(waiting.map(({ refund }) => refund)),
      disputes: present(waiting.map(({ dispute }) => dispute)),
    })
    await markNewsApplied(tx, tenantId, topupId, waiting, now)
  })
}
