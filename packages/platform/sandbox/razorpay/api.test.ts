import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Json, readJson } from '../kit/json.ts'
import { type Scene, setScene, text } from './test-merchant.ts'

let scene: Scene
const lines: string[] = []
beforeEach(async () => {
  lines.length = 0
  scene = await setScene({ log: (line) => lines.push(line) })
})
afterEach(() => scene.close())

const bad = (description: string | RegExp, more: Record<string, unknown> = {}) => ({
  status: 400,
  json: {
    error: {
      code: 'BAD_REQUEST_ERROR',
      description: typeof description === 'string' ? description : expect.stringMatching(description),
      source: 'business',
      step: 'payment_initiation',
      reason: 'input_validation_failed',
      metadata: {},
      ...more,
    },
  },
})

describe('an order with', () => {
  const notes = (count: number, length = 1) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`n${at}`, 'x'.repeat(length)]))
  const field = 'amount'
  it.each<[string, Record<string, Json>, ReturnType<typeof bad>]>([
    [
      'too little',
      { amount: 99 },
      bad('Order amount less than minimum amount allowed', { step: 'order_creation', reason: 'amount_less_than_minimum_amount', field }),
    ],
    ['nothing', { amount: 0 }, bad('The amount must be at least INR 1.00', { field })],
    ['less than nothing', { amount: -100 }, bad('The amount must be at least INR 1.00', { field })],
    ['half a paisa', { amount: 100.5 }, bad('The amount must be an integer.', { field })],
    ['a word for an amount', { amount: 'ten' }, bad('The amount must be an integer.', { field })],
    ['more than numbers can say', { amount: 1e18 }, bad('The amount must be an integer.', { field })],
    ['too much', { amount: 50_000_100 }, bad('Amount exceeds maximum amount allowed.', { field })],
    ['no amount', { amount: null }, bad('amount: is required.', { field })],
    ['no currency', { currency: null }, bad('currency: is required.', { field: 'currency' })],
    ['a number for a currency', { currency: 1 }, bad('expected string but provided 1', { field: 'currency' })],
    ['another currency', { currency: 'USD' }, bad('Currency is not supported', { field: 'currency' })],
    ['a long receipt', { receipt: 'r'.repeat(41) }, bad('The receipt may not be greater than 40 characters.', { field: 'receipt' })],
    ['a number for a receipt', { receipt: 5 }, bad('The receipt must be a string.', { field: 'receipt' })],
    ['many notes', { notes: notes(16) }, bad(/less than or equal to 15$/, { field: 'notes' })],
    ['a long note', { notes: notes(1, 257) }, bad(/256/, { field: 'notes' })],
    ['a text for notes', { notes: 'x' }, bad('The notes must be an array.', { field: 'notes' })],
    ['notes within notes', { notes: { a: { b: 1 } } }, bad(/text and numbers/, { field: 'notes' })],
    [
      'a wish for parts',
      { partial_payment: true },
      bad('partial_payment is/are not required and should not be sent', { reason: 'extra_field_sent' }),
    ],
  ])('%s is refused', async (_what, wish, refusal) => {
    expect(await scene.ask('POST', '/v1/orders', { amount: 9_900, currency: 'INR', ...wish })).toMatchObject(refusal)
    expect(scene.sandbox.control.orders()).toEqual([])
  })

  it('the most of everything is taken', async () => {
    const wish = { amount: '50000000', currency: 'inr', receipt: 'r'.repeat(40), notes: notes(15, 256) }
    expect(await scene.ask('POST', '/v1/orders', wish)).toMatchObject({ status: 200, json: { amount: 50_000_000, currency: 'INR' } })
  })

  it('a receipt that is taken is refused, unless the account is one that does not mind', async () => {
    const wish = { amount: 9_900, currency: 'INR', receipt: 'top_1' }
    await scene.ask('POST', '/v1/orders', wish)
    expect(await scene.ask('POST', '/v1/orders', wish)).toMatchObject(bad('Order receipt should be unique.', { field: 'receipt' }))
    scene.sandbox.control.change({ uniqueReceipts: false })
    expect(await scene.ask('POST', '/v1/orders', wish)).toMatchObject({ status: 200 })
    expect((await scene.client.orders.all({ receipt: 'top_1' })).count).toBe(2)
  })
})

it('takes a form as well as JSON', async () => {
  const { keyId, keySecret, url } = scene.sandbox
  const response = await fetch(`${url}/v1/orders`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${keyId}:${keySecret}`)}` },
    body: new URLSearchParams({ amount: '9900', currency: 'INR', receipt: '7', 'notes[a]': 'b' }),
  })
  expect(await response.json()).toMatchObject({ amount: 9_900, receipt: '7', notes: { a: 'b' } })
})

describe('a refund', () => {
  const key = 'rfd_0123456789'
  const refund = (paymentId: string, body: Json, headers: Record<string, string> = {}) =>
    scene.ask('POST', `/v1/payments/${paymentId}/refund`, body, headers)
  const paid = async () => scene.sandbox.control.pay(await scene.order()).paymentId

  it('with an idempotency key is made once', async () => {
    const paymentId = await paid()
    const first = await refund(paymentId, { amount: 900, receipt: 'one' }, { 'x-refund-idempotency': key })
    const second = await refund(paymentId, { amount: 900, receipt: 'one' }, { 'x-refund-idempotency': key })
    expect(second).toMatchObject({ status: 200, json: first.json })
    expect(await refund(paymentId, { amount: 901 }, { 'x-refund-idempotency': key })).toMatchObject(
      bad('Different request with the same idempotency key has already been processed.', { source: 'NA', step: 'NA', reason: 'NA' }),
    )
    expect(scene.sandbox.control.refunds()).toHaveLength(1)
  })

  it.each(['short', 'with spaces in it', '!'.repeat(20)])('with the idempotency key "%s" is refused', async (text) => {
    expect(await refund(await paid(), {}, { 'x-refund-idempotency': text })).toMatchObject(bad(/at least 10 characters/))
  })

  it('of more than there is, of nothing, or of a fraction is refused', async () => {
    const paymentId = await paid()
    expect(await refund(paymentId, { amount: 9_901 })).toMatchObject(bad(/greater than amount captured/, { field: 'amount' }))
    await refund(paymentId, { amount: 5_000 })
    expect(await refund(paymentId, { amount: 5_000 })).toMatchObject(bad(/total refund amount is greater/, { field: 'amount' }))
    for (const amount of [0, -1, 99])
      expect(await refund(paymentId, { amount })).toMatchObject(bad(/atleast INR 1.00/, { field: 'amount' }))
    expect(await refund(paymentId, { amount: 1.5 })).toMatchObject(bad(/integer/, { field: 'amount' }))
    expect(scene.sandbox.control.refunds()).toHaveLength(1)
  })

  it('of what was not captured is refused', async () => {
    const { paymentId } = scene.sandbox.control.pay(await scene.order(), { outcome: 'authorized' })
    expect(await refund(paymentId, {})).toMatchObject(bad('The payment status should be captured for action to be taken'))
  })

  it('is found at its own payment only', async () => {
    const [one, other] = [await paid(), await paid()]
    const id = text((await refund(one, {})).json, 'id')
    expect(await scene.ask('GET', `/v1/payments/${other}/refunds/${id}`)).toMatchObject(bad('The id provided does not exist'))
  })
})

describe('what is not there', () => {
  it.each(['orders/order_00000000000000', 'payments/pay_00000000000000', 'refunds/rfnd_0', 'disputes/disp_0', 'orders/__proto__'])(
    '/v1/%s is told so',
    async (path) => {
      expect(await scene.ask('GET', `/v1/${path}`)).toMatchObject(bad('The id provided does not exist'))
    },
  )

  it('among addresses and methods is told so', async () => {
    expect(await scene.ask('GET', '/v1/wallets')).toMatchObject({ status: 404, json: { error: { code: 'BAD_REQUEST_ERROR' } } })
    expect(await scene.ask('DELETE', '/v1/orders')).toMatchObject({ status: 405 })
  })

  it.each(['count=0', 'count=101', 'count=x', 'skip=-1', 'from=now', 'to=1e9'])('among pages, ?%s, is refused', async (query) => {
    expect(await scene.ask('GET', `/v1/payments?${query}`)).toMatchObject({ status: 400 })
  })
})

describe('who asks', () => {
  it.each(['', 'Bearer x', 'Basic', 'Basic !!!', `Basic ${btoa('rzp_test_Sandbox0Only00:')}`, `Basic ${btoa('a:b')}`])(
    'with the authorization "%s" is refused',
    async (authorization) => {
      expect(await scene.ask('GET', '/v1/orders', undefined, { authorization })).toMatchObject({
        status: 401,
        json: { error: { code: 'BAD_REQUEST_ERROR' } },
      })
    },
  )

  it('with too much is refused in Razorpay’s form', async () => {
    expect(await scene.ask('POST', '/v1/orders', { notes: { a: 'x'.repeat(70_000) } })).toMatchObject({
      status: 413,
      json: { error: { code: 'BAD_REQUEST_ERROR' } },
    })
  })
})

it('fails, hangs and loses answers when told to', async () => {
  const { control } = scene.sandbox
  const make = () => scene.ask('POST', '/v1/orders', { amount: 9_900, currency: 'INR' })
  control.faultApi({ action: 'fail', status: 502, path: '/orders' })
  expect(await make()).toMatchObject({ status: 502, json: { error: { code: 'GATEWAY_ERROR' } } })
  control.faultApi({ action: 'fail', status: 500 })
  expect(await make()).toMatchObject({ status: 500, json: { error: { code: 'SERVER_ERROR' } } })
  expect(control.orders()).toHaveLength(0)
  control.faultApi({ action: 'lose-answer', method: 'POST' })
  await expect(make()).rejects.toThrow('fetch failed')
  expect(control.orders()).toHaveLength(1)
})

const wishes = fc.record(
  {
    amount: fc.oneof(fc.jsonValue(), fc.integer()),
    currency: fc.oneof(fc.jsonValue(), fc.constant('INR')),
    receipt: fc.jsonValue(),
    notes: fc.jsonValue(),
    payment: fc.jsonValue(),
    payment_capture: fc.jsonValue(),
    speed: fc.jsonValue(),
    summary: fc.jsonValue(),
    action: fc.jsonValue(),
  },
  { requiredKeys: [] },
)

it('is not broken by anything that it is sent', async () => {
  const { paymentId } = scene.sandbox.control.pay(await scene.order())
  const dispute = scene.sandbox.control.dispute(paymentId)
  const path = fc.constantFrom(
    ...['orders', `orders/x`, `payments/${paymentId}/capture`, `payments/${paymentId}/refund`, `disputes/${dispute}/contest`],
    ...['checkout/session', 'checkout/payments', 'checkout/status', 'checkout/page.js', 'checkout/../orders', 'refunds', '%00'],
  )
  const method = fc.constantFrom('POST', 'PATCH', 'PUT', 'DELETE')
  await fc.assert(
    fc.asyncProperty(path, method, fc.oneof(wishes, fc.jsonValue()), async (where, how, body) => {
      const { status } = await scene.ask(how, `/v1/${where}`, readJson(JSON.stringify(body)) ?? null)
      expect(status).toBeLessThan(500)
    }),
    { seed: 11, numRuns: 300 },
  )
  expect(lines.filter((line) => line.includes('Error'))).toEqual([])
})
