import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PaymentError, type Payments } from '../port.ts'
import { createRazorpay } from './adapter.ts'

/** A server that says whatever a test wants said. */
let answer: (request: IncomingMessage & { body: string }, response: ServerResponse) => void
const asked: (IncomingMessage & { body: string })[] = []
const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (text: string) => (body += text))
  request.on('end', () => {
    const whole = Object.assign(request, { body })
    asked.push(whole)
    answer(whole, response)
  })
})
let baseUrl: string
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => void asked.splice(0))
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const say = (status: number, body: unknown, headers: Record<string, string> = {}) => {
  answer = (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}
const razorpay = (change: object = {}): Payments =>
  createRazorpay({
    baseUrl,
    checkoutUrl: 'https://checkout.example/',
    keyId: 'rzp_test_key',
    keySecret: 'key0secret0key0secret',
    webhookSecret: 'webhook0secret00',
    timeoutMs: 300,
    ...change,
  })
const order = { id: 'order_AAAAAAAAAAAAAA', amount: 9_900, currency: 'INR', receipt: 'top_1', created_at: 5, status: 'created' }
const wish = { reference: 'top_1', amount: 9_900, currency: 'INR' }
const kindOf = (work: Promise<unknown>) =>
  work.then(
    () => 'answered',
    (error: unknown) => (error instanceof PaymentError ? error.kind : error),
  )

describe('what it asks', () => {
  it('is an order with our id as its receipt, by Basic authentication', async () => {
    say(200, order)
    expect(await razorpay().createOrder(wish)).toEqual({ id: order.id, amount: 9_900, currency: 'INR' })
    const [request] = asked
    expect([request?.method, request?.url]).toEqual(['POST', '/v1/orders'])
    expect(request?.headers.authorization).toBe(`Basic ${Buffer.from('rzp_test_key:key0secret0key0secret').toString('base64')}`)
    expect(JSON.parse(request?.body ?? '')).toEqual({
      amount: 9_900,
      currency: 'INR',
      receipt: 'top_1',
      partial_payment: false,
      notes: { topup: 'top_1' },
    })
  })

  it('finds the oldest order of a receipt, and takes no other’s for it', async () => {
    say(200, {
      entity: 'collection',
      count: 3,
      items: [{ ...order, id: 'order_Z', created_at: 9 }, order, { ...order, id: 'order_X', receipt: 'top_2', created_at: 1 }],
    })
    expect(await razorpay().findOrder('top_1')).toMatchObject({ id: order.id })
    expect(asked[0]?.url).toBe('/v1/orders?receipt=top_1&count=100')
    say(200, { items: [] })
    expect(await razorpay().findOrder('top_1')).toBeUndefined()
  })

  it('is a refund under our own id, said twice over', async () => {
    say(200, { id: 'rfnd_AAAAAAAAAAAAAA', payment_id: 'pay_AAAAAAAAAAAAAA', amount: 100, status: 'processed', receipt: 'trf_01ke6p4ym0' })
    await razorpay().refund({ paymentId: 'pay_AAAAAAAAAAAAAA', amount: 100, reference: 'trf_01ke6p4ym0' })
    expect(asked[0]?.url).toBe('/v1/payments/pay_AAAAAAAAAAAAAA/refund')
    expect(asked[0]?.headers['x-refund-idempotency']).toBe('trf_01ke6p4ym0')
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ amount: 100, receipt: 'trf_01ke6p4ym0' })
  })
})

it('gives a page what the checkout needs', () => {
  const checkout = razorpay().checkoutOf(
    { id: 'order_1', amount: 100, currency: 'INR' },
    { name: 'App', description: '1 coin', payer: 'Asha' },
  )
  expect(checkout).toEqual({
    provider: 'razorpay',
    keyId: 'rzp_test_key',
    orderId: 'order_1',
    scriptUrl: 'https://checkout.example/v1/checkout.js',
    name: 'App',
    description: '1 coin',
    amount: 100,
    currency: 'INR',
    prefill: { name: 'Asha' },
  })
  expect(JSON.stringify(checkout)).not.toContain('key0secret')
})

describe('an answer', () => {
  it.each([
    [400, 'refused'],
    [401, 'not_sent'],
    [403, 'not_sent'],
    [404, 'refused'],
    [408, 'unknown'],
    [409, 'unknown'],
    [429, 'not_sent'],
    [500, 'unknown'],
    [502, 'unknown'],
    [504, 'unknown'],
  ])('of %i is %s', async (status, kind) => {
    say(status, { error: { code: 'BAD_REQUEST_ERROR', description: 'secret words of theirs', reason: 'input_validation_failed' } })
    const error = await razorpay()
      .createOrder(wish)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ kind, providerCode: 'input_validation_failed' })
    expect(JSON.stringify(error) + String(error)).not.toMatch(/secret words|key0secret/)
  })

  it.each([
    ['no JSON', '<html>'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['no id', { ...order, id: undefined }],
    ['an id of something else', { ...order, id: 'pay_AAAAAAAAAAAAAA' }],
    ['an id like a path', { ...order, id: 'order_../../payouts' }],
    ['a fraction', { ...order, amount: 99.5 }],
    ['text for a number', { ...order, amount: '9900' }],
    ['too much', { ...order, amount: 1e18 }],
  ])('that cannot be right leaves open what happened: %s', async (_, body) => {
    say(200, body)
    expect(await kindOf(razorpay().createOrder(wish))).toBe('unknown')
  })

  it('that never comes, trickles, is cut off, or does not end, is unknown', async () => {
    answer = () => undefined
    expect(await kindOf(razorpay().createOrder(wish))).toBe('unknown')
    answer = (_, response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write(' '), 20)
      response.once('close', () => clearInterval(drip))
    }
    expect(await kindOf(razorpay().createOrder(wish))).toBe('unknown')
    answer = ({ socket }) => socket.destroy()
    expect(await kindOf(razorpay().createOrder(wish))).toBe('unknown')
    answer = (_, response) => {
      response.writeHead(200)
      const flood = () => void (response.destroyed || response.write('x'.repeat(100_000), flood))
      flood()
    }
    expect(await kindOf(razorpay({ timeoutMs: 20_000 }).createOrder(wish))).toBe('unknown')
  })

  it('that leads elsewhere is not followed', async () => {
    answer = ({ url }, response) => {
      response.writeHead(url === '/elsewhere' ? 200 : 307, { location: '/elsewhere', 'content-type': 'application/json' })
      response.end(JSON.stringify(order))
    }
    expect(await kindOf(razorpay().createOrder(wish))).toBe('unknown')
    expect(asked).toHaveLength(1)
  })

  it('from nobody was certainly not sent', async () => {
    const gone = createServer()
    await new Promise<void>((done) => gone.listen(0, '127.0.0.1', done))
    const { port } = gone.address() as AddressInfo
    await new Promise((done) => gone.close(done))
    expect(await kindOf(razorpay({ baseUrl: `http://127.0.0.1:${port}` }).createOrder(wish))).toBe('not_sent')
  })
})

it('is left alone when it fails five times in a row, and tried again after a rest', async () => {
  let now = 0
  const payments = razorpay({ clock: { now: () => new Date(now) } })
  say(503, '')
  for (let n = 0; n < 5; n++) expect(await kindOf(payments.paymentsOf('order_1'))).toBe('unknown')
  expect(payments.isResting()).toBe(true)
  expect(await kindOf(payments.paymentsOf('order_1'))).toBe('not_sent')
  expect(asked).toHaveLength(5)
  now = 5_000
  say(200, { items: [] })
  expect(await payments.paymentsOf('order_1')).toEqual([])
  expect(payments.isResting()).toBe(false)
})

it('keeps an id from leading elsewhere', async () => {
  say(200, { items: [] })
  await razorpay().paymentsOf('../payouts?x=')
  expect(asked[0]?.url).toBe('/v1/orders/..%2Fpayouts%3Fx%3D/payments')
})
