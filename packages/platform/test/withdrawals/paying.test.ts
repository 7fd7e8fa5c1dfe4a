import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLogger } from '../../src/base/logger.ts'
import { send, signed } from '../topups/scene.ts'
import { upi, withdrawalScene, type WithdrawalScene } from './scene.ts'

let scene: WithdrawalScene
const errors: string[] = []
beforeAll(async () => {
  scene = await withdrawalScene({ logger: { ...createLogger('silent'), error: (message) => void errors.push(message) } })
})
afterAll(() => scene.stop())

const statusOf = async (withdrawalId: string) => (await scene.app.server.withdrawals.get({ withdrawalId })).status

it('pays earned coins out to one’s own UPI id, and says at each step where they are', async () => {
  const { platform, razorpay, app } = scene
  const { client, userId } = await scene.earner({ coins: 500 })
  const made = await client.withdrawals.create({ coins: 200, payee: upi('success@upi') })
  expect(made).toMatchObject({ status: 'requested', coins: 200, amount: 20_000, fee: 0, tax: 0, netAmount: 20_000, currency: 'INR' })
  expect((await client.wallet.get()).buckets).toMatchObject({ earned: 300, held: 200 })
  expect((await client.wallet.listHolds()).data).toMatchObject([{ coins: 200, reference: { type: 'withdrawal', id: made.id } }])
  await platform.advance(12, 4)
  const paid = await client.withdrawals.get({ withdrawalId: made.id })
  expect(paid).toMatchObject({ status: 'paid', waitingFor: null, payee: { display: 'su…@upi', nameCheck: 'match' } })
  expect(paid.bankReference).toMatch(/^[0-9]{12}$/)
  expect((await client.wallet.get()).buckets).toMatchObject({ earned: 300, held: 0 })
  expect(razorpay.control.payouts().filter(({ referenceId }) => referenceId === made.id)).toMatchObject([{ amount: 20_000, mode: 'UPI' }])
  expect((await app.server.withdrawals.list({ userId })).data.map(({ id }) => id)).toEqual([made.id])
  expect(JSON.stringify(await scene.rows('select * from withdrawals'))).not.toContain('success@upi')
  expect(await platform.trialBalance()).toBe(0)
})

it('pays a bank account, a second time without asking the bank again', async () => {
  const { client } = await scene.earner({ coins: 500 })
  const account = { type: 'bank' as const, ifsc: 'hdfc0000001', accountNumber: '1234 5678 9000', name: 'Asha Nair' }
  const first = await client.withdrawals.create({ coins: 100, payee: account })
  await scene.platform.advance(12, 4)
  expect(await client.withdrawals.get({ withdrawalId: first.id })).toMatchObject({ status: 'paid', payee: { display: 'HDFC ••9000' } })
  const again = await client.withdrawals.create({ coins: 100, payee: { type: 'saved', payeeId: first.payee.id } })
  expect(again.payee).toMatchObject({ id: first.payee.id, nameCheck: 'match' })
  await scene.platform.advance(12, 4)
  expect(await statusOf(again.id)).toBe('paid')
  expect((await client.withdrawals.terms({ coins: 50 })).payees).toMatchObject([{ id: first.payee.id }])
})

it('does the same request once', async () => {
  const { client } = await scene.earner()
  const wish = { coins: 100, payee: upi('success@upi') }
  const first = await client.withdrawals.create(wish, { idempotencyKey: 'once' })
  const again = await client.withdrawals.create(wish, { idempotencyKey: 'once' })
  expect(again.id).toBe(first.id)
  await scene.platform.advance(12, 4)
  expect((await client.withdrawals.list()).data).toHaveLength(1)
  expect(scene.razorpay.control.payouts().filter(({ referenceId }) => referenceId === first.id)).toHaveLength(1)
})

it.each([
  ['not verified', { verified: false }, 100, { code: 'kyc_required', status: 403 }],
  ['more than was earned', {}, 1_001, { code: 'insufficient_balance', status: 402 }],
  ['less than the least', {}, 9, { code: 'withdrawal_limit', status: 409 }],
  ['more than a day’s', { coins: 40_000 }, 25_001, { code: 'withdrawal_limit', status: 409 }],
])('refuses what is %s, and holds nothing', async (_, wish, coins, problem) => {
  const { client } = await scene.earner(wish)
  await expect(client.withdrawals.create({ coins, payee: upi('success@upi') })).rejects.toMatchObject(problem)
  expect((await client.wallet.get()).buckets.held).toBe(0)
})

it('lets nobody withdraw what was bought or given, or while they owe', async () => {
  const { platform, app } = scene
  const { client, userId } = await scene.earner({ coins: 50 })
  await app.server.wallets.credit({ userId, coins: 500, reason: 'Bought' })
  await expect(client.withdrawals.create({ coins: 60, payee: upi('success@upi') })).rejects.toMatchObject({ code: 'insufficient_balance' })
  const given = await app.server.wallets.credit({ userId, coins: 700, bucket: 'bonus', reason: 'Mistake' })
  await app.server.wallets.debit({ userId, coins: 700, bucket: 'bonus', reason: 'Spent' })
  await app.server.ledger.reverse({ transactionId: given.transaction.id, reason: 'Mistake' })
  expect(await client.withdrawals.terms()).toMatchObject({ obstacle: 'coins_owed', withdrawable: 0 })
  await expect(client.withdrawals.create({ coins: 20, payee: upi('success@upi') })).rejects.toMatchObject({ code: 'coins_owed' })
  await platform.quiet()
  expect(await platform.trialBalance()).toBe(0)
})

it.each([
  ['invalid@upi', { status: 'rejected', reason: 'payee_invalid' }],
  ['mismatch@upi', { status: 'rejected', reason: 'payee_name_mismatch' }],
  ['failure@upi', { status: 'failed', reason: 'bank_unavailable' }],
])('gives the coins back of a payment to %s', async (vpa, outcome) => {
  const { client } = await scene.earner({ coins: 300 })
  const { id } = await client.withdrawals.create({ coins: 300, payee: upi(vpa) })
  await scene.platform.advance(12, 4)
  expect(await client.withdrawals.get({ withdrawalId: id })).toMatchObject(outcome)
  expect((await client.wallet.get()).buckets).toMatchObject({ earned: 300, held: 0 })
  expect(await scene.platform.trialBalance()).toBe(0)
})

it('keeps what the bank has not confirmed, sends nothing again, and pays it when the bank has', async () => {
  const { platform, razorpay } = scene
  const { client } = await scene.earner({ coins: 300 })
  const { id } = await client.withdrawals.create({ coins: 300, payee: upi('doubt@upi') })
  await platform.advance(12, 4)
  const twoDays = 2 * 24 * 3_600
  await platform.advance(twoDays, twoDays / 4)
  expect(await client.withdrawals.get({ withdrawalId: id })).toMatchObject({ status: 'processing', waitingFor: 'bank' })
  expect((await scene.coins()).inFlight).toBe(300)
  await expect(client.withdrawals.cancel({ withdrawalId: id })).rejects.toMatchObject({ code: 'conflict' })
  await platform.advance(twoDays, twoDays / 4)
  expect(await statusOf(id)).toBe('paid')
  expect(razorpay.control.payouts().filter(({ referenceId }) => referenceId === id)).toHaveLength(1)
})

it('gives back once what the bank returns after it had paid, also when nobody tells', async () => {
  const { platform, razorpay } = scene
  const { client } = await scene.earner({ coins: 300 })
  const { id } = await client.withdrawals.create({ coins: 300, payee: upi('reversed@upi') })
  await platform.quiet()
  await platform.advance(8, 4)
  expect(await statusOf(id)).toBe('paid')
  razorpay.control.faultCallbacks({ action: 'repeat', copies: 2, match: { event: 'payout.reversed' } })
  await platform.advance(12, 4)
  expect(await client.withdrawals.get({ withdrawalId: id })).toMatchObject({ status: 'failed', reason: 'returned_by_bank' })
  expect((await client.wallet.get()).buckets.earned).toBe(300)
  razorpay.control.clearFaults()
  const quiet = await scene.earner({ coins: 200 })
  const silent = await quiet.client.withdrawals.create({ coins: 200, payee: upi('success@upi') })
  await platform.advance(12, 4)
  razorpay.control.faultCallbacks({ action: 'drop', match: { event: 'payout.reversed' } })
  const payout = razorpay.control.payouts().find(({ referenceId }) => referenceId === silent.id)
  razorpay.control.movePayout(payout?.id ?? '', 'reversed')
  await platform.quiet()
  expect(await statusOf(silent.id)).toBe('paid')
  await platform.advance(24 * 3_600 + 60, 6 * 3_600)
  expect(await statusOf(silent.id)).toBe('failed')
  expect((await quiet.client.wallet.get()).buckets.earned).toBe(200)
  razorpay.control.clearFaults()
  expect(await platform.trialBalance()).toBe(0)
})

it('takes a refusal for the end of it only where no earlier try may have arrived', async () => {
  const { platform, razorpay } = scene
  const refuse = (status: number) => razorpay.control.faultApi({ action: 'fail', method: 'POST', path: '/payouts', status })
  const one = await scene.earner({ coins: 100 })
  refuse(400)
  const refused = await one.client.withdrawals.create({ coins: 100, payee: upi('success@upi') })
  await platform.advance(12, 4)
  expect(await one.client.withdrawals.get({ withdrawalId: refused.id })).toMatchObject({ status: 'failed', reason: 'other' })
  const other = await scene.earner({ coins: 100 })
  refuse(500)
  refuse(400)
  const doubtful = await other.client.withdrawals.create({ coins: 100, payee: upi('success@upi') })
  await platform.advance(40, 4)
  expect(await statusOf(doubtful.id)).toBe('paid')
  expect(razorpay.control.payouts().filter(({ referenceId }) => referenceId === doubtful.id)).toHaveLength(1)
})

it('tells an operator of money that moved although its coins are back', async () => {
  const { platform, razorpay } = scene
  const { client } = await scene.earner({ coins: 100 })
  const { id } = await client.withdrawals.create({ coins: 100, payee: upi('failure@upi') })
  await platform.advance(12, 4)
  expect(await statusOf(id)).toBe('failed')
  const [payout] = razorpay.control.payouts().filter(({ referenceId }) => referenceId === id)
  if (payout === undefined) throw new Error('there is no payout')
  payout.status = 'processed'
  const body = JSON.stringify({ event: 'payout.processed', payload: { payout: { entity: { id: payout.id, reference_id: id } } } })
  errors.length = 0
  expect(await send(platform.url, { eventId: 'after-all', body })).toBe(204)
  await platform.quiet()
  expect(errors).toEqual(['a payout was paid whose coins are back'])
  expect(await statusOf(id)).toBe('failed')
  expect(await platform.trialBalance()).toBe(0)
})

it('believes no message, signed or not, but asks', async () => {
  const { platform } = scene
  const { client } = await scene.earner({ coins: 100 })
  const { id } = await client.withdrawals.create({ coins: 100, payee: upi('doubt@upi') })
  await platform.advance(12, 4)
  const [payout] = scene.razorpay.control.payouts().filter(({ referenceId }) => referenceId === id)
  const entity = { id: payout?.id, reference_id: id, status: 'processed', amount: 10_000, currency: 'INR', utr: '000000000000' }
  const body = JSON.stringify({ event: 'payout.processed', payload: { payout: { entity } } })
  expect(await send(platform.url, { eventId: 'forged', body }, signed(body, 'another0secret00'))).toBe(403)
  expect(await send(platform.url, { eventId: 'lies', body })).toBe(204)
  await platform.quiet()
  expect(await statusOf(id)).toBe('processing')
})

it('is found out by the trial balance when a row says other than the ledger', async () => {
  const { client } = await scene.earner({ coins: 100 })
  const { id } = await client.withdrawals.create({ coins: 100, payee: upi('success@upi') })
  await scene.platform.advance(12, 4)
  expect(await scene.platform.trialBalance()).toBe(0)
  await scene.rows('update withdrawals set coins = coins - 1 where id = $1', [id])
  expect(await scene.platform.trialBalance()).toBeGreaterThan(0)
  await scene.rows(`update withdrawals set coins = coins + 1, status = 'canceled', ended_at = created_at where id = $1`, [id])
  expect(await scene.platform.trialBalance()).toBeGreaterThan(0)
  await scene.rows(`update withdrawals set status = 'paid', ended_at = null where id = $1`, [id])
  expect(await scene.platform.trialBalance()).toBe(0)
})
