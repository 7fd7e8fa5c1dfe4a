import { afterAll, beforeAll, expect, it } from 'vitest'
import { SANDBOX_RAZORPAY_WEBHOOK_SECRET } from '../../sandbox/razorpay/server.ts'
import { startPlatform, type TestPlatform } from '../start-platform.ts'
import { keptBack, send, signed, topupScene, type Message, type TopupScene } from './scene.ts'

const next = 'the0next0webhook0secret'
const hour = 3_600

let scene: TopupScene
let rotated: TestPlatform
beforeAll(async () => {
  scene = await topupScene()
  rotated = await startPlatform({ beside: scene.platform, webhookSecrets: { current: next, previous: SANDBOX_RAZORPAY_WEBHOOK_SECRET } })
})
afterAll(async () => {
  await rotated.stop()
  await scene.stop()
})

async function messagesOfAPayment(): Promise<{ orderId: string; balance: () => Promise<number>; messages: Message[] }> {
  const user = await scene.buyer()
  const { orderId } = await scene.begin(user)
  scene.razorpay.control.faultCallbacks({ action: 'hold' })
  scene.razorpay.control.pay(orderId)
  scene.razorpay.control.clearFaults()
  return { orderId, balance: () => scene.balance(user), messages: keptBack(scene.razorpay, orderId) }
}

it('takes a secret that was replaced for one day, counted from when the next one is first seen, and no longer', async () => {
  const [early, late, last] = [await messagesOfAPayment(), await messagesOfAPayment(), await messagesOfAPayment()]
  // What is repeated from before the rotation carries the old signature.
  for (const one of early.messages) expect(await send(rotated.url, one)).toBe(204)
  await rotated.quiet()
  expect(await early.balance()).toBe(100)
  await scene.platform.advance(23 * hour, hour)
  const [first] = late.messages
  expect(first && (await send(rotated.url, first))).toBe(204)
  await scene.platform.advance(hour, hour)
  for (const one of last.messages) expect(await send(rotated.url, one)).toBe(403)
  // The new one is good from the first moment on.
  for (const one of last.messages) expect(await send(rotated.url, one, signed(one.body, next))).toBe(204)
})

it('never takes the next secret before it is configured', async () => {
  const { messages } = await messagesOfAPayment()
  for (const one of messages) expect(await send(scene.platform.url, one, signed(one.body, next))).toBe(403)
})

it('keeps digests of the secrets, not the secrets', async () => {
  const kept = await scene.rows<{ text: string }>('select s::text as text from payment_secrets s')
  expect(kept.length).toBeGreaterThan(0)
  expect(JSON.stringify(kept)).not.toContain(next)
})
