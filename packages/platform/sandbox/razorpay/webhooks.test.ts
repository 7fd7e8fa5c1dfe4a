import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pick, type Scene, setScene, startMerchant, WEBHOOK_SECRET } from './test-merchant.ts'
import type { PayWish } from './control.ts'
import { webhookSignature } from './signing.ts'

const HOUR_MS = 3_600_000
let scene: Scene
beforeEach(async () => {
  scene = await setScene()
})
afterEach(() => scene.close())

async function pay(wish?: PayWish) {
  const paid = scene.sandbox.control.pay(await scene.order(), wish)
  await scene.clock.settled()
  return paid
}
const isAuthentic = ({ body, signature }: { body: string; signature: string }) => webhookSignature(WEBHOOK_SECRET, body) === signature

describe('events', () => {
  it('tell of a payment in the documented envelope, with the state of their moment', async () => {
    const { paymentId } = await pay()
    const [authorized, captured, paid] = scene.merchant.seen
    expect(authorized?.json).toMatchObject({
      entity: 'event',
      account_id: expect.stringMatching(/^acc_\w{14}$/),
      event: 'payment.authorized',
      contains: ['payment'],
      payload: { payment: { entity: { id: paymentId, entity: 'payment', status: 'authorized', captured: false, amount: 9_900 } } },
      created_at: scene.clock.now() / 1_000,
    })
    expect(captured?.json).toMatchObject({ event: 'payment.captured', payload: { payment: { entity: { status: 'captured' } } } })
    expect(paid?.json).toMatchObject({
      event: 'order.paid',
      contains: ['payment', 'order'],
      payload: { order: { entity: { status: 'paid', amount_due: 0 } }, payment: { entity: { id: paymentId } } },
    })
    expect(new Set(scene.merchant.seen.map(({ eventId }) => eventId)).size).toBe(3)
    expect(scene.merchant.seen.every(isAuthentic)).toBe(true)
  })

  it('tell why a payment failed', async () => {
    await pay({ outcome: 'failure' })
    expect(scene.merchant.seen.map(({ json }) => pick(json, 'payload', 'payment', 'entity', 'error_reason'))).toEqual(['payment_failed'])
  })

  it('tell of refunds, with the payment that shrinks', async () => {
    const { paymentId } = await pay()
    await scene.client.payments.refund(paymentId, { amount: 900 })
    await scene.clock.settled()
    expect(scene.merchant.events().slice(3)).toEqual(['refund.created', 'refund.processed'])
    expect(scene.merchant.seen[4]?.json).toMatchObject({
      contains: ['refund', 'payment'],
      payload: { refund: { entity: { amount: 900, status: 'processed' } }, payment: { entity: { amount_refunded: 900 } } },
    })
  })

  it('tell of each step of a dispute', async () => {
    const { control } = scene.sandbox
    const { paymentId } = await pay()
    const id = control.dispute(paymentId, { amount: 5_000 })
    for (const status of ['under_review', 'action_required', 'under_review', 'lost'] as const)
      expect(control.moveDispute(id, status)).toBe(true)
    expect(control.moveDispute(id, 'won')).toBe(false)
    await scene.clock.settled()
    expect(scene.merchant.events().slice(3)).toEqual(
      ['created', 'under_review', 'action_required', 'under_review', 'lost'].map((step) => `payment.dispute.${step}`),
    )
    expect(scene.merchant.seen.at(-1)?.json).toMatchObject({
      contains: ['payment', 'dispute'],
      payload: { dispute: { entity: { id, payment_id: paymentId, status: 'lost', amount: 5_000, amount_deducted: 5_000 } } },
    })
  })

  it('are told only those that were asked for, and none before there is an address', async () => {
    const quiet = await setScene({ webhook: undefined })
    quiet.sandbox.control.pay(await quiet.order())
    await quiet.clock.settled()
    expect([quiet.merchant.seen, quiet.sandbox.control.callbacks()]).toEqual([[], []])
    quiet.sandbox.control.setWebhook({ url: quiet.merchant.url, secret: WEBHOOK_SECRET, events: ['order.paid'] })
    quiet.sandbox.control.pay(await quiet.order())
    await quiet.clock.settled()
    expect(quiet.merchant.events()).toEqual(['order.paid'])
    await quiet.close()
  })

  it('leave after the answer to the request that caused them', async () => {
    const { paymentId } = await pay()
    const order: string[] = []
    const push = scene.merchant.seen.push.bind(scene.merchant.seen)
    Object.assign(scene.merchant.seen, { push: (...seen: Parameters<typeof push>) => (order.push('event'), push(...seen)) })
    await scene.client.payments.refund(paymentId, {}).then(() => order.push('answer'))
    await scene.clock.settled()
    expect(order).toEqual(['answer', 'event', 'event'])
  })
})

describe('a merchant who does not take an event', () => {
  it('is asked again with the same id and the same bytes, ever more seldom', async () => {
    scene.merchant.answer = 500
    await pay({ outcome: 'failure' })
    const at: number[] = []
    for (let minute = 0; minute < 40; minute += 1) {
      const before = scene.merchant.seen.length
      await scene.clock.advance(60_000)
      if (scene.merchant.seen.length > before) at.push(minute + 1)
    }
    expect(at).toEqual([1, 3, 7, 15, 31])
    expect(new Set(scene.merchant.seen.map(({ eventId, body }) => `${eventId} ${body}`)).size).toBe(1)
    scene.merchant.answer = 204
    await scene.clock.advance(HOUR_MS)
    expect(scene.merchant.seen).toHaveLength(7)
    await scene.clock.advance(48 * HOUR_MS)
    expect(scene.merchant.seen).toHaveLength(7)
    expect(scene.sandbox.control.webhook()?.isActive).toBe(true)
  })

  it('for a day hears nothing more until the webhook is enabled', async () => {
    scene.merchant.answer = 503
    await pay({ outcome: 'failure' })
    await scene.clock.advance(23 * HOUR_MS)
    expect(scene.sandbox.control.webhook()?.isActive).toBe(true)
    await scene.clock.advance(2 * HOUR_MS)
    expect(scene.sandbox.control.webhook()?.isActive).toBe(false)
    scene.merchant.answer = 200
    const heard = scene.merchant.seen.length
    await pay()
    expect(scene.merchant.seen).toHaveLength(heard)
    scene.sandbox.control.enableWebhook()
    await pay()
    expect(scene.merchant.seen).toHaveLength(heard + 3)
  })

  it('in five seconds has not taken it', async () => {
    scene.merchant.answer = 'never'
    await pay({ outcome: 'failure' })
    while (scene.sandbox.control.callbacks().length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
    expect(scene.sandbox.control.callbacks()).toMatchObject([{ outcome: 'failed', error: 'no answer in time' }])
    scene.merchant.answer = 200
    await scene.clock.advance(60_000)
    expect(scene.sandbox.control.callbacks()).toMatchObject([{ outcome: 'failed' }, { outcome: 'sent', status: 200 }])
  })
})

it('signs what is tried again with the secret of its time, and what is new with the new one', async () => {
  scene.merchant.answer = 500
  await pay({ outcome: 'failure' })
  scene.sandbox.control.setWebhook({ url: scene.merchant.url, secret: 'the-next-secret' })
  scene.merchant.answer = 200
  await scene.clock.advance(60_000)
  await pay({ outcome: 'failure' })
  const [, again, fresh] = scene.merchant.seen
  expect(isAuthentic(again!)).toBe(true)
  expect(isAuthentic(fresh!)).toBe(false)
  expect(webhookSignature('the-next-secret', fresh!.body)).toBe(fresh!.signature)
})

describe('faults', () => {
  it('drop, repeat, delay and hold events', async () => {
    const { control } = scene.sandbox
    control.faultCallbacks({ action: 'drop', match: { event: 'payment.authorized' } })
    control.faultCallbacks({ action: 'repeat', copies: 2, match: { event: 'payment.captured' } })
    control.faultCallbacks({ action: 'hold', match: { event: 'order.paid' } })
    await pay()
    expect(scene.merchant.events()).toEqual(['payment.captured', 'payment.captured', 'payment.captured'])
    expect(new Set(scene.merchant.seen.map(({ eventId }) => eventId)).size).toBe(1)
    expect(control.held()).toMatchObject([{ about: { event: 'order.paid' } }])
    await control.release()
    expect(scene.merchant.events().at(-1)).toBe('order.paid')
    control.clearFaults()
    control.faultCallbacks({ action: 'delay', delayMs: 30_000, match: { event: 'payment.failed' } })
    await pay({ outcome: 'failure' })
    expect(scene.merchant.seen).toHaveLength(4)
    await scene.clock.advance(30_000)
    expect(scene.merchant.events().at(-1)).toBe('payment.failed')
  })

  it('let a later event overtake an earlier one', async () => {
    scene.sandbox.control.faultCallbacks({ action: 'reorder', match: { event: 'payment.authorized' } })
    await pay()
    expect(scene.merchant.events()).toEqual(['payment.captured', 'payment.authorized', 'order.paid'])
  })

  it('forge a signature, and change what was signed; the true event comes later, if that was refused', async () => {
    const { control } = scene.sandbox
    scene.merchant.answer = 403
    control.faultCallbacks({ action: 'forge', match: { event: 'payment.failed' }, times: 1 })
    await pay({ outcome: 'failure' })
    expect(scene.merchant.seen.map(isAuthentic)).toEqual([false])
    control.faultCallbacks({ action: 'tamper', match: { event: 'payment.failed' }, times: 1 })
    await pay({ outcome: 'failure' })
    const tampered = scene.merchant.seen[1]
    expect(pick(tampered?.json, 'payload', 'payment', 'entity', 'amount')).toBe(99_000)
    expect(isAuthentic(tampered!)).toBe(false)
    scene.merchant.answer = 200
    await scene.clock.advance(60_000)
    expect(scene.merchant.seen.slice(2).map(isAuthentic)).toEqual([true, true])
  })
})

it('never sends to two addresses at once', async () => {
  const other = await startMerchant()
  scene.sandbox.control.setWebhook({ url: other.url, secret: WEBHOOK_SECRET })
  await pay()
  expect([scene.merchant.seen.length, other.seen.length]).toEqual([0, 3])
  await other.close()
})
