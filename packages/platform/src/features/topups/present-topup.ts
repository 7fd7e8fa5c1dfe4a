import type { AnswerOf, TopupNews, allSchemas } from '@impacthub/sdk/contract'
import type { Actor } from '../../base/tenant.ts'
import type { Checkout, Payments } from '../../providers/payments/port.ts'
import { isPayable } from './topup-lifecycle.ts'
import type { Topup, TopupPayment, TopupRefund } from './topup-row.ts'

type Shown = AnswerOf<(typeof allSchemas)['topups']['create']>
type ShownRefund = AnswerOf<(typeof allSchemas)['topups']['refund']>['refund']

/** A top-up as events tell it. */
export const presentNews = (topup: Topup): TopupNews => ({
  id: topup.id,
  userId: topup.hostUserId,
  status: topup.status,
  packId: topup.packId,
  coins: topup.coins,
  bonusCoins: topup.bonusCoins,
  amount: topup.amount,
  currency: topup.currency,
  refundedAmount: topup.returnedAmount,
  failure: topup.failure,
  createdAt: topup.createdAt.toISOString(),
  paidAt: topup.paidAt?.toISOString() ?? null,
})

/** Who looks, and what a checkout is made of. */
export interface Viewer {
  readonly actor: Actor
  readonly appName: string
  readonly payments: Payments | undefined
}

export const presentTopup = (topup: Topup, viewer: Viewer): Shown => ({ ...presentNews(topup), checkout: checkoutOf(topup, viewer) })

/** For the one who buys, while it can be paid; a page that is open since before is not enough to pay twice. */
function checkoutOf(topup: Topup, { actor, appName, payments }: Viewer): Shown['checkout'] {
  const { orderId, amount, currency, userName } = topup
  if (actor.kind !== 'user' || orderId === null || !isPayable(topup.status) || payments?.name !== topup.provider) return null
  const checkout: Checkout = payments.checkoutOf(
    { id: orderId, amount, currency },
    { name: appName, description: wordsOf(topup), payer: userName },
  )
  return { ...checkout, prefill: { ...checkout.prefill } }
}

const wordsOf = ({ coins, bonusCoins }: Topup): string => (bonusCoins === 0 ? `${coins} coins` : `${coins} + ${bonusCoins} coins`)

export const presentPayment = ({ id, status, amount, currency, outcome }: TopupPayment) => ({ id, status, amount, currency, outcome })

export const presentRefund = ({ id, paymentId, amount, status, cause, taking, createdAt }: TopupRefund): ShownRefund => ({
  id,
  paymentId,
  amount,
  status,
  cause,
  takenCoins: taking.takenCoins,
  owedCoins: taking.owedCoins,
  createdAt: createdAt.toISOString(),
})
