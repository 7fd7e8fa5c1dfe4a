import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, codeOf } from '../ask.ts'
import { confirm, confirmation, topupScene, type TopupScene } from './scene.ts'

let scene: TopupScene
beforeAll(async () => {
  scene = await topupScene()
})
afterAll(() => scene.stop())

const statusOf = async (userId: string, topupId: string) => {
  const user = await scene.app.user(userId, { phone: null })
  return (await user.client.topups.get({ topupId })).status
}

describe('a top-up', () => {
  it('gives a page all that the checkout needs, and nothing secret', async () => {
    const user = await scene.buyer()
    const { topup } = await scene.begin(user)
    expect(topup).toMatchObject({
      status: 'created',
      packId: 'pack-100',
      coins: 100,
      bonusCoins: 0,
      amount: 9_900,
      currency: 'INR',
      failure: null,
    })
    expect(topup.checkout).toEqual({
      provider: 'razorpay',
      keyId: scene.razorpay.keyId,
      orderId: expect.stringMatching(/^order_[A-Za-z0-9]{14}$/) as string,
      scriptUrl: `${scene.razorpay.url}/v1/checkout.js`,
      name: 'Test app',
      description: '100 coins',
      amount: 9_900,
      currency: 'INR',
      prefill: { name: user.userId },
    })
    expect(JSON.stringify(topup)).not.toContain(scene.razorpay.keySecret)
    expect(scene.razorpay.control.orders().find(({ id }) => id === topup.checkout?.orderId)).toMatchObject({
      receipt: topup.id,
      amount: 9_900,
    })
    expect(scene.razorpay.control.notifications()).toEqual([])
  })

  it('is paid at once when the page hands in what the provider signed', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user, 'pack-300')
    const { response } = scene.razorpay.control.pay(orderId)
    const paid = await confirm(user.client, topup.id, response)
    expect(paid).toMatchObject({ id: topup.id, status: 'paid', checkout: null, refundedAmount: 0 })
    const { buckets, transactions } = await user.client.wallet.get()
    expect(buckets).toEqual({ bonus: 15, purchased: 300, earned: 0, held: 0 })
    expect(transactions.map(({ type, coins, reference }) => ({ type, coins, reference }))).toEqual([
      { type: 'topup_bonus', coins: 15, reference: { type: 'topup', id: topup.id } },
      { type: 'topup', coins: 300, reference: { type: 'topup', id: topup.id } },
    ])
    await scene.platform.quiet()
    expect(await scene.balance(user)).toBe(315)
    expect(await scene.platform.trialBalance()).toBe(0)
  })

  it('is paid by the webhook alone, when the page is gone', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user)
    scene.razorpay.control.pay(orderId, { outcome: 'noreturn' })
    await scene.platform.quiet()
    expect(await statusOf(user.userId, topup.id)).toBe('paid')
    expect(await scene.balance(user)).toBe(100)
  })

  it('keeps coins and price of the moment it began, whatever the app sells later', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user)
    await scene.app.server.app.update({ packs: [{ id: 'pack-100', coins: 1, amount: 100 }] })
    scene.razorpay.control.pay(orderId)
    await scene.platform.quiet()
    await scene.app.server.app.update({ packs: null })
    expect(await user.client.topups.get({ topupId: topup.id })).toMatchObject({ status: 'paid', coins: 100, amount: 9_900 })
    expect(await scene.balance(user)).toBe(100)
  })

  it('tells its buyer live, and the host by webhook events', async () => {
    const user = await scene.buyer()
    const told: string[] = []
    user.client.realtime.on('topup.updated', ({ status }) => void told.push(status))
    const coins: number[] = []
    user.client.realtime.on('wallet.updated', ({ balance }) => void coins.push(balance))
    await expect.poll(() => user.client.realtime.state).toBe('open')
    const { topup, orderId } = await scene.begin(user)
    scene.razorpay.control.pay(orderId)
    await scene.platform.quiet()
    await expect.poll(() => told.at(-1)).toBe('paid')
    await expect.poll(() => coins.at(-1)).toBe(100)
    user.client.realtime.close()
    const { data } = await scene.app.server.events.list({ objectId: topup.id })
    // What is promised and what is taken may come to be known at once.
    const types = data.map(({ type }) => type).reverse()
    expect(types.filter((type) => type !== 'topup.pending')).toEqual(['topup.created', 'topup.paid'])
    expect(data[0]?.data).toMatchObject({ id: topup.id, userId: user.userId, status: 'paid', coins: 100 })
  })

  it('is one, however often the same request comes', async () => {
    const user = await scene.buyer()
    const key = randomUUID()
    const first = await user.client.topups.create({ packId: 'pack-50' }, { idempotencyKey: key })
    const again = await user.client.topups.create({ packId: 'pack-50' }, { idempotencyKey: key })
    expect(again).toEqual(first)
    const twins = await Promise.allSettled(
      Array.from({ length: 8 }, () => user.client.topups.create({ packId: 'pack-50' }, { idempotencyKey: `${key}-twins` })),
    )
    const ids = twins.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []))
    expect(new Set(ids).size).toBe(1)
    expect((await user.client.topups.list()).data).toHaveLength(2)
    expect(scene.razorpay.control.orders().filter(({ receipt }) => receipt === first.id || receipt === ids[0])).toHaveLength(2)
  })

  it('says the same when its confirmation comes twice', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user)
    const { response } = scene.razorpay.control.pay(orderId)
    const answers = await Promise.all([1, 2, 3].map(() => confirm(user.client, topup.id, response)))
    expect(answers.map(({ status }) => status)).toEqual(['paid', 'paid', 'paid'])
    expect(await scene.balance(user)).toBe(100)
  })
})

describe('is refused', () => {
  it('for a pack that the app does not sell, and for no pack', async () => {
    const { client } = await scene.buyer()
    await expect(client.topups.create({ packId: 'pack-1' })).rejects.toMatchObject({ code: 'not_found' })
    for (const packId of ['', 'PACK', '../x', 'a'.repeat(33)])
      await expect(client.topups.create({ packId })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('when the page says what it shall cost or give', async () => {
    const { token } = await scene.buyer()
    const credential = await token()
    for (const extra of [{ amount: 1 }, { coins: 1_000_000 }, { userId: 'buyer-1' }, { currency: 'USD' }]) {
      const body = { packId: 'pack-100', ...extra }
      const headers = { 'Idempotency-Key': randomUUID() }
      const answer = await ask(scene.platform.url, { method: 'POST', path: '/v1/topups', credential, body, headers })
      expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_request'])
    }
  })

  it('in a mode in which nobody takes money', async () => {
    const live = await scene.platform.app('Live', 'live')
    const user = await live.user('rich', { phone: null })
    expect(await user.client.app.get()).toMatchObject({ payments: null })
    await expect(user.client.topups.create({ packId: 'pack-100' })).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect((await user.client.topups.list()).data).toEqual([])
  })

  it('while the ledger is frozen: money that could not become coins is not asked for', async () => {
    const frozen = await scene.platform.app('Frozen')
    const user = await frozen.user('cold', { phone: null })
    const { id } = frozen.app.modes.test.tenant
    await scene.rows('update tenants set ledger_frozen = true where id = $1', [id])
    const before = scene.razorpay.control.orders().length
    await expect(user.client.topups.create({ packId: 'pack-100' })).rejects.toMatchObject({ code: 'ledger_frozen' })
    expect(scene.razorpay.control.orders()).toHaveLength(before)
  })
})

describe('what is somebody else’s', () => {
  it('is not there: neither another user’s top-up nor another app’s', async () => {
    const [owner, other] = [await scene.buyer(), await scene.buyer()]
    const { topup, orderId } = await scene.begin(owner)
    const { response } = scene.razorpay.control.pay(orderId, { outcome: 'nowebhook' })
    if (response === undefined) throw new Error('nothing was handed over')
    const foreign = await (await scene.platform.app('Foreign')).user('stranger', { phone: null })
    for (const { client } of [other, foreign]) {
      await expect(client.topups.get({ topupId: topup.id })).rejects.toMatchObject({ code: 'not_found' })
      await expect(client.topups.confirm(confirmation(topup.id, response))).rejects.toMatchObject({ code: 'not_found' })
      expect((await client.topups.list()).data).toEqual([])
    }
    await expect(other.client.topups.list({ userId: owner.userId })).rejects.toMatchObject({ code: 'forbidden' })
    expect(await scene.balance(owner)).toBe(0)
  })

  it('does not pay for anything here: a proof of another order is none', async () => {
    const [one, other] = [await scene.buyer(), await scene.buyer()]
    const [mine, theirs] = [await scene.begin(one), await scene.begin(other)]
    const { response } = scene.razorpay.control.pay(theirs.orderId, { outcome: 'nowebhook' })
    if (response === undefined) throw new Error('nothing was handed over')
    const proof = confirmation(mine.topup.id, response)
    await expect(one.client.topups.confirm(proof)).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(one.client.topups.confirm({ ...proof, orderId: mine.orderId })).rejects.toMatchObject({ code: 'invalid_request' })
    expect(await statusOf(one.userId, mine.topup.id)).toBe('created')
    expect(await scene.balance(one)).toBe(0)
  })
})

describe('lists', () => {
  it('show a user their own, newest first, and a server everybody’s with payments and refunds', async () => {
    const app = await scene.platform.app('Lists')
    const [asha, bala] = [await app.user('asha', { phone: null }), await app.user('bala', { phone: null })]
    const [first, second] = [await scene.begin(asha), await scene.begin(asha)]
    const third = await scene.begin(bala)
    scene.razorpay.control.pay(second.orderId)
    await scene.platform.quiet()
    const idsOf = (list: { data: { id: string }[] }) => list.data.map(({ id }) => id)
    expect(idsOf(await asha.client.topups.list())).toEqual([second.topup.id, first.topup.id])
    expect(idsOf(await asha.client.topups.list({ status: 'paid' }))).toEqual([second.topup.id])
    expect(idsOf(await app.server.topups.list({ limit: 2 }))).toEqual([third.topup.id, second.topup.id])
    const { nextCursor } = await app.server.topups.list({ limit: 2 })
    expect(idsOf(await app.server.topups.list({ limit: 2, cursor: nextCursor ?? '' }))).toEqual([first.topup.id])
    expect(idsOf(await app.server.topups.list({ userId: 'bala' }))).toEqual([third.topup.id])
    expect(await app.server.topups.list({ userId: 'nobody' })).toEqual({ data: [], nextCursor: null })
    const shown = await app.server.topups.get({ topupId: second.topup.id })
    expect(shown).toMatchObject({ userId: 'asha', checkout: null, refunds: [] })
    expect(shown.payments).toEqual([
      { id: expect.stringMatching(/^pay_/) as string, status: 'captured', amount: 9_900, currency: 'INR', outcome: 'credited' },
    ])
    expect((await asha.client.topups.get({ topupId: second.topup.id })).payments).toBeUndefined()
  })
})
