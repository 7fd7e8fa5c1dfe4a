import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PayWish } from './control.ts'
import { outcomeOfVpa } from './outcomes.ts'
import { type Scene, setScene, text } from './test-merchant.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
let scene: Scene
beforeEach(async () => {
  scene = await setScene()
})
afterEach(() => scene.close())

async function pay(wish?: PayWish, amount?: number) {
  const orderId = await scene.order(amount)
  const paid = scene.sandbox.control.pay(orderId, wish)
  await scene.clock.settled()
  return { orderId, ...paid }
}
const statusOf = async (paymentId: string) => (await scene.client.payments.fetch(paymentId)).status
const orderStatus = async (orderId: string) => (await scene.client.orders.fetch(orderId)).status

describe('a payment', () => {
  it('that succeeds is captured, and so is its order', async () => {
    const { orderId, paymentId, response } = await pay()
    expect([await statusOf(paymentId), await orderStatus(orderId)]).toEqual(['captured', 'paid'])
    expect(response).toMatchObject({ razorpay_order_id: orderId, razorpay_payment_id: paymentId })
  })

  it('that fails can be followed by one that does not', async () => {
    const { orderId, response, error } = await pay({ outcome: 'failure' })
    expect([response, error]).toMatchObject([undefined, { code: 'BAD_REQUEST_ERROR', reason: 'payment_failed' }])
    expect(await orderStatus(orderId)).toBe('attempted')
    expect(scene.sandbox.control.pay(orderId).status).toBe('captured')
    expect(() => scene.sandbox.control.pay(orderId)).toThrow('Payment already done for this order.')
  })

  it('that the payer gives up has failed for that reason', async () => {
    expect(await pay({ outcome: 'cancelled' })).toMatchObject({ status: 'failed', error: { reason: 'payment_cancelled' } })
    expect(await pay({}, 9_940)).toMatchObject({ error: { reason: 'payment_cancelled' } })
  })

  it('that was taken for a failure goes through late', async () => {
    const { orderId, paymentId } = await pay({ outcome: 'late', lateAfterSeconds: 3_600 })
    expect(await statusOf(paymentId)).toBe('failed')
    await scene.clock.advance(59 * MINUTE_MS)
    expect(await statusOf(paymentId)).toBe('failed')
    await scene.clock.advance(MINUTE_MS)
    expect([await statusOf(paymentId), await orderStatus(orderId)]).toEqual(['captured', 'paid'])
    expect(scene.merchant.events()).toEqual(['payment.failed', 'payment.authorized', 'payment.captured', 'order.paid'])
    expect(scene.merchant.seen[1]?.json).toMatchObject({ payload: { payment: { entity: { late_authorized: true, error_code: null } } } })
  })

  it('that comes late for an order which has been paid goes back at once, uncaptured', async () => {
    const { orderId, paymentId } = await pay({ outcome: 'late' })
    scene.sandbox.control.pay(orderId)
    await scene.clock.advance(MINUTE_MS)
    expect(await scene.client.payments.fetch(paymentId)).toMatchObject({ status: 'refunded', captured: false, amount_refunded: 9_900 })
    expect(scene.merchant.events().slice(4)).toEqual(['payment.authorized', 'refund.created', 'refund.processed'])
  })

  it('that nobody captures goes back after three days', async () => {
    const { orderId, paymentId } = await pay({ outcome: 'authorized' })
    await scene.clock.advance(3 * DAY_MS - MINUTE_MS)
    expect([await statusOf(paymentId), await orderStatus(orderId)]).toEqual(['authorized', 'attempted'])
    await scene.clock.advance(MINUTE_MS)
    expect(await scene.client.payments.fetch(paymentId)).toMatchObject({ status: 'refunded', captured: false, refund_status: 'full' })
    expect(scene.merchant.events()).toEqual(['payment.authorized', 'refund.created', 'refund.processed'])
  })

  it('that is captured by hand stays', async () => {
    scene.sandbox.control.change({ autoCapture: false })
    const { paymentId } = await pay()
    await scene.clock.advance(2 * DAY_MS)
    expect(scene.sandbox.control.capture(paymentId)).toBe(true)
    await scene.clock.advance(2 * DAY_MS)
    expect(await statusOf(paymentId)).toBe('captured')
  })

  it('about which the bank says nothing has failed after ten minutes, or goes through when the bank speaks', async () => {
    const silent = await pay({ outcome: 'pending' })
    const spoken = await pay({ outcome: 'pending' })
    expect(scene.sandbox.control.authorizeLate(spoken.paymentId)).toBe(true)
    await scene.clock.advance(10 * MINUTE_MS)
    expect([await statusOf(silent.paymentId), await statusOf(spoken.paymentId)]).toEqual(['failed', 'captured'])
    expect(scene.sandbox.control.authorizeLate(spoken.paymentId)).toBe(false)
    expect(scene.sandbox.control.authorizeLate(silent.paymentId)).toBe(true)
  })

  it.each([
    ['nowebhook', true, 0],
    ['noreturn', false, 3],
    ['silent', false, 0],
  ] as const)('with the outcome %s tells the page: %s, and the webhook: %d events', async (outcome, tellsPage, events) => {
    const { paymentId, response } = await pay({ outcome })
    expect(await statusOf(paymentId)).toBe('captured')
    expect([response !== undefined, scene.merchant.seen.length]).toEqual([tellsPage, events])
  })

  it('made twice leaves two captured payments on one order', async () => {
    const { orderId } = await pay({ outcome: 'double' })
    const { items } = await scene.client.orders.fetchPayments(orderId)
    expect(items.map(({ status }) => status)).toEqual(['captured', 'captured'])
    expect(
      scene.merchant
        .events()
        .filter((event) => event !== 'payment.authorized')
        .sort(),
    ).toEqual(['order.paid', 'payment.captured', 'payment.captured'])
    expect(await scene.client.orders.fetch(orderId)).toMatchObject({ amount_paid: 9_900, amount_due: 0 })
  })

  it.each([
    [9_941, 'failed'],
    [9_943, 'authorized'],
    [9_948, 'created'],
    [9_949, 'captured'],
  ])('of %d paise is %s, whatever was chosen', async (amount, status) => {
    expect(await pay({ outcome: 'success' }, amount)).toMatchObject({ status })
  })
})

it.each([
  ['success@razorpay', { outcome: 'success' }],
  ['Failure@UPI ', { outcome: 'failure' }],
  ['late90@upi', { outcome: 'late', lateAfterMs: 90_000 }],
  ['late@upi', { outcome: 'late', lateAfterMs: 60_000 }],
  ['success5@upi', undefined],
  ['asha@okbank', undefined],
  ['constructor@upi', undefined],
])('takes the UPI ID %s for %j', (vpa, wanted) => {
  if (wanted === undefined) expect(outcomeOfVpa(vpa)).toBeUndefined()
  else expect(outcomeOfVpa(vpa)).toMatchObject(wanted)
})

describe('an order', () => {
  it.each([
    [{ payment: { capture: 'manual' } }, 'authorized'],
    [{ payment_capture: 0 }, 'authorized'],
    [{ payment_capture: true }, 'captured'],
    [{ payment: { capture: 'automatic', capture_options: { automatic_expiry_period: 12 } } }, 'captured'],
  ] as const)('may say by %j how its payments are captured', async (more, status) => {
    scene.sandbox.control.change({ autoCapture: status === 'authorized' })
    const { json } = await scene.ask('POST', '/v1/orders', { amount: 9_900, currency: 'INR', ...more })
    const id = text(json, 'id')
    expect(scene.sandbox.control.pay(id)).toMatchObject({ status })
  })
})

describe('refunds that take their time', () => {
  beforeEach(() => scene.sandbox.control.change({ refundAfterMs: DAY_MS }))

  it('are pending, then processed', async () => {
    const { paymentId } = await pay()
    const { id, status } = await scene.client.payments.refund(paymentId, {})
    expect(status).toBe('pending')
    await scene.clock.advance(DAY_MS)
    expect(await scene.client.refunds.fetch(id)).toMatchObject({ status: 'processed' })
    expect(scene.merchant.events().slice(3)).toEqual(['refund.created', 'refund.processed'])
    expect(scene.sandbox.control.failRefund(id)).toBe(false)
  })

  it('may fail, and the money is the merchant’s again', async () => {
    const { paymentId } = await pay()
    const { id } = await scene.client.payments.refund(paymentId, {})
    expect(scene.sandbox.control.failRefund(id)).toBe(true)
    await scene.clock.advance(2 * DAY_MS)
    expect(scene.merchant.events().slice(3)).toEqual(['refund.created', 'refund.failed'])
    expect(await scene.client.payments.fetch(paymentId)).toMatchObject({ status: 'captured', amount_refunded: 0, refund_status: null })
  })
})

it('lets staff refund at the dashboard, never more than there is', async () => {
  const { paymentId } = await pay()
  scene.sandbox.control.refund(paymentId, 900)
  expect(() => scene.sandbox.control.refund(paymentId, 9_001)).toThrow('9000 can be refunded')
  expect(() => scene.sandbox.control.refund(paymentId, 0.5)).toThrow('can be refunded')
  scene.sandbox.control.refund(paymentId)
  expect(await scene.client.payments.fetch(paymentId)).toMatchObject({ status: 'refunded', amount_refunded: 9_900 })
})
