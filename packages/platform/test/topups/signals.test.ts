import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SANDBOX_RAZORPAY_WEBHOOK_SECRET } from '../../sandbox/razorpay/server.ts'
import { startPlatform } from '../start-platform.ts'
import { confirm, keptBack, send, topupScene, type Message, type TopupScene } from './scene.ts'

let scene: TopupScene
beforeAll(async () => {
  scene = await topupScene()
})
afterAll(() => scene.stop())

const tell = (message: Message): Promise<number> => send(scene.platform.url, message)

const shuffled = <Item>(items: readonly Item[]): Item[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)

const creditsOf = (topupId: string) =>
  scene.rows<{ type: string }>("select type from ledger_transactions where reference_type = 'topup' and reference_id = $1", [topupId])

async function paidBehindTheirBack(outcome: 'success' | 'failure' | 'authorized' = 'success') {
  const user = await scene.buyer()
  const begun = await scene.begin(user)
  scene.razorpay.control.faultCallbacks({ action: 'hold' })
  const paid = scene.razorpay.control.pay(begun.orderId, { outcome })
  const messages = keptBack(scene.razorpay, begun.orderId)
  scene.razorpay.control.clearFaults()
  return { user, ...begun, ...paid, messages }
}

describe('each signal ten times, shuffled, with the page’s confirmation in parallel', () => {
  it.each([1, 2, 3])('is one credit (%i)', async () => {
    const { user, topup, response, messages } = await paidBehindTheirBack()
    expect(messages.map(({ event }) => event)).toEqual(['payment.authorized', 'payment.captured', 'order.paid'])
    // The same event again, and the same news under another id: neither is news.
    const copies = messages.flatMap((one) =>
      Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? one : { ...one, eventId: randomUUID().replaceAll('-', '') })),
    )
    const signals = shuffled([
      ...copies.map((one) => async () => expect(await tell(one)).toBe(204)),
      ...Array.from({ length: 10 }, () => async () => void (await confirm(user.client, topup.id, response))),
    ])
    await Promise.all(signals.map((signal) => signal()))
    await scene.platform.quiet()
    expect(await creditsOf(topup.id)).toHaveLength(1)
    expect(await scene.balance(user)).toBe(100)
    expect(await user.client.topups.get({ topupId: topup.id })).toMatchObject({ status: 'paid' })
    const { data } = await scene.app.server.events.list({ objectId: topup.id })
    expect(data.filter(({ type }) => type === 'topup.paid')).toHaveLength(1)
    expect(await scene.platform.trialBalance()).toBe(0)
  })

  it('is none where nobody paid', async () => {
    const { user, topup, messages } = await paidBehindTheirBack('failure')
    await Promise.all(shuffled(messages.flatMap((one) => Array.from({ length: 10 }, () => one))).map(tell))
    await scene.platform.quiet()
    expect(await creditsOf(topup.id)).toEqual([])
    expect(await user.client.topups.get({ topupId: topup.id })).toMatchObject({ status: 'failed', failure: 'declined' })
    expect(await scene.balance(user)).toBe(0)
  })

  it('is one between two processes', async () => {
    const other = await startPlatform({ beside: scene.platform })
    const { user, topup, response, messages } = await paidBehindTheirBack()
    await Promise.all([...messages.flatMap((one) => [tell(one), send(other.url, one)]), confirm(user.client, topup.id, response)])
    await Promise.all([scene.platform.quiet(), other.quiet()])
    expect(await creditsOf(topup.id)).toHaveLength(1)
    expect(await scene.balance(user)).toBe(100)
    await other.stop()
    scene.razorpay.control.setWebhook({
      url: `${scene.platform.url}/providers/razorpay/test/webhook`,
      secret: SANDBOX_RAZORPAY_WEBHOOK_SECRET,
    })
  })
})

describe('a payment', () => {
  it('that is only promised makes no coins, and its captured one does', async () => {
    const { user, topup, paymentId, response, messages } = await paidBehindTheirBack('authorized')
    expect((await confirm(user.client, topup.id, response)).status).toBe('pending')
    for (const one of messages) await tell(one)
    await scene.platform.quiet()
    expect(await user.client.topups.get({ topupId: topup.id })).toMatchObject({ status: 'pending', checkout: null })
    expect(await scene.balance(user)).toBe(0)
    expect(scene.razorpay.control.capture(paymentId)).toBe(true)
    await scene.platform.quiet()
    expect(await scene.balance(user)).toBe(100)
  })

  it('that failed may come late, and another one may be tried', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user)
    const { paymentId } = scene.razorpay.control.pay(orderId, { outcome: 'late', lateAfterSeconds: 600 })
    await scene.platform.quiet()
    const failed = await user.client.topups.get({ topupId: topup.id })
    expect(failed).toMatchObject({ status: 'failed', failure: 'timed_out' })
    expect(failed.checkout).toMatchObject({ orderId })
    scene.razorpay.control.authorizeLate(paymentId)
    await scene.platform.quiet()
    expect(await user.client.topups.get({ topupId: topup.id })).toMatchObject({ status: 'paid', failure: null })
    expect(await scene.balance(user)).toBe(100)
  })

  it('that is told backwards ends the same: captured before authorized before failed', async () => {
    const { user, topup, messages } = await paidBehindTheirBack()
    for (const one of messages.toReversed()) await tell(one)
    await scene.platform.quiet()
    const [captured] = messages.filter(({ event }) => event === 'payment.captured')
    const stale = (captured?.body ?? '')
      .replace('"payment.captured"', '"payment.failed"')
      .replace('"status":"captured"', '"status":"failed"')
    await tell({ event: 'payment.failed', eventId: 'stale-1', body: stale })
    await scene.platform.quiet()
    expect(await user.client.topups.get({ topupId: topup.id })).toMatchObject({ status: 'paid' })
    expect(await scene.balance(user)).toBe(100)
  })

  it('that was made twice is credited once, and the second one goes back by itself', async () => {
    const user = await scene.buyer()
    const { topup, orderId } = await scene.begin(user)
    scene.razorpay.control.pay(orderId, { outcome: 'double' })
    await scene.platform.quiet()
    expect(await scene.balance(user)).toBe(100)
    const { status, payments, refunds, refundedAmount } = await scene.app.server.topups.get({ topupId: topup.id })
    expect({ status, refundedAmount }).toEqual({ status: 'paid', refundedAmount: 0 })
    expect(payments?.map(({ outcome }) => outcome).sort()).toEqual(['credited', 'duplicate'])
    const duplicate = payments?.find(({ outcome }) => outcome === 'duplicate')
    expect(refunds).toMatchObject([{ paymentId: duplicate?.id, amount: 9_900, cause: 'duplicate', status: 'processed', takenCoins: 0 }])
    expect(scene.razorpay.control.refunds().filter(({ paymentId }) => paymentId === duplicate?.id)).toHaveLength(1)
  })
})

describe('what does not fit', () => {
  const spoilt: readonly [string, (body: string) => string][] = [
    ['another amount', (body) => body.replaceAll('"amount":9900', '"amount":100')],
    ['another currency', (body) => body.replaceAll('"currency":"INR"', '"currency":"USD"')],
  ]
  it.each(spoilt)('makes no coins: %s', async (_, change) => {
    const { user, topup, paymentId, messages } = await paidBehindTheirBack()
    for (const one of messages) await tell({ ...one, body: change(one.body) })
    await scene.platform.quiet()
    expect(await creditsOf(topup.id)).toEqual([])
    expect(await scene.balance(user)).toBe(0)
    expect((await scene.app.server.topups.get({ topupId: topup.id })).payments).toMatchObject([{ outcome: 'parked' }])
    const { data } = await scene.app.server.events.list({ objectId: topup.id, type: 'topup.parked' })
    expect(data).toHaveLength(1)
    // The person who looked gives it back.
    const { refund } = await scene.app.server.topups.refund({ topupId: topup.id, paymentId, reason: 'Not what was asked for' })
    await scene.platform.quiet()
    expect(refund).toMatchObject({ paymentId, takenCoins: 0 })
    expect(scene.razorpay.control.refunds().filter((one) => one.paymentId === paymentId)).toHaveLength(1)
    expect(await scene.balance(user)).toBe(0)
  })

  it('makes no coins for somebody who was deleted meanwhile: the money can be given back', async () => {
    const { user, topup, paymentId, messages } = await paidBehindTheirBack()
    await scene.app.server.users.delete({ userId: user.userId })
    for (const one of messages) await tell(one)
    await scene.platform.quiet()
    expect(await creditsOf(topup.id)).toEqual([])
    expect((await scene.app.server.topups.get({ topupId: topup.id })).payments).toMatchObject([{ outcome: 'parked' }])
    await scene.app.server.topups.refund({ topupId: topup.id, paymentId, reason: 'The buyer is gone' })
    await scene.platform.quiet()
    expect(scene.razorpay.control.refunds().filter((one) => one.paymentId === paymentId)).toMatchObject([{ amount: 9_900 }])
  })

  it('is kept and left alone: an order that is not ours, and an event of a kind that nobody knows', async () => {
    const { messages, orderId } = await paidBehindTheirBack()
    const [, captured] = messages
    if (captured === undefined) throw new Error('nothing was told')
    const foreign = captured.body
      .replaceAll(orderId, 'order_Foreign0000001')
      .replaceAll(/pay_[A-Za-z0-9]{14}/g, 'pay_Foreign000000001'.slice(0, 18))
    expect(await tell({ event: 'payment.captured', eventId: 'foreign-1', body: foreign })).toBe(204)
    expect(await tell({ event: 'invoice.paid', eventId: 'unknown-1', body: '{"event":"invoice.paid","payload":{}}' })).toBe(204)
    expect(await tell({ event: '', eventId: 'odd-1', body: 'no json' })).toBe(204)
    await scene.platform.quiet()
    const kept = await scene.rows<{ tenant_id: number; topup_id: string | null; type: string }>(
      "select tenant_id, topup_id, type from payment_events where event_id in ('foreign-1', 'unknown-1', 'odd-1') order by type",
    )
    expect(kept).toEqual([
      { tenant_id: 0, topup_id: null, type: 'invoice.paid' },
      { tenant_id: 0, topup_id: null, type: 'payment.captured' },
      { tenant_id: 0, topup_id: null, type: 'unreadable' },
    ])
    expect(await scene.rows("select 1 from ledger_transactions where key like '%pay_Foreign%'")).toEqual([])
  })

  it('is no payment of two apps: one that is told again for another app’s order', async () => {
    const { messages, orderId, paymentId, topup } = await paidBehindTheirBack()
    for (const one of messages) await tell(one)
    await scene.platform.quiet()
    const foreignApp = await scene.platform.app('Second')
    const stranger = await foreignApp.user('stranger', { phone: null })
    const theirs = await scene.begin(stranger)
    for (const [n, one] of messages.entries())
      await tell({ ...one, eventId: `twice-${n}`, body: one.body.replaceAll(orderId, theirs.orderId) })
    await scene.platform.quiet()
    expect(await scene.balance(stranger)).toBe(0)
    expect((await stranger.client.topups.get({ topupId: theirs.topup.id })).status).toBe('created')
    const owners = await scene.rows<{ topup_id: string }>('select topup_id from topup_payments where payment_id = $1', [paymentId])
    expect(owners).toEqual([{ topup_id: topup.id }])
    expect(await scene.platform.trialBalance()).toBe(0)
  })

  it('holds no personal data', async () => {
    const kept = await scene.rows<{ text: string }>(
      'select e::text as text from payment_events e union all select p::text from topup_payments p',
    )
    expect(kept.length).toBeGreaterThan(10)
    expect(kept.map(({ text }) => text).join('\n')).not.toMatch(/@upi|@razorpay|\+91|"contact"|"email"|"vpa"/)
  })
})
