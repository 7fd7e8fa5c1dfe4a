import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isRecord } from '../kit/json.ts'
import { pick, type Scene, setScene } from './test-merchant.ts'

/** The fields of the samples in Razorpay's documentation, entity by entity: each must be there, with a value of the documented kind. */

const text = expect.any(String)
const number = expect.any(Number)
const yesOrNo = expect.any(Boolean)

const samples = {
  order: {
    id: text,
    entity: 'order',
    amount: number,
    amount_paid: number,
    amount_due: number,
    currency: 'INR',
    receipt: text,
    offer_id: null,
    status: text,
    attempts: number,
    notes: [],
    created_at: number,
  },
  payment: {
    id: text,
    entity: 'payment',
    amount: number,
    currency: 'INR',
    status: text,
    order_id: text,
    invoice_id: null,
    international: false,
    method: text,
    amount_refunded: number,
    refund_status: expect.toBeOneOf([null, 'partial', 'full']),
    captured: yesOrNo,
    description: null,
    card_id: null,
    bank: null,
    wallet: null,
    vpa: text,
    email: text,
    contact: text,
    notes: [],
    fee: expect.toBeOneOf([null, number]),
    tax: expect.toBeOneOf([null, number]),
    error_code: null,
    error_description: null,
    error_source: null,
    error_step: null,
    error_reason: null,
    acquirer_data: { rrn: text },
    created_at: number,
  },
  refund: {
    id: text,
    entity: 'refund',
    amount: number,
    currency: 'INR',
    payment_id: text,
    notes: [],
    receipt: null,
    acquirer_data: expect.any(Object),
    created_at: number,
    batch_id: null,
    status: expect.toBeOneOf(['pending', 'processed', 'failed']),
    speed_processed: 'normal',
    speed_requested: expect.toBeOneOf(['normal', 'optimum']),
  },
  dispute: {
    id: text,
    entity: 'dispute',
    payment_id: text,
    amount: number,
    currency: 'INR',
    amount_deducted: number,
    reason_code: text,
    respond_by: number,
    status: text,
    phase: text,
    created_at: number,
    evidence: { amount: number, summary: null, submitted_at: null },
  },
}

let scene: Scene
beforeEach(async () => {
  scene = await setScene()
})
afterEach(() => scene.close())

describe('the samples of the documentation', () => {
  it('fit what webhooks and the API show of every kind of entity', async () => {
    const { control } = scene.sandbox
    const { id } = await scene.client.orders.create({ amount: 9_900, currency: 'INR', receipt: 'top_1' })
    const { paymentId } = control.pay(id)
    const { id: refundId } = await scene.client.payments.refund(paymentId, { amount: 900 })
    const disputeId = control.dispute(paymentId)
    await scene.clock.settled()
    expect(await scene.client.orders.fetch(id)).toMatchObject(samples.order)
    expect(await scene.client.payments.fetch(paymentId)).toMatchObject(samples.payment)
    expect(await scene.client.refunds.fetch(refundId)).toMatchObject(samples.refund)
    expect(await scene.client.disputes.fetch(disputeId)).toMatchObject(samples.dispute)
    expect(scene.merchant.seen).toHaveLength(6)
    for (const { json, payload } of scene.merchant.seen) {
      expect(json).toMatchObject({ entity: 'event', account_id: text, event: text, created_at: number })
      expect(pick(json, 'contains')).toEqual(Object.keys(payload))
      for (const [kind, sample] of Object.entries(samples)) if (kind in payload) expect(pick(payload, kind, 'entity')).toMatchObject(sample)
    }
  })

  it('fit a refusal', async () => {
    const { status, json } = await scene.ask('POST', '/v1/orders', { amount: 0, currency: 'INR' })
    expect([status, json]).toEqual([
      400,
      {
        error: {
          code: 'BAD_REQUEST_ERROR',
          description: 'The amount must be at least INR 1.00',
          source: 'business',
          step: 'payment_initiation',
          reason: 'input_validation_failed',
          metadata: {},
          field: 'amount',
        },
      },
    ])
  })

  it('fit a list, and an auto-refund, whose payment was never captured', async () => {
    const { json } = await scene.ask('GET', '/v1/refunds')
    expect(json).toEqual({ entity: 'collection', count: 0, items: [] })
    scene.sandbox.control.pay(await scene.order(), { outcome: 'authorized' })
    await scene.clock.advance(3 * 86_400_000)
    const { payload } = scene.merchant.seen.at(-1) ?? {}
    expect(isRecord(payload) && pick(payload, 'payment', 'entity', 'captured')).toBe(false)
  })
})
