import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { verifyDelivery } from './deliveries.ts'

const secrets = { current: 'whsec_test_0000000', previous: undefined }

function read(event: unknown, headers: Record<string, string> = { 'x-razorpay-event-id': 'evt1' }) {
  const raw = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event))
  const signature = createHmac('sha256', secrets.current).update(raw).digest('hex')
  return verifyDelivery(secrets, { raw, headers: { ...headers, 'x-razorpay-signature': signature } })
}

const payment = {
  id: 'pay_AAAAAAAAAAAAAA',
  entity: 'payment',
  amount: 9_900,
  currency: 'INR',
  status: 'captured',
  order_id: 'order_BBBBBBBBBBBBBB',
  captured: true,
  amount_refunded: 0,
  email: 'void@example.com',
  contact: '+919999999999',
  vpa: 'someone@upi',
  notes: [],
  error_code: null,
  error_reason: null,
}
const event = (name: string, payload: object) => ({
  entity: 'event',
  account_id: 'acc_1',
  event: name,
  contains: Object.keys(payload),
  payload,
  created_at: 1,
})
const about = (change: object) => read(event('payment.x', { payment: { entity: { ...payment, ...change } } }))?.news.payment

describe('an event of a payment', () => {
  it('tells what the platform needs and no personal data', () => {
    const told = read(event('payment.captured', { payment: { entity: payment } }))
    expect(told).toEqual({
      eventId: 'evt1',
      signedBy: 'current',
      news: {
        type: 'payment.captured',
        payment: {
          id: payment.id,
          orderId: payment.order_id,
          status: 'captured',
          amount: 9_900,
          currency: 'INR',
          refundedAmount: 0,
          failure: null,
        },
        refund: null,
        dispute: null,
      },
    })
    expect(JSON.stringify(told)).not.toMatch(/@|\+91/)
  })

  it.each([
    [{ status: 'created' }, null],
    [{ status: 'authorized', captured: false }, 'authorized'],
    [{ status: 'failed', captured: false }, 'failed'],
    [{ status: 'refunded', captured: true }, 'captured'],
    // Promised, never taken, and gone back: it was never ours.
    [{ status: 'refunded', captured: false }, 'returned'],
    [{ status: 'refunded', captured: null }, 'returned'],
    [{ status: 'something new' }, null],
  ])('reads %j as %s', (change, status) => {
    expect(about(change)?.status).toBe(status)
  })

  it.each([
    [{ error_code: 'BAD_REQUEST_ERROR', error_reason: 'payment_failed' }, 'declined'],
    [{ error_code: 'BAD_REQUEST_ERROR', error_reason: 'payment_cancelled' }, 'canceled_by_payer'],
    [{ error_code: 'GATEWAY_ERROR', error_reason: 'payment_timed_out' }, 'timed_out'],
    [{ error_code: 'GATEWAY_ERROR', error_reason: 'gateway_technical_error' }, 'provider_error'],
    [{ error_code: null, error_reason: null }, 'other'],
  ])('says why it failed: %j is %s', (change, failure) => {
    expect(about({ status: 'failed', ...change })?.failure).toBe(failure)
  })

  it.each([
    ['a fraction', { amount: 99.5 }],
    ['less than nothing', { amount: -1 }],
    ['too much', { amount: 1e18 }],
    ['text', { amount: '9900' }],
    ['no currency', { currency: null }],
    ['a currency in small letters', { currency: 'inr' }],
    ['an id of another kind', { id: 'order_AAAAAAAAAAAAAA' }],
    ['an id like a path', { id: 'pay_../../x' }],
  ])('is left out when it cannot be right: %s', (_, change) => {
    const told = read(event('payment.captured', { payment: { entity: { ...payment, ...change } } }))
    expect(told?.news).toEqual({ type: 'payment.captured', payment: null, refund: null, dispute: null })
  })
})

it('tells of refunds, with our own id of those that we asked for', () => {
  const entity = { id: 'rfnd_CCCCCCCCCCCCCC', payment_id: payment.id, amount: 100, status: 'processed', receipt: 'trf_1' }
  const told = read(event('refund.processed', { refund: { entity }, payment: { entity: payment } }))
  expect(told?.news.refund).toEqual({ id: entity.id, paymentId: payment.id, amount: 100, status: 'processed', reference: 'trf_1' })
  const odd = read(event('refund.created', { refund: { entity: { ...entity, status: 'initiated', receipt: null, notes: [] } } }))
  expect(odd?.news.refund).toMatchObject({ status: 'pending', reference: null })
  const noted = read(event('refund.created', { refund: { entity: { ...entity, receipt: null, notes: { refund: 'trf_2' } } } }))
  expect(noted?.news.refund).toMatchObject({ reference: 'trf_2' })
})

it.each([
  ['open', 0, 'open', 9_900],
  ['under_review', 0, 'open', 9_900],
  ['action_required', 0, 'open', 9_900],
  ['won', 0, 'won', 9_900],
  ['closed', 0, 'won', 9_900],
  ['lost', 5_000, 'lost', 5_000],
  // A question of the bank that cost nothing.
  ['lost', 0, 'won', 9_900],
])('reads a dispute that is %s, with %i taken, as %s of %i', (status, taken, read_, amount) => {
  const entity = { id: 'disp_DDDDDDDDDDDDDD', payment_id: payment.id, amount: 9_900, amount_deducted: taken, status }
  expect(read(event(`payment.dispute.${status}`, { dispute: { entity } }))?.news.dispute).toEqual({
    id: entity.id,
    paymentId: payment.id,
    amount,
    status: read_,
  })
})

describe('what is signed and cannot be read', () => {
  it.each(['', 'x', '[]', 'null', '{}', '{"event":7}', '{"event":"a","payload":[]}', '{"event":"a","payload":{"payment":"x"}}'])(
    'tells nothing: %s',
    (text) => {
      expect(read(text)?.news).toMatchObject({ payment: null, refund: null, dispute: null })
    },
  )

  it('is known by its bytes when it has no proper id', () => {
    const raw = '{"event":"a"}'
    const digest = createHash('sha256').update(raw).digest('hex')
    for (const id of ['', ' ', 'a/b', 'x'.repeat(200), 'ü']) expect(read(raw, { 'x-razorpay-event-id': id })?.eventId).toBe(digest)
    expect(read(raw, {})?.eventId).toBe(digest)
  })
})
