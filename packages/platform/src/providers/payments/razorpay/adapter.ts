import { createHash } from 'node:crypto'
import type { Payments } from '../port.ts'
import { createRazorpayClient, type RazorpaySettings } from './client.ts'
import { verifyDelivery } from './deliveries.ts'
import { isSignedPayment } from './signature.ts'
import { orderOf, ordersWire, orderWire, paymentOf, paymentsWire, refundOf, refundsWire, refundWire } from './wire.ts'

export type { RazorpaySettings } from './client.ts'

/** Razorpay's orders, payments and refunds. Whether that is Razorpay itself or something that speaks like it, `baseUrl` alone decides. */
export function createRazorpay(settings: RazorpaySettings): Payments {
  const { keyId, keySecret, webhookSecret, previousWebhookSecret: previous } = settings
  const client = createRazorpayClient(settings)
  const scriptUrl = `${settings.checkoutUrl.replace(/\/+$/, '')}/v1/checkout.js`
  return {
    name: 'razorpay',
    isResting: client.isResting,
    secretDigest: createHash('sha256').update(`webhooks:${webhookSecret}`).digest(),

    async createOrder({ reference, amount, currency }) {
      const json = { amount, currency, receipt: reference, partial_payment: false, notes: { topup: reference } }
      return orderOf(await client.ask({ method: 'POST', path: 'orders', json }, orderWire))
    },

    async findOrder(reference) {
      const { items } = await client.ask({ method: 'GET', path: 'orders', query: { receipt: reference, count: '100' } }, ordersWire)
      // Should it know nothing of receipts and answer with everything, only what is ours counts.
      const ours = items.filter(({ receipt }) => receipt === reference).sort((a, b) => a.created_at - b.created_at)
      return ours[0] && orderOf(ours[0])
    },

    checkoutOf: ({ id: orderId, amount, currency }, { name, description, payer }) => ({
      provider: 'razorpay',
      keyId,
      orderId,
      scriptUrl,
      name,
      description,
      amount,
      currency,
      prefill: { name: payer },
    }),

    confirms: (orderId, { paymentId, signature }) => isSignedPayment(keySecret, orderId, paymentId, signature),

    async paymentsOf(orderId) {
      const { items } = await client.ask({ method: 'GET', path: `orders/${encodeURIComponent(orderId)}/payments` }, paymentsWire)
      return items.map(paymentOf)
    },

    async refund({ paymentId, amount, reference }) {
      const question = {
        method: 'POST' as const,
        path: `payments/${encodeURIComponent(paymentId)}/refund`,
        json: { amount, receipt: reference, notes: { refund: reference } },
        headers: { 'X-Refund-Idempotency': reference },
      }
      return refundOf(await client.ask(question, refundWire))
    },

    async refundsOf(paymentId) {
      const path = `payments/${encodeURIComponent(paymentId)}/refunds`
      const { items } = await client.ask({ method: 'GET', path, query: { count: '100' } }, refundsWire)
      return items.map(refundOf)
    },

    verify: (delivery) => verifyDelivery({ current: webhookSecret, previous }, delivery),
  }
}
