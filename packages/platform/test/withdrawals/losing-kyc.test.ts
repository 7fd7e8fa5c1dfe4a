import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask } from '../ask.ts'
import type { TestUser } from '../start-platform.ts'
import { upi, withdrawalScene, type WithdrawalScene } from './scene.ts'

let scene: WithdrawalScene
beforeAll(async () => {
  scene = await withdrawalScene()
  // Banks that answer at once: what happens, happens in one moment of the held clock.
  scene.razorpay.control.change({ validateAfterMs: 0, payoutAfterMs: 0 })
})
afterAll(() => scene.stop())

async function submissionOf({ userId }: TestUser): Promise<string> {
  const [row] = await scene.rows<{ id: string }>(
    'select p.verified_id as id from kyc_profiles p join users u on u.tenant_id = p.tenant_id and u.id = p.user_id where u.host_id = $1',
    [userId],
  )
  return row?.id ?? ''
}

const reopened = { decision: 'reopen', note: 'Looked again' }
const rejected = { decision: 'reject', reasons: ['other'], note: 'Not theirs' }

/** Takes the verification away; answers what a reviewer is answered. */
async function takeAway(user: TestUser, body: object = reopened): Promise<number> {
  const path = `/v1/kyc/submissions/${await submissionOf(user)}/review`
  const headers = { 'Idempotency-Key': randomUUID() }
  return (await ask(scene.platform.url, { method: 'POST', path, body, credential: scene.app.secretKey, headers })).status
}

type Withdrawal = Awaited<ReturnType<TestUser['client']['withdrawals']['get']>>

/** How it stands once it has come so far. A machine under load lets steps fail, which are taken again a little later by the held clock. */
async function reached({ client }: TestUser, withdrawalId: string, status: Withdrawal['status'], isSent = false): Promise<Withdrawal> {
  for (let steps = 0; ; steps++) {
    await scene.platform.quiet()
    const one = await client.withdrawals.get({ withdrawalId })
    const isThere = one.status === status && (!isSent || scene.payoutsOf(withdrawalId).length > 0)
    if (isThere || steps === 60) return one
    await scene.platform.advance(4, 4)
  }
}

/** People whose UPI ids the bank has told of: what they ask for next is sent at once. */
async function knownEarners(count: number, coins: number): Promise<TestUser[]> {
  const people = await Promise.all(Array.from({ length: count }, () => scene.earner({ coins: coins + 10 })))
  const first = await Promise.all(people.map(({ client }) => client.withdrawals.create({ coins: 10, payee: upi('success@upi') })))
  for (const [n, user] of people.entries()) expect((await reached(user, first[n]?.id ?? '', 'paid')).status).toBe('paid')
  return people
}

async function knownEarner(coins: number): Promise<TestUser> {
  const [user] = await knownEarners(1, coins)
  if (user === undefined) throw new Error('there is nobody')
  return user
}

it('calls off what has not been sent, and gives the coins back', async () => {
  const { app, platform } = scene
  await app.server.app.update({ withdrawals: { coolingHours: 1 } })
  const user = await scene.earner({ coins: 300 })
  const { id: withdrawalId } = await user.client.withdrawals.create({ coins: 300, payee: upi('success@upi') })
  expect(await reached(user, withdrawalId, 'approved')).toMatchObject({ status: 'approved', waitingFor: 'cooling' })
  expect(await takeAway(user)).toBe(200)
  expect(await user.client.withdrawals.get({ withdrawalId })).toMatchObject({ status: 'canceled', reason: 'kyc_lost' })
  expect((await user.client.wallet.get()).buckets).toMatchObject({ earned: 300, held: 0 })
  await expect(user.client.withdrawals.create({ coins: 300, payee: upi('success@upi') })).rejects.toMatchObject({ code: 'kyc_required' })
  await app.server.app.update({ withdrawals: null })
  await platform.advance(2 * 3_600, 3_600)
  expect(scene.payoutsOf(withdrawalId)).toHaveLength(0)
})

it('calls back what the provider has and has not begun', async () => {
  const { platform, razorpay } = scene
  const user = await scene.earner({ coins: 300 })
  const { id: withdrawalId } = await user.client.withdrawals.create({ coins: 300, payee: upi('queued@upi') })
  expect(await reached(user, withdrawalId, 'processing', true)).toMatchObject({ status: 'processing', waitingFor: 'bank' })
  expect(scene.payoutsOf(withdrawalId)).toHaveLength(1)
  expect(await takeAway(user)).toBe(200)
  expect(await reached(user, withdrawalId, 'failed')).toMatchObject({ status: 'failed', reason: 'kyc_lost' })
  expect((await user.client.wallet.get()).buckets.earned).toBe(300)
  razorpay.control.setBalance(10_000_000_000)
  await platform.quiet()
  expect(scene.payoutsOf(withdrawalId)).toMatchObject([{ status: 'cancelled' }])
  expect(await platform.trialBalance()).toBe(0)
})

it('is not acknowledged while something is being sent', async () => {
  const { platform, razorpay } = scene
  const user = await knownEarner(300)
  razorpay.control.faultApi({ action: 'stall', method: 'POST', path: '/payouts' })
  // A message that it has arrived would end the waiting.
  razorpay.control.faultCallbacks({ action: 'drop' })
  const { id: withdrawalId } = await user.client.withdrawals.create({ coins: 300, payee: upi('success@upi') })
  for (let looks = 1; scene.payoutsOf(withdrawalId).length === 0; looks++) {
    await sleep(10)
    // A step that failed is taken again by the held clock.
    if (looks % 100 === 0) await platform.held.advance(1_000)
  }
  expect(await takeAway(user)).toBe(503)
  expect((await user.client.me.get()).kycStatus).toBe('verified')
  // Its time is over by the clock; the answer never comes.
  await platform.held.advance(20_000)
  expect(await takeAway(user)).toBe(200)
  razorpay.control.clearFaults()
  expect((await reached(user, withdrawalId, 'paid')).status).toBe('paid')
  expect(scene.payoutsOf(withdrawalId)).toHaveLength(1)
  expect(await platform.trialBalance()).toBe(0)
})

it('waits for no provider that is down, and concludes that what never arrived was never sent', async () => {
  const { platform, razorpay } = scene
  const user = await knownEarner(300)
  razorpay.control.faultApi({ action: 'fail', status: 500, path: '/payouts', times: 1e6 })
  const { id: withdrawalId } = await user.client.withdrawals.create({ coins: 300, payee: upi('success@upi') })
  expect(await reached(user, withdrawalId, 'processing')).toMatchObject({ status: 'processing' })
  await platform.advance(3_600, 600)
  expect(await takeAway(user)).toBe(200)
  expect((await user.client.withdrawals.get({ withdrawalId })).status).toBe('processing')
  razorpay.control.clearFaults()
  await platform.advance(3_600, 600)
  expect(await reached(user, withdrawalId, 'failed')).toMatchObject({ status: 'failed', reason: 'kyc_lost' })
  expect(scene.payoutsOf(withdrawalId)).toHaveLength(0)
  expect(await platform.trialBalance()).toBe(0)
})

it('sends nothing after its loss was acknowledged, whenever that falls', async () => {
  const { platform } = scene
  const people = await knownEarners(12, 100)
  const outcomes = await Promise.all(
    people.map(async (user, n) => {
      const { id } = await user.client.withdrawals.create({ coins: 100, payee: upi('success@upi') })
      await sleep(n * 8)
      for (;;) {
        const answer = await takeAway(user, n % 2 === 0 ? rejected : reopened)
        if (answer === 200) return { id, sent: scene.payoutsOf(id).length }
        expect(answer).toBe(503)
        await sleep(2)
      }
    }),
  )
  await platform.quiet()
  await platform.advance(3_600, 600)
  for (const { id, sent } of outcomes) expect(scene.payoutsOf(id), id).toHaveLength(sent)
  expect(await platform.trialBalance()).toBe(0)
})
