import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { heldClock } from '../../kit/clock.ts'
import { type RazorpaySandbox, startRazorpaySandbox } from '../server.ts'
import { type Merchant, pick, startMerchant, text, WEBHOOK_SECRET } from '../test-merchant.ts'

let sandbox: RazorpaySandbox
let merchant: Merchant
beforeEach(async () => {
  merchant = await startMerchant()
  sandbox = await startRazorpaySandbox({ clock: heldClock(), webhook: { url: merchant.url, secret: WEBHOOK_SECRET } })
})
afterEach(async () => {
  await sandbox.close()
  await merchant.close()
})

interface Answer {
  readonly status: number
  readonly json: unknown
}

/** A request as the documentation writes it. */
async function ask(method: 'GET' | 'POST', path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(`${sandbox.url}/v1/${path}`, {
    method,
    body: body === undefined ? null : JSON.stringify(body),
    headers: {
      ...headers,
      authorization: `Basic ${Buffer.from(`${sandbox.keyId}:${sandbox.keySecret}`).toString('base64')}`,
      'content-type': 'application/json',
    },
  })
  return { status: answer.status, json: await answer.json() }
}

const contact = { name: 'Asha Verma', email: 'asha@example.com', contact: '9000090000', type: 'vendor', reference_id: 'pay_1' }

async function accountOf(address: string): Promise<string> {
  const { json } = await ask('POST', 'contacts', contact)
  const account = { contact_id: text(json, 'id'), account_type: 'vpa', vpa: { address } }
  return text((await ask('POST', 'fund_accounts', account)).json, 'id')
}

const payout = async (address: string, change: object = {}) => ({
  account_number: sandbox.payoutAccount,
  fund_account_id: await accountOf(address),
  amount: 20_000,
  currency: 'INR',
  mode: 'UPI',
  purpose: 'payout',
  queue_if_low_balance: true,
  reference_id: 'wdr_1',
  narration: 'Talk App',
  notes: { withdrawal: 'wdr_1' },
  ...change,
})
const send = (body: object, key = 'wdr_1') => ask('POST', 'payouts', body, { 'X-Payout-Idempotency': key })
const statusOf = async (id: string) => text((await ask('GET', `payouts/${id}`)).json, 'status')

it('knows the same person and the same account again', async () => {
  const first = await accountOf('success@upi')
  expect(await accountOf('success@upi')).toBe(first)
  expect(await accountOf('other@upi')).not.toBe(first)
  expect(pick((await ask('GET', 'contacts')).json, 'count')).toBe(1)
  expect((await ask('POST', 'contacts', { name: 'Jo' })).status).toBe(400)
})

it('sends nothing without an idempotency key, and one payout for one', async () => {
  const body = await payout('success@upi')
  expect((await ask('POST', 'payouts', body)).status).toBe(400)
  expect((await send(body, 'no')).status).toBe(400)
  const [first, again] = [await send(body), await send(body)]
  expect(text(first.json, 'status')).toBe('processing')
  expect(text(again.json, 'id')).toBe(text(first.json, 'id'))
  expect((await send({ ...body, amount: 20_100 })).status).toBe(400)
  const { json } = await ask('GET', `payouts?account_number=${sandbox.payoutAccount}&reference_id=wdr_1`)
  expect(pick(json, 'count')).toBe(1)
})

it.each([
  ['success@upi', ['payout.initiated', 'payout.processed'], 'processed'],
  ['failure@upi', ['payout.initiated', 'payout.failed'], 'failed'],
  ['reversed@upi', ['payout.initiated', 'payout.processed', 'payout.reversed'], 'reversed'],
  ['doubt@upi', ['payout.initiated'], 'processing'],
  ['queued@upi', ['payout.queued'], 'queued'],
])('does with %s what its name says, and tells of it signed', async (address, events, status) => {
  const { json } = await send(await payout(address))
  await sandbox.control.advance(60_000)
  expect(await statusOf(text(json, 'id'))).toBe(status)
  expect(merchant.events()).toEqual(events)
  for (const { body, signature } of merchant.seen) expect(signature).toBe(createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex'))
  await sandbox.control.advance(3 * 24 * 3_600_000)
  expect(await statusOf(text(json, 'id'))).toBe(address === 'doubt@upi' ? 'processed' : status)
})

it('lets payouts wait for money, or go back while they wait', async () => {
  sandbox.control.setBalance(10_000)
  const ids = [text((await send(await payout('success@upi'))).json, 'id'), text((await send(await payout('b@upi'), 'wdr_2')).json, 'id')]
  expect(await Promise.all(ids.map(statusOf))).toEqual(['queued', 'queued'])
  expect((await send(await payout('success@upi', { queue_if_low_balance: false }), 'wdr_3')).status).toBe(400)
  expect(text((await ask('POST', `payouts/${ids[1]}/cancel`, {})).json, 'status')).toBe('cancelled')
  sandbox.control.setBalance(1_000_000)
  await sandbox.control.advance(60_000)
  expect(await Promise.all(ids.map(statusOf))).toEqual(['processed', 'cancelled'])
  expect((await ask('POST', `payouts/${ids[0]}/cancel`, {})).status).toBe(400)
})

it.each([
  ['success@upi', 'completed', 'active', 'ASHA VERMA'],
  ['mismatch@upi', 'completed', 'active', 'GIRISH KARNAD PATIL'],
  ['nameless@upi', 'completed', 'active', null],
  ['invalid@upi', 'completed', 'invalid', null],
  ['unavailable@upi', 'failed', null, null],
])('asks the bank whose %s is', async (address, status, accountStatus, name) => {
  const asked = await ask('POST', 'fund_accounts/validations', {
    source_account_number: sandbox.payoutAccount,
    reference_id: 'pay_1',
    validation_type: 'optimized',
    fund_account: { account_type: 'vpa', vpa: { address }, contact },
  })
  expect(text(asked.json, 'status')).toBe('created')
  await sandbox.control.advance(1_000)
  const { json } = await ask('GET', `fund_accounts/validations/${text(asked.json, 'id')}`)
  expect([pick(json, 'status'), pick(json, 'validation_results', 'account_status')]).toEqual([status, accountStatus])
  expect(pick(json, 'validation_results', 'registered_name')).toBe(name)
  expect(merchant.events()).toEqual([`fund_account.validation.${status}`])
})

it.each([
  ['an amount below a rupee', { amount: 99 }],
  ['another currency', { currency: 'USD' }],
  ['a way that the account does not have', { mode: 'IMPS' }],
  ['more than UPI takes', { amount: 10_000_100 }],
  ['a purpose of nobody', { purpose: 'fun' }],
  ['signs in the narration', { narration: 'Talk & App' }],
  ['another account', { account_number: '1' }],
])('refuses %s', async (_, change) => expect((await send(await payout('success@upi', change))).status).toBe(400))
