import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { ask } from '../ask.ts'
import { holdRow } from '../held-row.ts'
import { upi, withdrawalScene, type WithdrawalScene } from './scene.ts'

const hour = 3_600
const day = 24 * hour

let scene: WithdrawalScene
beforeAll(async () => {
  scene = await withdrawalScene()
})
beforeEach(() => scene.app.server.app.update({ withdrawals: null }))
afterAll(() => scene.stop())

const limited = { code: 'withdrawal_limit', status: 409 }

it.each(['0', '-1', '1.5', '1e18', '"5"', 'null', '{}', 'NaN'])('takes no %s coins for an amount', async (coins) => {
  const { client, userId } = await scene.earner({ coins: 100 })
  const { token } = await scene.app.server.users.createToken({ userId })
  const body = `{"coins":${coins},"payee":{"type":"upi","vpa":"success@upi"}}`
  const headers = { 'Idempotency-Key': randomUUID() }
  const answer = await ask(scene.platform.url, { method: 'POST', path: '/v1/withdrawals', body, credential: token, headers })
  expect(answer.status).toBe(400)
  expect((await client.wallet.get()).buckets).toMatchObject({ earned: 100, held: 0 })
})

/** Until so many wait for a lock, or nobody waits for that any more. */
async function waitingForLocks(count: number, isOver = () => false): Promise<void> {
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  while (!isOver() && (await scene.rows(waiting)).length < count) await sleep(5)
}

const earnedOf = (userId: string) =>
  holdRow(
    scene.platform.database,
    `select 1 from ledger_accounts a join users u on u.id = a.user_id where u.host_id = $1 and a.name = 'earned'`,
    [userId],
  )

it('lets one of many at once through where a day has room for one', async () => {
  await scene.app.server.app.update({ withdrawals: { dailyCoins: 100 } })
  const { client, userId } = await scene.earner({ coins: 1_000 })
  const row = await earnedOf(userId)
  const wishes = Array.from({ length: 3 }, () => client.withdrawals.create({ coins: 60, payee: upi('success@upi') }))
  const outcomes = Promise.allSettled(wishes)
  // Each is as far as it comes while the coins cannot move.
  await waitingForLocks(3)
  await row.release()
  expect((await outcomes).filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const one of await outcomes) if (one.status === 'rejected') expect(one.reason).toMatchObject(limited)
  expect((await client.wallet.get()).buckets).toMatchObject({ earned: 940, held: 60 })
})

it('counts a day and a month by India’s clock, and not what came to nothing', async () => {
  await scene.app.server.app.update({ withdrawals: { dailyCoins: 100, monthlyCoins: 150, coolingHours: 720 } })
  const { client } = await scene.earner({ coins: 1_000 })
  const create = (coins: number) => client.withdrawals.create({ coins, payee: upi('success@upi') })
  const { id } = await create(60)
  await expect(create(50)).rejects.toMatchObject(limited)
  expect(await client.withdrawals.terms()).toMatchObject({ dailyCoinsLeft: 40, monthlyCoinsLeft: 90, maxCoins: 40 })
  await client.withdrawals.cancel({ withdrawalId: id })
  await create(100)
  // It is half past two in the afternoon there: the next day begins nine and a half hours later.
  const midnight = Date.parse('2026-01-05T18:30:00Z')
  const seconds = (midnight - scene.platform.held.now()) / 1_000
  await scene.platform.advance(seconds - 1, hour)
  await expect(create(10)).rejects.toMatchObject(limited)
  await scene.platform.advance(1)
  await expect(create(60)).rejects.toMatchObject(limited)
  await create(50)
  await expect(create(10)).rejects.toMatchObject(limited)
  await scene.platform.advance((Date.parse('2026-01-31T18:30:00Z') - midnight) / 1_000, day)
  await create(100)
})

it('sends at most a lakh of rupees by UPI at once, and more to an account', async () => {
  await scene.app.server.app.update({ withdrawals: { dailyCoins: 1_000_000, monthlyCoins: 1_000_000, deductTax: false } })
  const { client } = await scene.earner({ coins: 300_000 })
  const account = { type: 'bank' as const, ifsc: 'HDFC0000001', accountNumber: '123456789000', name: 'Asha Nair' }
  await expect(client.withdrawals.create({ coins: 100_001, payee: upi('success@upi') })).rejects.toMatchObject(limited)
  const made = [await client.withdrawals.create({ coins: 100_000, payee: upi('success@upi') })]
  made.push(await client.withdrawals.create({ coins: 100_001, payee: account }))
  await scene.platform.advance(20, 4)
  expect(made.map(({ id }) => scene.payoutsOf(id).map(({ mode }) => mode))).toEqual([['UPI'], ['IMPS']])
})

it('holds coins and standing together: a rejection waits for what is being asked for, and calls it off', async () => {
  await scene.app.server.app.update({ withdrawals: { coolingHours: 2 } })
  const { client, userId } = await scene.earner({ coins: 300 })
  const [profile] = await scene.rows<{ id: string }>(
    'select p.verified_id as id from kyc_profiles p join users u on u.tenant_id = p.tenant_id and u.id = p.user_id where u.host_id = $1',
    [userId],
  )
  const row = await earnedOf(userId)
  const asked = client.withdrawals.create({ coins: 300, payee: upi('success@upi') })
  await row.waiter()
  let isAnswered = false
  const rejected = ask(scene.platform.url, {
    method: 'POST',
    path: `/v1/kyc/submissions/${profile?.id}/review`,
    body: { decision: 'reject', reasons: ['other'] },
    credential: scene.app.secretKey,
    headers: { 'Idempotency-Key': randomUUID() },
  }).finally(() => (isAnswered = true))
  await waitingForLocks(2, () => isAnswered)
  const hasWaited = !isAnswered
  await row.release()
  const [{ id: withdrawalId }, answer] = await Promise.all([asked, rejected])
  expect([hasWaited, answer.status, (await client.me.get()).kycStatus]).toEqual([true, 200, 'rejected'])
  expect(await client.withdrawals.get({ withdrawalId })).toMatchObject({ status: 'canceled', reason: 'kyc_lost' })
  expect((await client.wallet.get()).buckets).toMatchObject({ earned: 300, held: 0 })
})

it('waits where it is while the provider is away for a day, and ends by itself', async () => {
  const { platform, razorpay } = scene
  const known = await scene.earner({ coins: 300 })
  await known.client.withdrawals.create({ coins: 100, payee: upi('success@upi') })
  await platform.advance(12, 4)
  razorpay.control.faultApi({ action: 'fail', status: 503, times: 1e6 })
  const fresh = await scene.earner({ coins: 300 })
  const unchecked = await fresh.client.withdrawals.create({ coins: 200, payee: upi('success@upi') })
  const unsent = await known.client.withdrawals.create({ coins: 200, payee: upi('success@upi') })
  await platform.advance(day, hour / 4)
  expect(await fresh.client.withdrawals.get({ withdrawalId: unchecked.id })).toMatchObject({
    status: 'requested',
    waitingFor: 'payee_check',
  })
  expect(await known.client.withdrawals.get({ withdrawalId: unsent.id })).toMatchObject({ status: 'processing', waitingFor: 'bank' })
  razorpay.control.clearFaults()
  await platform.advance(hour, hour / 4)
  await platform.advance(20, 4)
  for (const { id } of [unchecked, unsent]) {
    expect(await scene.app.server.withdrawals.get({ withdrawalId: id })).toMatchObject({ status: 'paid' })
    expect(scene.payoutsOf(id)).toHaveLength(1)
  }
  expect(await platform.trialBalance()).toBe(0)
})
