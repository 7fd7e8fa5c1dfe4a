import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../kit/json.ts'
import { pick, type Scene, setScene, text } from './test-merchant.ts'

let scene: Scene
let orderId: string
beforeEach(async () => {
  scene = await setScene()
  orderId = await scene.order()
})
afterEach(() => scene.close())

/** As the payment page speaks: without a secret. */
const say = (path: string, body: Record<string, Json>, headers: Record<string, string> = {}) =>
  scene.ask('POST', `/v1/checkout/${path}`, { key_id: scene.sandbox.keyId, order_id: orderId, ...body }, { authorization: '', ...headers })

describe('the payment page', () => {
  it('is served to be framed, and loads nothing from elsewhere', async () => {
    for (const [path, type] of [
      ['.js', 'text/javascript'],
      ['/public', 'text/html'],
      ['/page.js', 'text/javascript'],
      ['/page.css', 'text/css'],
    ]) {
      const { status, headers } = await scene.ask('GET', `/v1/checkout${path}`)
      expect([status, headers.get('content-type')]).toEqual([200, `${type}; charset=utf-8`])
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'.*frame-ancestors http: https:$/)
    }
    expect((await scene.ask('POST', '/v1/checkout.js')).status).toBe(405)
    expect((await scene.ask('GET', '/v1/checkout/server.ts')).status).toBe(404)
  })

  it('learns what is to be paid', async () => {
    expect(await say('session', { amount: 9_900, currency: 'INR' })).toMatchObject({
      status: 200,
      json: { amount: 9_900, currency: 'INR', order_id: orderId },
    })
  })

  it.each<[string, Record<string, Json>, number, RegExp]>([
    ['another amount', { amount: 100 }, 400, /different from your order amount/],
    ['another currency', { currency: 'USD' }, 400, /not equal to order currency/],
    ['an unknown order', { order_id: 'order_00000000000000' }, 400, /does not exist/],
    ['no order and no amount', { order_id: null }, 400, /at least INR 1.00/],
    ['another key', { key_id: 'rzp_test_0000000000' }, 401, /api key/],
    ['no key', { key_id: null }, 401, /api key/],
  ])('is refused with %s', async (_what, body, status, description) => {
    expect(await say('session', body)).toMatchObject({ status, json: { error: { description: expect.stringMatching(description) } } })
    expect((await say('payments', { ...body, method: 'upi' })).status).toBe(status)
    expect(scene.sandbox.control.payments()).toEqual([])
  })

  it('is refused when a page of another origin speaks for it', async () => {
    expect((await say('payments', { method: 'upi' }, { origin: 'https://evil.example' })).status).toBe(403)
    expect((await say('payments', { method: 'upi' }, { origin: 'null' })).status).toBe(403)
    expect(scene.sandbox.control.payments()).toEqual([])
    expect((await say('payments', { method: 'upi' }, { origin: scene.sandbox.url })).status).toBe(200)
  })

  it('pays by any method, and is given what proves it', async () => {
    for (const means of [
      { method: 'upi', vpa: 'success@razorpay' },
      { method: 'card', last4: '1111' },
      { method: 'netbanking', bank: 'SBIN' },
    ]) {
      orderId = await scene.order()
      const { json } = await say('payments', { ...means, email: 'asha@example.com', contact: '+919800010000', notes: { seat: '4' } })
      const payment_id = text(json, 'payment_id')
      expect(json).toMatchObject({
        state: 'paid',
        response: {
          razorpay_payment_id: payment_id,
          razorpay_order_id: orderId,
          razorpay_signature: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      })
      expect(await scene.client.payments.fetch(payment_id)).toMatchObject({
        method: means.method,
        email: 'asha@example.com',
        notes: { seat: '4' },
      })
    }
  })

  it('is told of a failure with its reason, and may try again; a paid order takes no more', async () => {
    expect(await say('payments', { method: 'netbanking', outcome: 'failure' })).toMatchObject({
      json: {
        state: 'failed',
        error: { code: 'BAD_REQUEST_ERROR', reason: 'payment_failed', metadata: { order_id: orderId, payment_id: expect.any(String) } },
      },
    })
    expect(await say('payments', { method: 'upi' })).toMatchObject({ json: { state: 'paid' } })
    expect(await say('payments', { method: 'upi' })).toMatchObject({
      status: 400,
      json: { error: { description: expect.stringContaining('already done') } },
    })
  })

  it('waits for a bank that is silent, and hears when it speaks', async () => {
    const { json } = await say('payments', { method: 'upi', outcome: 'pending' })
    const payment_id = text(json, 'payment_id')
    expect(await say('status', { payment_id })).toMatchObject({ json: { state: 'waiting' } })
    scene.sandbox.control.authorizeLate(payment_id)
    expect(await say('status', { payment_id })).toMatchObject({ json: { state: 'paid', response: { razorpay_payment_id: payment_id } } })
  })

  it.each(['noreturn', 'silent'])('is told nothing after the outcome %s', async (outcome) => {
    expect(await say('payments', { method: 'upi', vpa: `${outcome}@upi` })).toMatchObject({ json: { state: 'waiting' } })
  })

  it.each(['asha@okbank', 'x', 'success@upi.evil'])('refuses the UPI ID %s', async (vpa) => {
    expect(await say('payments', { method: 'upi', vpa })).toMatchObject({ status: 400, json: { error: { field: 'vpa' } } })
  })

  it('without an order pays what stays uncaptured and goes back after three days', async () => {
    const { json } = await say('payments', { order_id: null, amount: 500, method: 'upi' })
    // Nothing but the payment: without an order there is nothing to sign.
    expect(pick(json, 'response')).toEqual({ razorpay_payment_id: expect.any(String) })
    await scene.clock.advance(3 * 86_400_000)
    expect(scene.sandbox.control.payments()).toMatchObject([{ status: 'refunded', isCaptured: false, orderId: null }])
  })
})

describe('the control surface', () => {
  const control = (method: string, path: string, body?: Json, headers?: Record<string, string>) =>
    scene.ask(method, `/_sandbox${path}`, body, headers)

  it('does over HTTP what the functions do', async () => {
    const paid = await control('POST', `/orders/${orderId}/pay`, { outcome: 'authorized' })
    expect(paid).toMatchObject({ status: 201, json: { status: 'authorized', response: { razorpay_order_id: orderId } } })
    const paymentId = text(paid.json, 'paymentId')
    expect((await control('POST', `/payments/${paymentId}/capture`)).status).toBe(204)
    expect((await control('POST', `/payments/${paymentId}/capture`)).status).toBe(409)
    expect((await control('POST', `/payments/${paymentId}/refund`, { amount: 900 })).status).toBe(201)
    const { json: dispute } = await control('POST', `/payments/${paymentId}/dispute`, { amount: 900, phase: 'fraud' })
    expect((await control('POST', `/disputes/${text(dispute, 'id')}/move`, { status: 'lost' })).status).toBe(204)
    expect((await control('GET', '/payments')).json).toMatchObject({ payments: [{ id: paymentId, amount_refunded: 900 }] })
    expect((await control('GET', '/disputes')).json).toMatchObject({ disputes: [{ status: 'lost' }] })
    expect((await control('POST', '/settings', { autoCapture: false })).json).toMatchObject({ autoCapture: false })
    expect((await control('POST', '/webhook', { url: scene.merchant.url, secret: 'x' })).status).toBe(204)
    expect((await control('POST', '/faults', { callback: { action: 'tamper' } })).status).toBe(201)
    expect((await control('POST', '/reset')).status).toBe(204)
    expect([scene.sandbox.control.orders(), scene.sandbox.control.payments()]).toEqual([[], []])
  })

  it.each([
    ['/orders/order_0/pay', { outcome: 'miracle' }, 400],
    ['/orders/order_0/pay', {}, 409],
    ['/payments/pay_0/refund', {}, 409],
    ['/payments/pay_0/dispute', { phase: 'x' }, 400],
    ['/settings', { autoCapture: 'yes' }, 400],
    ['/settings', { __proto__: { polluted: true }, other: 1 }, 400],
    ['/webhook', { url: 'ftp://x', secret: 'x' }, 409],
    ['/webhook', { url: 5 }, 400],
    ['/clock', { advanceSeconds: -1 }, 400],
  ] satisfies [string, Json, number][])('refuses %s with %j', async (path, body, status) => {
    expect((await control('POST', path, body)).status).toBe(status)
  })

  it('takes no orders from pages of other origins', async () => {
    expect((await control('POST', `/orders/${orderId}/pay`, {}, { origin: 'https://evil.example' })).status).toBe(403)
  })
})
