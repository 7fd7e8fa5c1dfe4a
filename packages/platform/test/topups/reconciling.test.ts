import type { Topup } from '@impacthub/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { confirm, topupScene, type TopupScene } from './scene.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour

let scene: TopupScene
beforeAll(async () => {
  scene = await topupScene()
})
afterAll(() => scene.stop())

const asked = (orderId: string): Promise<number> =>
  scene
    .rows<{ n: number }>('select attempt as n from tasks where kind = $1 and subject = (select id from topups where order_id = $2)', [
      'topup.ask',
      orderId,
    ])
    .then(([row]) => row?.n ?? 0)

describe('what nobody told', () => {
  it('is asked for after five minutes', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user)
    scene.razorpay.control.pay(orderId, { outcome: 'silent' })
    await scene.platform.advance(4 * minute, minute)
    expect(await scene.balance(user)).toBe(0)
    await scene.platform.advance(2 * minute, minute)
    expect(await scene.balance(user)).toBe(100)
    expect((await user.client.topups.get({ topupId: topup.id })).status).toBe('paid')
  })

  it('comes late, and is found on a later day', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user)
    const { paymentId } = scene.razorpay.control.pay(orderId, { outcome: 'silent' })
    const other = await scene.begin(user)
    const late = scene.razorpay.control.pay(other.orderId, { outcome: 'pending' })
    scene.razorpay.control.faultCallbacks({ action: 'drop' })
    await scene.platform.advance(2 * day, 6 * hour)
    expect(paymentId).not.toBe(late.paymentId)
    expect((await user.client.topups.get({ topupId: other.topup.id })).status).toBe('failed')
    scene.razorpay.control.authorizeLate(late.paymentId)
    await scene.platform.advance(day, 6 * hour)
    scene.razorpay.control.clearFaults()
    expect((await user.client.topups.get({ topupId: other.topup.id })).status).toBe('paid')
    expect((await user.client.topups.get({ topupId: topup.id })).status).toBe('paid')
    expect(await scene.balance(user)).toBe(200)
  })

  it('is asked for with growing gaps, daily at last, and given up after four days', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user)
    await scene.platform.advance(hour, 5 * minute)
    const inFirstHour = await asked(orderId)
    expect(inFirstHour).toBeGreaterThanOrEqual(3)
    await scene.platform.advance(4 * day, 2 * hour)
    expect(await user.client.topups.get({ topupId: topup.id })).toMatchObject({ status: 'expired', checkout: null })
    expect(await scene.rows('select 1 from tasks where kind = $1 and subject = $2', ['topup.ask', topup.id])).toEqual([])
    const { data } = await scene.app.server.events.list({ objectId: topup.id, type: 'topup.expired' })
    expect(data).toHaveLength(1)
  })

  it('is money all the same when it comes after that', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user)
    await scene.platform.advance(4 * day + hour, 4 * hour)
    expect((await user.client.topups.get({ topupId: topup.id })).status).toBe('expired')
    scene.razorpay.control.pay(orderId)
    await scene.platform.quiet()
    expect((await user.client.topups.get({ topupId: topup.id })).status).toBe('paid')
    expect(await scene.balance(user)).toBe(100)
  })

  it('that was promised and never taken goes back to the payer by itself', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user)
    const { response } = scene.razorpay.control.pay(orderId, { outcome: 'authorized' })
    await confirm(user.client, topup.id, response)
    await scene.platform.advance(3 * day + hour, 4 * hour)
    expect((await user.client.topups.get({ topupId: topup.id })).status).toBe('created')
    expect((await scene.app.server.topups.get({ topupId: topup.id })).payments).toMatchObject([{ status: 'returned', outcome: null }])
    await scene.platform.advance(day, 4 * hour)
    expect((await user.client.topups.get({ topupId: topup.id })).status).toBe('expired')
    expect(await scene.balance(user)).toBe(0)
  })
})

describe('of what was paid', () => {
  it('a second payment that nobody told of comes to light and goes back', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user)
    const { response } = scene.razorpay.control.pay(orderId)
    await confirm(user.client, topup.id, response)
    await scene.platform.quiet()
    const fault = { action: 'drop' } as const
    scene.razorpay.control.faultCallbacks(fault)
    const second = await scene.begin(user)
    scene.razorpay.control.pay(second.orderId, { outcome: 'double' })
    await scene.platform.advance(10 * minute, minute)
    scene.razorpay.control.clearFaults()
    expect((await scene.app.server.topups.get({ topupId: second.topup.id })).refunds).toMatchObject([
      { cause: 'duplicate', status: 'processed' },
    ])
    expect(await scene.balance(user)).toBe(200)
  })

  it('a refund that nobody told of takes the coins back at the last look', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user)
    const { paymentId, response } = scene.razorpay.control.pay(orderId)
    await confirm(user.client, topup.id, response)
    await scene.platform.quiet()
    scene.razorpay.control.faultCallbacks({ action: 'drop' })
    scene.razorpay.control.refund(paymentId)
    await scene.platform.advance(4 * day + hour, 4 * hour)
    scene.razorpay.control.clearFaults()
    expect((await user.client.topups.get({ topupId: topup.id })).status).toBe('refunded')
    expect(await scene.balance(user)).toBe(0)
  })
})

describe('a provider that is away', () => {
  it('makes nothing expire: whoever paid has their coins when it is back', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user)
    scene.razorpay.control.pay(orderId, { outcome: 'silent' })
    scene.razorpay.control.faultApi({ action: 'fail', status: 503, times: 1e6 })
    await scene.platform.advance(5 * day, 6 * hour)
    expect((await user.client.topups.get({ topupId: topup.id })).status).toBe('created')
    scene.razorpay.control.clearFaults()
    await scene.platform.advance(7 * hour, hour)
    expect((await user.client.topups.get({ topupId: topup.id })).status).toBe('paid')
    expect(await scene.balance(user)).toBe(100)
  })

  it('that no longer knows the order is asked for four days, and no longer', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user)
    scene.razorpay.control.faultApi({ action: 'fail', path: orderId, status: 404, times: 1e6 })
    await scene.platform.advance(3 * day, 6 * hour)
    expect((await user.client.topups.get({ topupId: topup.id })).status).toBe('created')
    await scene.platform.advance(day + hour, hour)
    scene.razorpay.control.clearFaults()
    expect((await user.client.topups.get({ topupId: topup.id })).status).toBe('expired')
    expect(await scene.rows("select 1 from tasks where kind = 'topup.ask' and subject = $1", [topup.id])).toEqual([])
  })

  it('leaves a confirmed payment pending, and the coins come when it answers', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user)
    const { response } = scene.razorpay.control.pay(orderId, { outcome: 'nowebhook' })
    scene.razorpay.control.faultApi({ action: 'fail', status: 502, times: 3 })
    expect((await confirm(user.client, topup.id, response)).status).toBe('pending')
    await scene.platform.advance(hour, 5 * minute)
    expect((await user.client.topups.get({ topupId: topup.id })).status).toBe('paid')
    expect(await scene.platform.trialBalance()).toBe(0)
  })
})

describe('a frozen ledger', () => {
  it('credits nothing and loses nothing: the coins come when it is released', async () => {
    const app = await scene.platform.app('Frozen')
    const user = await app.user('cold', { phone: null })
    const [told, silent] = [await scene.begin(user), await scene.begin(user)]
    const freeze = (frozen: boolean) =>
      scene.rows('update tenants set ledger_frozen = $1 where id = $2', [frozen, app.app.modes.test.tenant.id])
    await freeze(true)
    scene.razorpay.control.pay(told.orderId)
    const { response } = scene.razorpay.control.pay(silent.orderId, { outcome: 'nowebhook' })
    expect((await confirm(user.client, silent.topup.id, response)).status).toBe('pending')
    await scene.platform.advance(10 * minute, minute)
    expect(await scene.balance(user)).toBe(0)
    await freeze(false)
    await scene.platform.advance(10 * minute, minute)
    expect(await scene.balance(user)).toBe(200)
    expect(await scene.platform.trialBalance()).toBe(0)
  })
})

describe('an order', () => {
  const ordersOf = (topupId: string) => scene.razorpay.control.orders().filter(({ receipt }) => receipt === topupId)

  it.each(['lose-answer', 'fail', 'hang', 'stall'] as const)(
    'is never two when its answer is lost (%s)',
    { timeout: 60_000 },
    async (action) => {
      const user = await scene.buyer()
      const key = `order-${action}`
      scene.razorpay.control.faultApi({ action, method: 'POST', path: '/orders', ...(action === 'fail' ? { status: 500 } : {}) })
      let topup: Topup | undefined
      const waiting = user.client.topups.create({ packId: 'pack-100' }, { idempotencyKey: key }).then((made) => (topup = made))
      // The client comes again by itself; what it waits for is the platform's own time.
      while (topup === undefined) await Promise.race([waiting, scene.platform.advance(1)])
      expect(ordersOf(topup.id)).toHaveLength(1)
      expect(topup.checkout?.orderId).toBe(ordersOf(topup.id)[0]?.id)
      expect((await user.client.topups.list()).data).toHaveLength(1)
    },
  )
})
