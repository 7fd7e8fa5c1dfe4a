import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PayoutError, type Payouts } from '../port.ts'
import { createRazorpayX } from './adapter.ts'

interface Asked {
  readonly line: string
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

/** A server that says, by path, whatever a test wants said. */
let answers: Readonly<Record<string, unknown>> = {}
let status = 200
const asked: Asked[] = []
const server = createServer((request, response) => {
  let text = ''
  request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  request.on('end', () => {
    const line = `${request.method ?? ''} ${request.url ?? ''}`
    asked.push({ line, headers: request.headers, body: text === '' ? undefined : JSON.parse(text) })
    const path = Object.keys(answers).find((known) => line.startsWith(known))
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(path === undefined ? { error: { code: 'BAD_REQUEST_ERROR', reason: 'NA' } } : answers[path]))
  })
})
let payouts: Payouts
const secret = 'webhook0secret00'
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  payouts = createRazorpayX({
    baseUrl,
    checkoutUrl: baseUrl,
    keyId: 'rzp_test_key',
    keySecret: 'key0secret0key0secret',
    webhookSecret: secret,
    accountNumber: '7878780080316316',
  })
})
beforeEach(() => {
  asked.splice(0)
  answers = {}
  status = 200
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const wish = {
  reference: 'wdr_01hzzzzzzzzzzzzzzzzzzzzzzz',
  accountId: 'fa_00000000000001',
  type: 'upi' as const,
  amount: 20_000,
  currency: 'INR',
  narration: 'Talk App',
}
const wire = (change: object = {}) => ({
  id: 'pout_00000000000001',
  entity: 'payout',
  fund_account_id: wish.accountId,
  amount: 20_000,
  currency: 'INR',
  status: 'processing',
  reference_id: wish.reference,
  utr: null,
  status_details: { description: null, source: null, reason: null },
  a_field_of_tomorrow: 1,
  ...change,
})

describe('a payout', () => {
  it('is asked for under our id as its key, and may wait for money', async () => {
    answers = { 'POST /v1/payouts': wire() }
    expect(await payouts.send(wish)).toMatchObject({ id: 'pout_00000000000001', reference: wish.reference, state: 'processing' })
    const [first] = asked
    expect(first?.headers['x-payout-idempotency']).toBe(wish.reference)
    expect(first?.body).toEqual({
      account_number: '7878780080316316',
      fund_account_id: wish.accountId,
      amount: 20_000,
      currency: 'INR',
      mode: 'UPI',
      purpose: 'payout',
      queue_if_low_balance: true,
      reference_id: wish.reference,
      narration: 'Talk App',
      notes: { withdrawal: wish.reference },
    })
    await payouts.send(wish)
    expect(asked[1]?.body).toEqual(first?.body)
  })

  it.each([
    ['bank' as const, 50_000_000, 'IMPS'],
    ['bank' as const, 50_000_001, 'NEFT'],
    ['upi' as const, 100, 'UPI'],
  ])('to a %s of %i paise goes by %s', async (type, amount, mode) => {
    answers = { 'POST /v1/payouts': wire({ amount }) }
    await payouts.send({ ...wish, type, amount })
    expect(asked[0]?.body).toMatchObject({ mode })
  })

  it.each([
    ['pending', 'waiting'],
    ['queued', 'waiting'],
    ['scheduled', 'waiting'],
    ['processing', 'processing'],
    ['processed', 'paid'],
    ['reversed', 'returned'],
    ['rejected', 'failed'],
    ['cancelled', 'failed'],
    ['failed', 'failed'],
    ['a_word_of_tomorrow', null],
    ['constructor', null],
  ])('that is %s is %s', async (word, state) => {
    answers = { 'GET /v1/payouts/': wire({ status: word }) }
    expect((await payouts.read('pout_00000000000001')).state).toBe(state)
  })

  it.each([
    ['beneficiary_vpa_invalid', 'payee_invalid'],
    ['bank_account_frozen', 'payee_blocked'],
    ['imps_not_allowed', 'payee_blocked'],
    ['transaction_limit_exceeded', 'bank_limit'],
    ['npci_beneficiary_timeout', 'bank_unavailable'],
    ['a_reason_of_tomorrow', 'other'],
  ])('that failed for %s failed because of %s', async (reason, failure) => {
    answers = { 'GET /v1/payouts/': wire({ status: 'failed', status_details: { reason } }) }
    expect(await payouts.read('pout_00000000000001')).toMatchObject({ state: 'failed', failure })
  })

  it('is found by our id, and no other’s is taken for it', async () => {
    answers = { 'GET /v1/payouts?': { items: [wire({ id: 'pout_00000000000009', reference_id: 'wdr_other' }), wire()] } }
    expect((await payouts.find(wish.reference))?.id).toBe('pout_00000000000001')
    expect(new URLSearchParams(asked[0]?.line.split('?')[1]).get('account_number')).toBe('7878780080316316')
    answers = { 'GET /v1/payouts?': { items: [wire({ reference_id: 'wdr_other' })] } }
    expect(await payouts.find(wish.reference)).toBeUndefined()
  })

  it.each([
    [400, 'refused'],
    [401, 'not_sent'],
    [403, 'not_sent'],
    [409, 'unknown'],
    [429, 'not_sent'],
    [500, 'unknown'],
    [504, 'unknown'],
  ])('answered with %i is %s', async (code, kind) => {
    status = code
    await expect(payouts.send(wish)).rejects.toMatchObject({ kind })
    await expect(payouts.send(wish)).rejects.toBeInstanceOf(PayoutError)
  })

  it('whose answer cannot be read leaves open what happened', async () => {
    answers = { 'POST /v1/payouts': { ...wire(), amount: 'much' } }
    await expect(payouts.send(wish)).rejects.toMatchObject({ kind: 'unknown' })
  })
})

describe('a payee', () => {
  const payee = { reference: 'pay_1', name: 'Jo', type: 'bank' as const, ifsc: 'HDFC0000001', accountNumber: '123456789', holder: 'Jo B' }

  it('is a contact and an account of theirs', async () => {
    answers = { 'POST /v1/contacts': { id: 'cont_1' }, 'POST /v1/fund_accounts': { id: 'fa_1' } }
    expect(await payouts.register(payee)).toBe('fa_1')
    expect(asked.map(({ body }) => body)).toEqual([
      // A name has at least three letters.
      { name: 'Payee Jo', type: 'vendor', reference_id: 'pay_1' },
      {
        contact_id: 'cont_1',
        account_type: 'bank_account',
        bank_account: { name: 'Jo B', ifsc: 'HDFC0000001', account_number: '123456789' },
      },
    ])
  })

  it('with a holder of two letters is one that is taken', async () => {
    answers = { 'POST /v1/contacts': { id: 'cont_1' }, 'POST /v1/fund_accounts': { id: 'fa_1' } }
    await payouts.register({ ...payee, holder: 'Om' })
    expect(asked[1]?.body).toMatchObject({ bank_account: { name: 'Payee Om' } })
  })

  const check = (change: object) => ({ id: 'fav_1', status: 'completed', validation_results: { account_status: 'active' }, ...change })
  it.each([
    [check({ status: 'created', validation_results: null }), { id: 'fav_1', state: 'asked' }],
    [check({ validation_results: { account_status: 'active', registered_name: 'JO B' } }), { state: 'known', registeredName: 'JO B' }],
    [check({ validation_results: { account_status: 'active', registered_name: ' ' } }), { state: 'unclear' }],
    [check({ validation_results: { account_status: 'invalid', registered_name: null } }), { state: 'invalid' }],
    [check({ validation_results: { account_status: 'a_word_of_tomorrow', registered_name: 'JO B' } }), { state: 'unclear' }],
    [check({ status: 'failed' }), { state: 'unclear' }],
  ])('is what the bank says: %j', async (said, expected) => {
    answers = { 'POST /v1/fund_accounts/validations': said, 'GET /v1/fund_accounts/validations/fav_1': said }
    expect(await payouts.check(payee)).toMatchObject(expected)
    expect(await payouts.readCheck('fav_1')).toMatchObject(expected)
    expect(asked[0]?.body).toMatchObject({ source_account_number: '7878780080316316', reference_id: 'pay_1' })
  })
})

describe('a message', () => {
  const body = JSON.stringify({ event: 'payout.processed', payload: { payout: { entity: wire() } } })
  const sign = (text: string, by: string) => createHmac('sha256', by).update(text).digest('hex')
  const verify = (text: string, signature: string) =>
    payouts.verify({ raw: Buffer.from(text), headers: { 'x-razorpay-signature': signature } })

  it('says of which payout it is, when it is signed for its very bytes', () => {
    expect(verify(body, sign(body, secret))).toEqual({
      type: 'payout.processed',
      payoutId: 'pout_00000000000001',
      reference: wish.reference,
      checkId: null,
    })
    expect(verify(`${body} `, sign(body, secret))).toBeUndefined()
    expect(verify(body, sign(body, 'another0secret00'))).toBeUndefined()
  })

  it('is about payouts, or is left to those who take payments', () => {
    const about = (event: unknown) => payouts.isAbout({ raw: Buffer.from(JSON.stringify({ event })) })
    expect([about('payout.failed'), about('fund_account.validation.completed'), about('payment.captured'), about(7)]).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(payouts.isAbout({ raw: Buffer.from('{"event":') })).toBe(false)
  })
})
