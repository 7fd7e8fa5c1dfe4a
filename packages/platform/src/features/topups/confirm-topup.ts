import { fail } from '../../base/problem.ts'
import type { UserActor } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { payable } from './begin-topup.ts'
import { settleTopup } from './settle-topup.ts'
import { openCase, putPayment } from './topup-case.ts'
import type { TopupDeps } from './topup-deps.ts'
import { lockTopup } from './topup-store.ts'

export interface TopupConfirmation {
  readonly topupId: string
  readonly paymentId: string
  readonly orderId: string
  readonly signature: string
}

/**
 * Takes a page's word that somebody has paid, when the provider has signed it for the very order that we stored. It makes the top-up
 * `pending` and no coins: those follow what the provider itself says. Killed before its commit, nothing is known of it, and webhook or
 * reconciler bring the coins; after it, the same.
 */
export async function confirmTopup(deps: TopupDeps, tx: Tx, actor: UserActor, wish: TopupConfirmation): Promise<{ topupId: string }> {
  const { topupId, paymentId, orderId, signature } = wish
  const tenantId = actor.tenant.id
  const topup = await lockTopup(tx, tenantId, topupId)
  if (topup === undefined || topup.userId !== actor.userId) return fail('not_found')
  const payments = payable(deps, topup.mode)
  if (topup.orderId === null || orderId !== topup.orderId || !payments.confirms(topup.orderId, { paymentId, signature }))
    return fail('invalid_request', { errors: [{ pointer: '/signature', detail: 'does not prove a payment of this top-up' }] })
  const open = await openCase(tx, tenantId, topup, { logger: deps.logger, now: deps.clock.now() })
  if (open.payments.some(({ id }) => id === paymentId)) return { topupId }
  await putPayment(open, { id: paymentId, status: 'claimed', amount: null, currency: null, failure: null, outcome: null })
  await settleTopup(deps, open, { payments: [], refunds: [], disputes: [] })
  return { topupId }
}
