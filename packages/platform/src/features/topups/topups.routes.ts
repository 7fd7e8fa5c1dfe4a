import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { pageOf } from '../../base/cursor.ts'
import { Problem, fail } from '../../base/problem.ts'
import type { SecretActor, TenantId, UserActor } from '../../base/tenant.ts'
import { implement, type Operation } from '../../http/implement.ts'
import { PaymentError } from '../../providers/payments/port.ts'
import { hostUser } from '../tenants/index.ts'
import { askAbout } from './ask-provider.ts'
import { beginTopup, ensureOrder, payable } from './begin-topup.ts'
import { confirmTopup } from './confirm-topup.ts'
import { paymentsOf, refundsOf } from './payment-store.ts'
import { presentPayment, presentRefund, presentTopup, type Viewer } from './present-topup.ts'
import { refundTopup } from './refund-topup.ts'
import type { TopupDeps } from './topup-deps.ts'
import type { Topup, TopupStatus } from './topup-row.ts'
import { findTopup, listTopups } from './topup-store.ts'

type Reader = UserActor | SecretActor

/** Coins bought with money: users begin and confirm, servers read and give back. */
export function topupOperations(deps: TopupDeps): Operation[] {
  const { db } = deps
  return implement('topups', allTables.topups, allSchemas.topups, {
    create: async ({ body }, { actor, once }) => {
      payable(deps, actor.tenant.mode)
      const { topupId } = await once((tx) => beginTopup(deps, tx, actor, body.packId))
      const topup = await ensureOrder(deps, actor.tenant.id, topupId)
      return presentTopup(topup, await viewer(deps, actor))
    },
    confirm: async ({ params, body }, { actor, once }) => {
      const { topupId } = await once((tx) => confirmTopup(deps, tx, actor, { ...params, ...body }))
      return presentTopup(await lookAfter(deps, actor.tenant.id, topupId, body.paymentId), await viewer(deps, actor))
    },
    list: ({ query }, { actor }) => history(deps, actor, query),
    get: async ({ params }, { actor }) => {
      const shown = await viewer(deps, actor)
      return db.transact(actor.tenant.id, async (tx) => {
        const topup = await findTopup(tx, actor.tenant.id, params.topupId)
        if (topup === undefined || (actor.kind === 'user' && topup.userId !== actor.userId)) return fail('not_found')
        if (actor.kind === 'user') return presentTopup(topup, shown)
        const payments = await paymentsOf(tx, actor.tenant.id, topup.id)
        const refunds = await refundsOf(tx, actor.tenant.id, topup.id)
        return { ...presentTopup(topup, shown), payments: payments.map(presentPayment), refunds: refunds.map(presentRefund) }
      })
    },
    refund: async ({ params, body }, { actor, ip, once }) => {
      const shown = await viewer(deps, actor)
      return once(async (tx) => {
        const { topup, refund } = await refundTopup(deps, tx, actor.tenant.id, { actor, ip }, { ...params, ...body })
        return { refund: presentRefund(refund), topup: presentTopup(topup, shown) }
      })
    },
  })
}

async function viewer({ directory, paymentsOf: providerOf }: TopupDeps, actor: Reader): Promise<Viewer> {
  const app = (await directory.tenant(actor.tenant.id)) ?? fail('not_found')
  return { actor, appName: app.name, payments: providerOf(actor.tenant.mode) }
}

/** What the provider says of the payment, at once: the page waits for its coins. When it does not answer, they come later. */
async function lookAfter(deps: TopupDeps, tenantId: TenantId, topupId: string, paymentId: string): Promise<Topup> {
  const known = (await deps.db.transact(tenantId, (tx) => findTopup(tx, tenantId, topupId))) ?? fail('not_found')
  if (known.paymentId === paymentId) return known
  try {
    return (await askAbout(deps, tenantId, topupId))?.topup ?? fail('not_found')
  } catch (error) {
    // A frozen ledger takes nothing now: what was paid waits, and the reconciler comes back to it.
    const isLater = error instanceof PaymentError || (error instanceof Problem && error.code === 'ledger_frozen')
    if (!isLater) throw error
    deps.logger.warn('a payment could not be followed at once', { topupId, error })
    return known
  }
}

interface TopupQuery {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly userId?: string | undefined
  readonly status?: TopupStatus | undefined
}

/** Newest first: a user sees their own, a secret key those of the whole app or of one user. */
async function history(deps: TopupDeps, actor: Reader, query: TopupQuery) {
  const tenantId = actor.tenant.id
  if (actor.kind === 'user' && query.userId !== undefined && query.userId !== actor.hostUserId)
    fail('forbidden', { detail: 'A user token shows its own user’s top-ups only.' })
  const shown = await viewer(deps, actor)
  return deps.db.transact(tenantId, async (tx) => {
    const userId = actor.kind === 'user' ? actor.userId : query.userId && (await hostUser(tx, tenantId, query.userId))
    // A user who does not exist has bought nothing.
    if (userId === undefined && query.userId !== undefined) return { data: [], nextCursor: null }
    const scope = { tenantId, route: 'topups.list', filter: JSON.stringify([userId, query.status]) }
    return pageOf(
      deps.cursors,
      scope,
      query,
      (page) => listTopups(tx, tenantId, { userId, status: query.status }, page),
      (topup) => presentTopup(topup, shown),
    )
  })
}
