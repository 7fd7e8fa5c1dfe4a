import { after } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { fail } from '../../base/problem.ts'
import type { TenantId, UserActor } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { PaymentError, type Order, type Payments } from '../../providers/payments/port.ts'
import { packsOf } from '../tenants/index.ts'
import { recordEvent } from '../webhooks/index.ts'
import { firstAskMs } from './ask-schedule.ts'
import { presentNews } from './present-topup.ts'
import { topupTasks, type TopupDeps } from './topup-deps.ts'
import type { Topup } from './topup-row.ts'
import { claimOrder, findTopup, insertTopup, ledgerIsFrozen, releaseOrder, storeOrder } from './topup-store.ts'

/** Whoever takes money in this mode. */
export const payable = (deps: TopupDeps, mode: UserActor['tenant']['mode']): Payments =>
  deps.paymentsOf(mode) ?? fail('provider_unavailable', { detail: `Nobody takes payments in ${mode} mode.` })

/**
 * Writes down what shall be bought, with coins and price as they are now, before the provider hears of it. The row, its first question to
 * the provider, its event and the Idempotency-Key are one transaction: killed before its commit, nothing was begun; after it, the same
 * request goes on with this top-up.
 */
export async function beginTopup(deps: TopupDeps, tx: Tx, actor: UserActor, packId: string): Promise<{ topupId: string }> {
  const { tenant, userId } = actor
  const app = (await deps.directory.tenant(tenant.id)) ?? fail('not_found')
  const pack = packsOf(app).find(({ id }) => id === packId) ?? fail('not_found', { detail: 'The app sells no such pack.' })
  // Money that could not become coins is not asked for.
  if (await ledgerIsFrozen(tx, tenant.id)) fail('ledger_frozen', { retryAfterSeconds: 60 })
  const now = deps.clock.now()
  const id = newId('top', now)
  const { coins, bonusCoins, amount, currency } = pack
  const { name: provider } = payable(deps, tenant.mode)
  await insertTopup(tx, tenant.id, { id, userId, provider, mode: tenant.mode, packId, coins, bonusCoins, amount, currency, createdAt: now })
  const topup = (await findTopup(tx, tenant.id, id)) ?? fail('not_found')
  await recordEvent(tx, tenant.id, { type: 'topup.created', objectId: id, data: presentNews(topup) }, now)
  const ask = topupTasks.ask(id, after(now, firstAskMs))
  await deps.tasks.add(tx, tenant.id, [ask, topupTasks.announce(id)], now)
  return { topupId: id }
}

/** Longer than the requests to the provider may take: whoever finds it running out has nobody beside them. */
const orderingMs = 30_000
/** After a lost answer the order may still be made: until then nobody makes another. */
const doubtMs = 5_000

/**
 * Sees to it that the top-up has its order at the provider: the stored one, or the one that an earlier try made, or a new one. There is one
 * at a time who tries, and only the order that is stored is ever shown to a payer. Killed between the provider's answer and the row, the
 * order is found by our id when the same request comes again.
 */
export async function ensureOrder(deps: TopupDeps, tenantId: TenantId, topupId: string): Promise<Topup> {
  const { db, clock } = deps
  const now = clock.now()
  const { tries, topup } = await db.transact(tenantId, async (tx) => ({
    tries: await claimOrder(tx, tenantId, topupId, now, after(now, orderingMs)),
    topup: (await findTopup(tx, tenantId, topupId)) ?? fail('not_found'),
  }))
  if (tries === undefined) {
    if (topup.orderId !== null || topup.givenUpAt !== null) return topup
    return fail('idempotency_in_progress', { retryAfterSeconds: 1 })
  }
  try {
    const order = await orderFor(payable(deps, topup.mode), topup, tries > 1)
    return await db.transact(tenantId, async (tx) => {
      await storeOrder(tx, tenantId, topupId, order.id, clock.now())
      return (await findTopup(tx, tenantId, topupId)) ?? fail('not_found')
    })
  } catch (error) {
    if (error instanceof PaymentError) return withoutOrder(deps, tenantId, topup, error)
    throw error
  }
}

async function withoutOrder({ db, clock, logger }: TopupDeps, tenantId: TenantId, topup: Topup, error: PaymentError): Promise<never> {
  const { id: topupId, provider } = topup
  logger.warn('an order could not be made', { topupId, provider, code: error.providerCode ?? error.kind, error })
  const doubt = error.kind === 'unknown' ? doubtMs : 0
  await db.transact(tenantId, (tx) => releaseOrder(tx, tenantId, topupId, after(clock.now(), doubt)))
  return fail('provider_unavailable', { retryAfterSeconds: Math.max(2, doubt / 1_000) }, { cause: error })
}

async function orderFor(payments: Payments, topup: Topup, triedBefore: boolean): Promise<Order> {
  const known = triedBefore ? await findOrder(payments, topup) : undefined
  if (known !== undefined) return known
  try {
    const wish = { reference: topup.id, amount: topup.amount, currency: topup.currency }
    return fitting(await payments.createOrder(wish), topup)
  } catch (error) {
    // It may have been made, and only the answer was lost; a refusal may be of a second one for our reference.
    if (!(error instanceof PaymentError) || error.kind === 'not_sent') throw error
    const made = await findOrder(payments, topup).catch(() => undefined)
    if (made === undefined) throw error
    return made
  }
}

async function findOrder(payments: Payments, topup: Topup): Promise<Order | undefined> {
  const order = await payments.findOrder(topup.id)
  return order && fitting(order, topup)
}

function fitting(order: Order, { amount, currency }: Topup): Order {
  if (order.amount !== amount || order.currency !== currency) throw new PaymentError('refused', 'another order')
  return order
}
