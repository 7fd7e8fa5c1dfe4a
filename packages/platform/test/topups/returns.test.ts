import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLogger } from '../../src/base/logger.ts'
import type { TestUser } from '../start-platform.ts'
import { keptBack, send, topupScene, type TopupScene } from './scene.ts'

let scene: TopupScene
const errors: string[] = []
beforeAll(async () => {
  scene = await topupScene({ logger: { ...createLogger('silent'), error: (message) => void errors.push(message) } })
})
afterAll(async () => {
  expect(await scene.platform.trialBalance()).toBe(0)
  await scene.stop()
})

interface Bought {
  readonly user: TestUser
  readonly topupId: string
  readonly orderId: string
  readonly paymentId: string
}

async function bought(packId = 'pack-100'): Promise<Bought> {
  const user = await scene.buyer()
  const { topup, orderId } = await scene.begin(user, packId)
  const { paymentId } = scene.razorpay.control.pay(orderId)
  await scene.platform.quiet()
  return { user, topupId: topup.id, orderId, paymentId }
}

const bucketsOf = async ({ client }: TestUser) => (await client.wallet.get()).buckets
const owedBy = async ({ userId }: TestUser): Promise<number> => {
  const [row] = await scene.rows<{ balance: string }>(
    `select a.balance from ledger_accounts a join users u on u.tenant_id = a.tenant_id and u.id = a.user_id
     where u.host_id = $1 and a.name = 'owed'`,
    [userId],
  )
  return 0 - Number(row?.balance ?? 0)
}
const refund = (topupId: string, wish: { amount?: number; paymentId?: string } = {}) =>
  scene.app.server.topups.refund({ topupId, reason: 'Asked for it', ...wish })
const eventsOf = async (topupId: string): Promise<string[]> =>
  (await scene.app.server.events.list({ objectId: topupId })).data.map(({ type }) => type).reverse()
const refundsAtProvider = (paymentId: string) => scene.razorpay.control.refunds().filter((one) => one.paymentId === paymentId)

describe('a refund', () => {
  it('takes the coins back at once, and the money follows', async () => {
    const { user, topupId, paymentId } = await bought('pack-300')
    const answer = await refund(topupId)
    expect(answer.refund).toMatchObject({
      paymentId,
      amount: 29_900,
      status: 'requested',
      cause: 'operator',
      takenCoins: 315,
      owedCoins: 0,
    })
    expect(answer.topup).toMatchObject({ status: 'refunded', refundedAmount: 29_900 })
    expect(await bucketsOf(user)).toEqual({ bonus: 0, purchased: 0, earned: 0, held: 0 })
    await scene.platform.quiet()
    expect(refundsAtProvider(paymentId)).toMatchObject([{ amount: 29_900, status: 'processed', receipt: answer.refund.id }])
    expect((await scene.app.server.topups.get({ topupId })).refunds).toMatchObject([{ id: answer.refund.id, status: 'processed' }])
    expect((await eventsOf(topupId)).slice(-2)).toEqual(['topup.paid', 'topup.refunded'])
  })

  it('of a part takes as great a part of the coins, and parts of a coin go with the last part', async () => {
    const { user, topupId, paymentId } = await bought('pack-300')
    const parts = [10_000, 10_000, 9_900]
    const left: number[] = []
    for (const amount of parts) {
      expect((await refund(topupId, { amount })).topup.status).toBe(amount === 9_900 ? 'refunded' : 'paid')
      left.push(await scene.balance(user))
      await scene.platform.quiet()
    }
    // Of 300 and 15 coins, for 299 rupees: 100/299 are 100 and 5 whole coins, 200/299 are 200 and 10.
    expect(left).toEqual([210, 105, 0])
    expect(refundsAtProvider(paymentId).map(({ amount }) => amount)).toEqual(parts)
    await expect(refund(topupId)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('of spent coins leaves the rest as a debt, never a balance below zero', async () => {
    const { user, topupId } = await bought()
    await scene.app.server.wallets.debit({ userId: user.userId, coins: 70, reason: 'Spent' })
    const answer = await refund(topupId)
    expect(answer.refund).toMatchObject({ takenCoins: 30, owedCoins: 70 })
    expect(await scene.balance(user)).toBe(0)
    expect(await owedBy(user)).toBe(70)
    await scene.platform.quiet()
    expect(await scene.platform.trialBalance()).toBe(0)
    // What was noted of it is for the record: the buyer reads that it was a refund.
    const { data } = await user.client.wallet.listTransactions({ type: 'reversal' })
    expect(data).toMatchObject([{ coins: -30, owedCoins: 70, description: 'Refund of a top-up' }])
  })

  it('is one, however often the same request comes; two at once share what is left', async () => {
    const { user, topupId, paymentId } = await bought()
    const key = randomUUID()
    const wish = { topupId, amount: 3_300, reason: 'Once' }
    const first = await scene.app.server.topups.refund(wish, { idempotencyKey: key })
    const again = await scene.app.server.topups.refund(wish, { idempotencyKey: key })
    expect(again.refund).toEqual(first.refund)
    const rest = await Promise.allSettled([1, 2, 3].map(() => refund(topupId)))
    expect(rest.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await scene.platform.quiet()
    expect(refundsAtProvider(paymentId).reduce((sum, { amount }) => sum + amount, 0)).toBe(9_900)
    expect(await scene.balance(user)).toBe(0)
  })

  it('is refused of what was not paid, of too much, and of another’s', async () => {
    const user = await scene.buyer()
    const { topup } = await scene.begin(user)
    await expect(refund(topup.id)).rejects.toMatchObject({ code: 'conflict' })
    const { topupId } = await bought()
    await expect(refund(topupId, { amount: 9_901 })).rejects.toMatchObject({ code: 'conflict' })
    for (const amount of [0, -1, 1.5, 1e18]) await expect(refund(topupId, { amount })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(refund(topupId, { paymentId: 'pay_00000000000000' })).rejects.toMatchObject({ code: 'not_found' })
    const foreign = await scene.platform.app('Foreign')
    await expect(foreign.server.topups.refund({ topupId, reason: 'Not mine' })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('made at the provider’s dashboard takes the coins back as well, once for all its messages', async () => {
    const { user, topupId, paymentId } = await bought()
    scene.razorpay.control.faultCallbacks({ action: 'repeat', copies: 5 })
    const refundId = scene.razorpay.control.refund(paymentId, 4_950)
    await scene.platform.quiet()
    scene.razorpay.control.clearFaults()
    expect(await scene.balance(user)).toBe(50)
    const { refunds, status, refundedAmount } = await scene.app.server.topups.get({ topupId })
    expect({ status, refundedAmount }).toEqual({ status: 'paid', refundedAmount: 4_950 })
    expect(refunds).toMatchObject([{ cause: 'provider', amount: 4_950, status: 'processed', takenCoins: 50 }])
    expect(refundId).toMatch(/^rfnd_/)
    scene.razorpay.control.refund(paymentId)
    await scene.platform.quiet()
    expect(await scene.balance(user)).toBe(0)
    expect((await scene.app.server.topups.get({ topupId })).status).toBe('refunded')
  })

  it('that fails gives the coins back and the debt up, and can be asked for again', async () => {
    const { user, topupId, paymentId } = await bought('pack-300')
    await scene.app.server.wallets.debit({ userId: user.userId, coins: 100, bucket: 'purchased', reason: 'Spent' })
    scene.razorpay.control.change({ refundAfterMs: 3_600_000 })
    await refund(topupId)
    await scene.platform.quiet()
    expect(await bucketsOf(user)).toMatchObject({ bonus: 0, purchased: 0 })
    expect(await owedBy(user)).toBe(100)
    expect((await scene.app.server.topups.get({ topupId })).refunds).toMatchObject([{ status: 'pending' }])
    scene.razorpay.control.failRefund(refundsAtProvider(paymentId)[0]?.id ?? '')
    await scene.platform.quiet()
    scene.razorpay.control.change({ refundAfterMs: 0 })
    const shown = await scene.app.server.topups.get({ topupId })
    expect(shown).toMatchObject({ status: 'paid', refundedAmount: 0, refunds: [{ status: 'failed', takenCoins: 0, owedCoins: 0 }] })
    expect(await bucketsOf(user)).toMatchObject({ bonus: 15, purchased: 200 })
    expect(await owedBy(user)).toBe(0)
    expect(await eventsOf(topupId)).toEqual(expect.arrayContaining(['topup.refunded', 'topup.refund_failed']))
    await refund(topupId)
    await scene.platform.quiet()
    expect(await bucketsOf(user)).toMatchObject({ bonus: 0, purchased: 0 })
    expect(await owedBy(user)).toBe(100)
    expect((await scene.app.server.topups.get({ topupId })).status).toBe('refunded')
  })

  it('that the provider refuses gives the coins back', async () => {
    const { user, topupId } = await bought()
    scene.razorpay.control.faultApi({ action: 'fail', method: 'POST', path: '/refund', status: 400 })
    await refund(topupId)
    await scene.platform.quiet()
    expect(await scene.app.server.topups.get({ topupId })).toMatchObject({ status: 'paid', refunds: [{ status: 'failed' }] })
    expect(await scene.balance(user)).toBe(100)
  })

  it('that the provider will not hear of is called out and tried less often after a day, and still followed', async () => {
    const { user, topupId, paymentId } = await bought()
    scene.razorpay.control.faultApi({ action: 'fail', path: '/refund', status: 503, times: 1e6 })
    const { refund: asked } = await refund(topupId)
    errors.length = 0
    await scene.platform.advance(23 * 3_600, 3_600)
    expect(errors).toEqual([])
    await scene.platform.advance(2 * 3_600, 3_600)
    expect(errors).toEqual(['a refund has not come through for a day'])
    const [task] = await scene.rows<{ run_at: Date }>('select run_at from tasks where subject = $1', [asked.id])
    expect((task?.run_at.getTime() ?? 0) - scene.platform.held.now()).toBeGreaterThan(4 * 3_600_000)
    scene.razorpay.control.clearFaults()
    await scene.platform.advance(6 * 3_600, 3_600)
    expect(refundsAtProvider(paymentId)).toMatchObject([{ amount: 9_900, status: 'processed' }])
    expect(await scene.balance(user)).toBe(0)
  })

  it.each(['lose-answer', 'fail'] as const)('is made once when the provider’s answer is lost (%s)', async (action) => {
    const { user, topupId, paymentId } = await bought()
    scene.razorpay.control.faultApi({ action, method: 'POST', path: '/refund', ...(action === 'fail' ? { status: 502 } : {}) })
    await refund(topupId)
    await scene.platform.advance(5)
    expect(refundsAtProvider(paymentId)).toHaveLength(1)
    expect(await scene.app.server.topups.get({ topupId })).toMatchObject({ status: 'refunded', refunds: [{ status: 'processed' }] })
    expect(await scene.balance(user)).toBe(0)
  })

  it('is one when the provider tells of it before it answers, and names it by its own id only', async () => {
    const { user, topupId, orderId, paymentId } = await bought()
    scene.razorpay.control.faultCallbacks({ action: 'hold' })
    scene.razorpay.control.faultApi({ action: 'lose-answer', method: 'POST', path: '/refund' })
    await refund(topupId)
    await expect.poll(() => refundsAtProvider(paymentId)).toHaveLength(1)
    for (const one of keptBack(scene.razorpay, orderId)) {
      const body = one.body.replace(/"receipt":"trf_[0-9a-z]+"/, '"receipt":null').replace(/"notes":\{"refund":"[^"]+"\}/, '"notes":[]')
      expect(body).not.toContain('trf_')
      expect(await send(scene.platform.url, { ...one, body })).toBe(204)
    }
    scene.razorpay.control.clearFaults()
    await scene.platform.advance(5)
    expect((await scene.app.server.topups.get({ topupId })).refunds).toMatchObject([
      { cause: 'operator', status: 'processed', takenCoins: 100 },
    ])
    expect(refundsAtProvider(paymentId)).toHaveLength(1)
    expect([await scene.balance(user), await owedBy(user)]).toEqual([0, 0])
  })

  it('takes what is left when somebody took the coins back by hand before', async () => {
    const { user, topupId } = await bought()
    const [row] = await scene.rows<{ id: string }>("select id from ledger_transactions where reference_id = $1 and type = 'topup'", [
      topupId,
    ])
    await scene.app.server.ledger.reverse({ transactionId: row?.id ?? '', coins: 60, reason: 'By hand' })
    await refund(topupId)
    await scene.platform.quiet()
    expect(await scene.balance(user)).toBe(0)
    expect(await owedBy(user)).toBe(0)
    expect((await scene.app.server.topups.get({ topupId })).status).toBe('refunded')
  })
})

describe('a dispute', () => {
  it('moves no coins while it is open, and takes them back when it is lost', async () => {
    const { user, topupId, paymentId } = await bought()
    const disputeId = scene.razorpay.control.dispute(paymentId)
    await scene.platform.quiet()
    expect((await user.client.topups.get({ topupId })).status).toBe('disputed')
    expect(await scene.balance(user)).toBe(100)
    await expect(refund(topupId)).rejects.toMatchObject({ code: 'conflict' })
    await scene.app.server.wallets.debit({ userId: user.userId, coins: 90, reason: 'Spent meanwhile' })
    scene.razorpay.control.moveDispute(disputeId, 'under_review')
    scene.razorpay.control.moveDispute(disputeId, 'lost')
    await scene.platform.quiet()
    expect(await user.client.topups.get({ topupId })).toMatchObject({ status: 'charged_back', refundedAmount: 9_900 })
    expect(await scene.balance(user)).toBe(0)
    expect(await owedBy(user)).toBe(90)
    expect((await eventsOf(topupId)).slice(-2)).toEqual(['topup.disputed', 'topup.dispute_resolved'])
    await expect(refund(topupId)).rejects.toMatchObject({ code: 'conflict' })
  })

  it.each(['won', 'closed'] as const)('that is %s leaves everything as it was', async (end) => {
    const { user, topupId, paymentId } = await bought()
    scene.razorpay.control.moveDispute(scene.razorpay.control.dispute(paymentId), end)
    await scene.platform.quiet()
    expect((await user.client.topups.get({ topupId })).status).toBe('paid')
    expect(await scene.balance(user)).toBe(100)
  })

  it('told backwards ends the same', async () => {
    const { user, topupId, orderId, paymentId } = await bought()
    scene.razorpay.control.faultCallbacks({ action: 'hold' })
    const disputeId = scene.razorpay.control.dispute(paymentId, { amount: 4_950 })
    scene.razorpay.control.moveDispute(disputeId, 'lost')
    const held = scene.razorpay.control.held().filter(({ key }) => key === orderId)
    scene.razorpay.control.clearFaults()
    await scene.razorpay.control.release(held.map(({ id }) => id).reverse())
    await scene.platform.quiet()
    expect(await user.client.topups.get({ topupId })).toMatchObject({ status: 'paid', refundedAmount: 4_950 })
    expect(await scene.balance(user)).toBe(50)
  })
})
