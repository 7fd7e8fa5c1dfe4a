import Razorpay from 'razorpay'
import { validatePaymentVerification } from 'razorpay/dist/utils/razorpay-utils.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { paymentSignature, webhookSignature } from './signing.ts'
import { officialClient, type Scene, setScene, WEBHOOK_SECRET } from './test-merchant.ts'

/** The vendor's own client, not changed in anything but the address it asks. */

let scene: Scene
let client: Razorpay
beforeEach(async () => {
  scene = await setScene()
  client = scene.client
})
afterEach(() => scene.close())

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => error,
  )
const pay = async (amount?: number) => scene.sandbox.control.pay(await scene.order(amount))

describe('orders', () => {
  it('are made, found again and edited', async () => {
    const made = await client.orders.create({ amount: 50_000, currency: 'INR', receipt: 'receipt#1', notes: { key1: 'value3', key2: 7 } })
    expect(made).toEqual({
      id: expect.stringMatching(/^order_[0-9A-Za-z]{14}$/),
      entity: 'order',
      amount: 50_000,
      amount_paid: 0,
      amount_due: 50_000,
      currency: 'INR',
      receipt: 'receipt#1',
      offer_id: null,
      status: 'created',
      attempts: 0,
      notes: { key1: 'value3', key2: 7 },
      created_at: scene.clock.now() / 1_000,
    })
    expect(await client.orders.fetch(made.id)).toEqual(made)
    expect(await client.orders.all({ receipt: 'receipt#1' })).toEqual({ entity: 'collection', count: 1, items: [made] })
    expect(await client.orders.all({ receipt: 'receipt#2' })).toMatchObject({ count: 0, items: [] })
    expect(await client.orders.edit(made.id, { notes: { key1: 'other' } })).toMatchObject({ notes: { key1: 'other' }, amount: 50_000 })
  })

  it('go from created to attempted to paid, and show their payments', async () => {
    const id = await scene.order()
    scene.sandbox.control.pay(id, { outcome: 'failure' })
    expect(await client.orders.fetch(id)).toMatchObject({ status: 'attempted', attempts: 1, amount_due: 9_900 })
    const { paymentId } = scene.sandbox.control.pay(id)
    expect(await client.orders.fetch(id)).toMatchObject({ status: 'paid', attempts: 2, amount_paid: 9_900, amount_due: 0 })
    expect(await client.orders.fetchPayments(id)).toMatchObject({
      entity: 'collection',
      count: 2,
      items: [
        { id: paymentId, status: 'captured' },
        { status: 'failed', error_code: 'BAD_REQUEST_ERROR' },
      ],
    })
  })

  it('are listed newest first, by pages and by time', async () => {
    const ids: string[] = []
    for (let hour = 0; hour < 5; hour += 1) {
      ids.unshift(await scene.order())
      await scene.clock.advance(3_600_000)
    }
    const idsOf = async (query: Parameters<typeof client.orders.all>[0]) => (await client.orders.all(query)).items.map(({ id }) => id)
    expect(await idsOf({})).toEqual(ids)
    expect(await idsOf({ count: 2, skip: 1 })).toEqual(ids.slice(1, 3))
    const from = scene.clock.now() / 1_000 - 3 * 3_600
    expect(await idsOf({ from })).toEqual(ids.slice(0, 3))
    expect(await idsOf({ to: from })).toEqual(ids.slice(2))
    const { paymentId } = scene.sandbox.control.pay(ids[3]!)
    expect(await idsOf({ authorized: 1 })).toEqual([ids[3]])
    expect((await client.payments.all({ count: 1 })).items).toMatchObject([{ id: paymentId }])
  })
})

describe('payments', () => {
  it('are shown as documented', async () => {
    const orderId = await scene.order(100_000)
    const { paymentId } = scene.sandbox.control.pay(orderId)
    expect(await client.payments.fetch(paymentId)).toMatchObject({
      id: expect.stringMatching(/^pay_[0-9A-Za-z]{14}$/),
      entity: 'payment',
      amount: 100_000,
      currency: 'INR',
      status: 'captured',
      order_id: orderId,
      invoice_id: null,
      international: false,
      method: 'upi',
      amount_refunded: 0,
      refund_status: null,
      captured: true,
      card_id: null,
      bank: null,
      wallet: null,
      vpa: 'success@upi',
      notes: [],
      fee: 2_360,
      tax: 360,
      error_code: null,
      acquirer_data: { rrn: expect.stringMatching(/^\d{12}$/) },
    })
  })

  it('are captured by the merchant where they are not by themselves', async () => {
    scene.sandbox.control.change({ autoCapture: false })
    const { paymentId } = await pay()
    expect(await client.payments.fetch(paymentId)).toMatchObject({ status: 'authorized', captured: false, fee: null })
    expect(await refusal(client.payments.capture(paymentId, 9_800, 'INR'))).toMatchObject({ statusCode: 400 })
    expect(await client.payments.capture(paymentId, 9_900, 'INR')).toMatchObject({ status: 'captured', captured: true })
    expect(await refusal(client.payments.capture(paymentId, 9_900, 'INR'))).toMatchObject({
      statusCode: 400,
      error: { code: 'BAD_REQUEST_ERROR', description: 'This payment has already been captured' },
    })
  })

  it('take notes', async () => {
    const { paymentId } = await pay()
    expect(await client.payments.edit(paymentId, { notes: { key1: 'value1' } })).toMatchObject({ notes: { key1: 'value1' } })
  })

  it('by card show the card', async () => {
    const means = { method: 'card', cardId: 'card_Sandbox0000001', network: 'Visa', last4: '1111' } as const
    const { paymentId } = scene.sandbox.control.pay(await scene.order(), { means })
    expect(await client.payments.fetch(paymentId)).toMatchObject({ method: 'card', card_id: means.cardId, vpa: null })
    expect(await client.payments.fetchCardDetails(paymentId)).toMatchObject({ entity: 'card', last4: '1111', network: 'Visa' })
  })
})

describe('refunds', () => {
  it('are made in part and in whole, and shown everywhere', async () => {
    const { paymentId } = await pay()
    const first = await client.payments.refund(paymentId, { amount: 900, notes: { why: 'a slip' }, receipt: 'Receipt No. 31' })
    expect(first).toMatchObject({
      id: expect.stringMatching(/^rfnd_[0-9A-Za-z]{14}$/),
      entity: 'refund',
      amount: 900,
      currency: 'INR',
      payment_id: paymentId,
      notes: { why: 'a slip' },
      receipt: 'Receipt No. 31',
      batch_id: null,
      status: 'processed',
      speed_requested: 'normal',
    })
    expect(await client.payments.fetch(paymentId)).toMatchObject({ status: 'captured', amount_refunded: 900, refund_status: 'partial' })
    const rest = await client.payments.refund(paymentId, {})
    expect(rest.amount).toBe(9_000)
    expect(await client.payments.fetch(paymentId)).toMatchObject({ status: 'refunded', amount_refunded: 9_900, refund_status: 'full' })
    expect(await client.refunds.fetch(first.id)).toEqual(first)
    expect(await client.payments.fetchRefund(paymentId, rest.id)).toEqual(rest)
    expect(await client.payments.fetchMultipleRefund(paymentId)).toMatchObject({ count: 2, items: [{ id: rest.id }, { id: first.id }] })
    expect((await client.refunds.all()).items).toHaveLength(2)
    expect(await client.refunds.edit(first.id, { notes: { a: 'b' } })).toMatchObject({ notes: { a: 'b' } })
    expect(await refusal(client.payments.refund(paymentId, {}))).toMatchObject({
      statusCode: 400,
      error: { description: 'The payment has been fully refunded already' },
    })
  })
})

describe('disputes', () => {
  it('are found, contested and accepted', async () => {
    const [first, second] = [await pay(), await pay()].map(({ paymentId }) => scene.sandbox.control.dispute(paymentId))
    expect(await client.disputes.fetch(first!)).toMatchObject({
      id: expect.stringMatching(/^disp_[0-9A-Za-z]{14}$/),
      entity: 'dispute',
      amount: 9_900,
      amount_deducted: 0,
      status: 'open',
      phase: 'chargeback',
    })
    expect(await client.disputes.contest(first!, { amount: 9_900, summary: 'They talked', action: 'submit' })).toMatchObject({
      status: 'under_review',
    })
    expect(await refusal(client.disputes.accept(first!))).toMatchObject({ statusCode: 400 })
    expect(await client.disputes.accept(second!)).toMatchObject({ status: 'lost', amount_deducted: 9_900 })
    expect((await client.disputes.all()).items.map(({ id }) => id)).toEqual([second, first])
  })
})

describe('signatures', () => {
  it('of webhooks are taken by the vendor’s own check, over the bytes that came', async () => {
    await pay()
    await scene.clock.settled()
    expect(scene.merchant.seen).toHaveLength(3)
    for (const { body, signature } of scene.merchant.seen) {
      expect(Razorpay.validateWebhookSignature(body, signature, WEBHOOK_SECRET)).toBe(true)
      expect(Razorpay.validateWebhookSignature(`${body} `, signature, WEBHOOK_SECRET)).toBe(false)
      expect(Razorpay.validateWebhookSignature(body, signature, scene.sandbox.keySecret)).toBe(false)
    }
  })

  it('of payments are taken by the vendor’s own check, for their order only', async () => {
    const { keySecret } = scene.sandbox
    const { response } = await pay()
    const { razorpay_order_id: order_id, razorpay_payment_id: payment_id, razorpay_signature: signature } = response!
    expect(validatePaymentVerification({ order_id, payment_id }, signature, keySecret)).toBe(true)
    expect(validatePaymentVerification({ order_id: await scene.order(), payment_id }, signature, keySecret)).toBe(false)
  })

  it('are those of the known vectors', () => {
    expect(webhookSignature('whsec_test', '{"event":"payment.captured"}')).toBe(
      '4f463a57dd128675850163391f0311888616d57bccca75c774c9cdb28134f851',
    )
    expect(paymentSignature('test_secret', 'order_TEST0000000001', 'pay_TEST0000000001')).toBe(
      '16807ffe1b5091b167572d31e98f14ab291b379ef47bdfc93a25d80e09c1ec18',
    )
  })
})

it('lets nobody in with another secret', async () => {
  expect(await refusal(officialClient(scene.sandbox, 'not-the-secret').orders.all())).toMatchObject({
    statusCode: 401,
    error: { code: 'BAD_REQUEST_ERROR', description: 'Authentication failed' },
  })
})
