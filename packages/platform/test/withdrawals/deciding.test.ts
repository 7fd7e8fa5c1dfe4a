import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { upi, withdrawalScene, type WithdrawalScene } from './scene.ts'

const hour = 3_600

let scene: WithdrawalScene
beforeAll(async () => {
  scene = await withdrawalScene()
})
beforeEach(() => scene.app.server.app.update({ withdrawals: null }))
afterAll(() => scene.stop())

it('leaves a name that the bank does not tell to a person, and remembers what they said', async () => {
  const { app, platform } = scene
  const { client } = await scene.earner({ coins: 400 })
  const { id: withdrawalId } = await client.withdrawals.create({ coins: 200, payee: upi('nameless@upi') })
  await platform.advance(12, 4)
  const waiting = await client.withdrawals.get({ withdrawalId })
  expect(waiting).toMatchObject({ status: 'requested', waitingFor: 'review', payee: { nameCheck: 'review' } })
  expect((await app.server.withdrawals.list({ review: 'true' })).data.map(({ id }) => id)).toEqual([withdrawalId])
  expect(await app.server.withdrawals.payee({ withdrawalId, reason: 'To look' })).toEqual({
    type: 'upi',
    vpa: 'nameless@upi',
    registeredName: null,
  })
  await app.server.withdrawals.approve({ withdrawalId })
  await platform.advance(12, 4)
  expect((await client.withdrawals.get({ withdrawalId })).status).toBe('paid')
  const again = await client.withdrawals.create({ coins: 200, payee: upi('nameless@upi') })
  await platform.advance(12, 4)
  expect((await client.withdrawals.get({ withdrawalId: again.id })).status).toBe('paid')
  const acts = await scene.rows<{ action: string }>('select action from audit where subject = $1 order by id', [withdrawalId])
  expect(acts.map(({ action }) => action)).toEqual(['withdrawal.payee_revealed', 'withdrawal.approved'])
})

it('asks a person above the app’s own limit, and gives back what they refuse', async () => {
  const { app, platform } = scene
  await app.server.app.update({ withdrawals: { reviewAboveCoins: 100 } })
  const { client } = await scene.earner({ coins: 400 })
  const small = await client.withdrawals.create({ coins: 100, payee: upi('success@upi') })
  const { id: withdrawalId } = await client.withdrawals.create({ coins: 101, payee: upi('success@upi') })
  await platform.advance(12, 4)
  expect((await client.withdrawals.get({ withdrawalId: small.id })).status).toBe('paid')
  const refused = await app.server.withdrawals.reject({ withdrawalId, reason: 'Looks odd' })
  expect(refused).toMatchObject({ status: 'rejected', reason: 'rejected_by_app' })
  expect(JSON.stringify(refused)).not.toContain('Looks odd')
  await expect(app.server.withdrawals.approve({ withdrawalId })).rejects.toMatchObject({ code: 'conflict' })
  expect((await client.wallet.get()).buckets).toMatchObject({ earned: 300, held: 0 })
})

it('lets a new payee cool down, meanwhile lets their owner change their mind, and then is quick', async () => {
  const { app, platform } = scene
  await app.server.app.update({ withdrawals: { coolingHours: 24 } })
  const { client } = await scene.earner({ coins: 400 })
  const first = await client.withdrawals.create({ coins: 100, payee: upi('success@upi') })
  const second = await client.withdrawals.create({ coins: 100, payee: upi('success@upi') })
  await platform.advance(12, 4)
  expect(await client.withdrawals.get({ withdrawalId: first.id })).toMatchObject({ status: 'approved', waitingFor: 'cooling' })
  expect(await client.withdrawals.cancel({ withdrawalId: second.id })).toMatchObject({ status: 'canceled', reason: 'canceled_by_user' })
  await expect(client.withdrawals.cancel({ withdrawalId: second.id })).rejects.toMatchObject({ code: 'conflict' })
  await platform.advance(23 * hour, 23 * hour)
  expect(scene.payoutsOf(first.id)).toHaveLength(0)
  await platform.advance(hour + 5, hour)
  expect((await client.withdrawals.get({ withdrawalId: first.id })).status).toBe('paid')
  const third = await client.withdrawals.create({ coins: 100, payee: upi('success@upi') })
  await platform.advance(12, 4)
  expect((await client.withdrawals.get({ withdrawalId: third.id })).status).toBe('paid')
  expect(scene.payoutsOf(second.id)).toHaveLength(0)
})

it('is paid by hand once, by those who were shown the account, and never sent', async () => {
  const { app, platform } = scene
  await app.server.app.update({ withdrawals: { method: 'hand' } })
  const { client, userId } = await scene.earner({ coins: 400 })
  const account = { type: 'bank' as const, ifsc: 'SBIN0000001', accountNumber: '123456789012', name: 'Asha Nair' }
  const { id: withdrawalId } = await client.withdrawals.create({ coins: 100, payee: account })
  await platform.quiet()
  expect(await client.withdrawals.get({ withdrawalId })).toMatchObject({ status: 'approved', waitingFor: 'payment', method: 'hand' })
  const shown = await app.server.withdrawals.payee({ withdrawalId, reason: 'To pay' })
  expect(shown).toMatchObject(account)
  const paid = await app.server.withdrawals.markPaid({ withdrawalId, bankReference: 'N12345678' })
  expect(paid).toMatchObject({ status: 'paid', bankReference: 'N12345678' })
  await expect(app.server.withdrawals.markPaid({ withdrawalId, bankReference: 'N99999999' })).rejects.toMatchObject({ code: 'conflict' })
  await app.server.app.update({ withdrawals: null })
  await platform.advance(60, 30)
  expect(scene.payoutsOf(withdrawalId)).toHaveLength(0)
  const { lines, totals } = await app.server.withdrawals.statement({ userId, year: 2025 })
  expect(lines).toMatchObject([{ id: withdrawalId, bankReference: 'N12345678' }])
  expect(totals).toMatchObject([{ count: 1, coins: 100, amount: 10_000, netAmount: 10_000, currency: 'INR' }])
  expect(await platform.trialBalance()).toBe(0)
})

it('deducts fee and tax, and states them for the year', async () => {
  const { app, platform, razorpay } = scene
  await app.server.app.update({ withdrawals: { coinAmount: 90, feeAmount: 500, feeBasisPoints: 100 } })
  const { client } = await scene.earner({ coins: 1_000, pan: null })
  await scene.rows(`update kyc_submissions set type = 'driving_license' where id = (select max(id) from kyc_submissions)`)
  const lines = { amount: 90_000, fee: 1_400, tax: 4_500, netAmount: 84_100 }
  expect((await client.withdrawals.terms({ coins: 1_000 })).quote).toMatchObject({ ...lines, taxRule: '194-O' })
  const made = await client.withdrawals.create({ coins: 1_000, payee: upi('success@upi') })
  expect(made).toMatchObject(lines)
  await platform.advance(12, 4)
  expect(razorpay.control.payouts().find(({ referenceId }) => referenceId === made.id)?.amount).toBe(84_100)
  const statement = await client.withdrawals.statement({ year: 2025 })
  expect(statement).toMatchObject({ label: '2025-26', panLastFour: null, totals: [{ count: 1, ...lines, currency: 'INR' }] })
  await scene.rows(
    `insert into withdrawals (id, tenant_id, user_id, payee_id, mode, method, status, coins, amount, fee, tax, currency, send_after, created_at,
       updated_at, sent_at, paid_at)
     select 'wdr_other', tenant_id, user_id, payee_id, mode, 'hand', 'paid', 10, 1000, 0, 0, 'USD', send_after, created_at, updated_at, sent_at, paid_at
     from withdrawals where id = $1`,
    [made.id],
  )
  const two = (await client.withdrawals.statement({ year: 2025 })).totals
  expect(two).toMatchObject([
    { currency: 'INR', ...lines },
    { currency: 'USD', count: 1, amount: 1_000, netAmount: 1_000 },
  ])
  await scene.rows("delete from withdrawals where id = 'wdr_other'")
  const before = await client.withdrawals.statement({ year: 2024 })
  expect([before.lines, before.totals]).toEqual([[], []])
})

it('tells hosts of each step, without the account', async () => {
  const { app, platform } = scene
  await app.server.webhookEndpoints.create({ url: `${platform.url}/nowhere`, types: ['withdrawal.*'] })
  const { client } = await scene.earner({ coins: 100 })
  const { id } = await client.withdrawals.create({ coins: 100, payee: upi('9876543210@upi') })
  await platform.advance(12, 4)
  const told = (await app.server.events.list({ limit: 20 })).data.filter(({ data }) => 'payee' in data && data.id === id)
  expect(told.map(({ type }) => type)).toEqual(['withdrawal.paid', 'withdrawal.processing', 'withdrawal.approved', 'withdrawal.requested'])
  expect(JSON.stringify(told)).not.toContain('9876543210')
})

it('shows nobody the withdrawals of others, nor lets them decide', async () => {
  const { platform, app } = scene
  const [one, other] = [await scene.earner(), await scene.earner()]
  const { id: withdrawalId, payee } = await one.client.withdrawals.create({ coins: 100, payee: upi('success@upi') })
  await expect(other.client.withdrawals.get({ withdrawalId })).rejects.toMatchObject({ code: 'not_found' })
  await expect(other.client.withdrawals.cancel({ withdrawalId })).rejects.toMatchObject({ code: 'not_found' })
  await expect(other.client.withdrawals.create({ coins: 100, payee: { type: 'saved', payeeId: payee.id } })).rejects.toMatchObject({
    code: 'invalid_request',
  })
  const elsewhere = await platform.app('Elsewhere')
  await expect(elsewhere.server.withdrawals.reject({ withdrawalId, reason: 'Not mine' })).rejects.toMatchObject({ code: 'not_found' })
  await app.server.users.delete({ userId: one.userId })
  await platform.advance(12, 4)
  expect(await scene.rows('select 1 from payees where id = $1 and cipher is not null', [payee.id])).toHaveLength(0)
  expect(scene.payoutsOf(withdrawalId)).toHaveLength(0)
  expect(await platform.trialBalance()).toBe(0)
})

it('pays nothing out to somebody who came to owe coins meanwhile', async () => {
  const { app, platform } = scene
  await app.server.app.update({ withdrawals: { coolingHours: 2 } })
  const { client, userId } = await scene.earner({ coins: 300 })
  const { id: withdrawalId } = await client.withdrawals.create({ coins: 300, payee: upi('success@upi') })
  await platform.advance(12, 4)
  expect(await client.withdrawals.get({ withdrawalId })).toMatchObject({ status: 'approved', waitingFor: 'cooling' })
  const given = await app.server.wallets.credit({ userId, coins: 700, bucket: 'bonus', reason: 'Mistake' })
  await app.server.wallets.debit({ userId, coins: 700, bucket: 'bonus', reason: 'Spent' })
  await app.server.ledger.reverse({ transactionId: given.transaction.id, reason: 'Mistake' })
  await platform.advance(3 * hour, hour)
  expect(await client.withdrawals.get({ withdrawalId })).toMatchObject({ status: 'canceled', reason: 'canceled_by_app' })
  expect(scene.payoutsOf(withdrawalId)).toHaveLength(0)
  expect(await platform.trialBalance()).toBe(0)
})

it('takes a payment by hand for no proof of whose account it is', async () => {
  const { app, platform } = scene
  await app.server.app.update({ withdrawals: { method: 'hand', approval: 'by_hand' } })
  const { client } = await scene.earner({ coins: 400 })
  const { id: withdrawalId } = await client.withdrawals.create({ coins: 100, payee: upi('mismatch@upi') })
  await platform.quiet()
  await app.server.withdrawals.approve({ withdrawalId })
  await app.server.withdrawals.markPaid({ withdrawalId, bankReference: 'N12345679' })
  await app.server.app.update({ withdrawals: null })
  const again = await client.withdrawals.create({ coins: 100, payee: upi('mismatch@upi') })
  await platform.advance(12, 4)
  const rejected = { status: 'rejected', reason: 'payee_name_mismatch' }
  expect(await client.withdrawals.get({ withdrawalId: again.id })).toMatchObject(rejected)
})

it('leaves to a person whom the provider refuses to ask about', async () => {
  const { platform, razorpay } = scene
  const { client } = await scene.earner({ coins: 400 })
  razorpay.control.faultApi({ action: 'fail', method: 'POST', path: '/validations', status: 400 })
  const { id: withdrawalId } = await client.withdrawals.create({ coins: 100, payee: upi('success@upi') })
  await platform.advance(12, 4)
  expect(await client.withdrawals.get({ withdrawalId })).toMatchObject({ status: 'requested', waitingFor: 'review' })
})
