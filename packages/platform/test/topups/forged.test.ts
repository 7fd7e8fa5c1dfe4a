import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SANDBOX_RAZORPAY_WEBHOOK_SECRET } from '../../sandbox/razorpay/server.ts'
import { confirmation, keptBack, send, signed, topupScene, type Begun, type Message, type Returned, type TopupScene } from './scene.ts'
import type { TestUser } from '../start-platform.ts'

let scene: TopupScene
let user: TestUser
let begun: Begun
let messages: Message[]
let response: Returned
beforeAll(async () => {
  scene = await topupScene()
  user = await scene.buyer()
  begun = await scene.begin(user)
  // It has been paid, and nobody has told us: a forger who knows all of it has everything but the secrets.
  scene.razorpay.control.faultCallbacks({ action: 'hold' })
  const paid = scene.razorpay.control.pay(begun.orderId)
  messages = keptBack(scene.razorpay, begun.orderId)
  if (paid.response === undefined) throw new Error('nothing was handed over')
  response = paid.response
})
afterAll(() => scene.stop())

const hex = '0123456789abcdef'.split('')
const pick = <Item>(items: readonly Item[], n: number): Item => {
  const item = items[n % items.length]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}
const flipped = (text: string, at: number): string => {
  const place = at % text.length
  const other = pick(hex, hex.indexOf(text.charAt(place)) + 1)
  return `${text.slice(0, place)}${other}${text.slice(place + 1)}`
}

/** Each way to be wrong, with the n-th variant of it: a body and what is said to be its signature. */
const ways: readonly ((body: string, n: number) => { body: string; signature: string })[] = [
  (body, n) => ({ body, signature: flipped(signed(body), n) }),
  (body) => ({ body, signature: randomBytes(32).toString('hex') }),
  (body) => ({ body, signature: signed(body, 'another0secret00') }),
  (body) => ({ body, signature: signed(body, scene.razorpay.keySecret) }),
  (body) => ({ body, signature: signed(body, '') }),
  (body) => ({ body, signature: signed(body).toUpperCase() }),
  (body) => ({ body, signature: `${signed(body)}00` }),
  (body, n) => ({ body, signature: signed(body).slice(0, n % 64) }),
  (body) => ({ body, signature: '' }),
  (body) => ({ body, signature: Buffer.from(signed(body), 'hex').toString('base64') }),
  (body) => ({ body, signature: `sha256=${signed(body)}` }),
  (body, n) => ({ body: `${body}${' '.repeat(1 + (n % 5))}`, signature: signed(body) }),
  (body, n) => ({ body: body.replace('9900', String(n + 1)), signature: signed(body) }),
  (body) => ({
    body: body.replace('"captured":false', '"captured":true').replace('authorized', 'captured'),
    signature: signed(`${body} `),
  }),
  (body) => ({ body: JSON.stringify(JSON.parse(body), undefined, 1), signature: signed(body) }),
  (body) => ({ body, signature: signed(body, SANDBOX_RAZORPAY_WEBHOOK_SECRET.toUpperCase()) }),
]

const tables = ['topups', 'topup_payments', 'topup_refunds', 'topup_disputes', 'payment_events', 'ledger_transactions', 'ledger_entries']

async function everything(): Promise<unknown[]> {
  const all: unknown[] = []
  for (const table of tables) all.push(await scene.rows(`select t::text from ${table} t order by 1`))
  all.push(await scene.rows("select kind, subject from tasks where kind like 'topup.%' order by 1, 2"))
  return all
}

it('changes nothing by a thousand forged webhooks', async () => {
  await scene.platform.quiet()
  const before = await everything()
  const variants = Array.from({ length: 1_000 }, (_, n) => pick(ways, n)(pick(messages, Math.floor(n / ways.length)).body, n))
  const statuses: number[] = []
  for (let at = 0; at < variants.length; at += 50)
    statuses.push(
      ...(await Promise.all(
        variants
          .slice(at, at + 50)
          .map(({ body, signature }, n) => send(scene.platform.url, { eventId: `forged-${at + n}`, body }, signature)),
      )),
    )
  expect(new Set(statuses)).toEqual(new Set([403]))
  await scene.platform.quiet()
  expect(await everything()).toEqual(before)
  expect(await scene.balance(user)).toBe(0)
})

it('refuses what is not posted as JSON, and addresses that are none', async () => {
  const [{ body, eventId }] = [pick(messages, 0)]
  const ask = async (path: string, init: RequestInit) => (await fetch(`${scene.platform.url}${path}`, init)).status
  const headers = { 'X-Razorpay-Signature': signed(body), 'X-Razorpay-Event-Id': eventId, 'Content-Type': 'application/json' }
  const post = { method: 'POST', body, headers }
  expect(await ask('/providers/razorpay/test/webhook', { method: 'GET', headers })).toBe(405)
  expect(await ask('/providers/razorpay/test/webhook', { ...post, headers: { ...headers, 'Content-Type': 'text/plain' } })).toBe(415)
  expect(await ask('/providers/razorpay/live/webhook', post)).toBe(404)
  for (const path of [
    '/providers/razorpay/webhook',
    '/providers/razorpay/test/webhook/',
    '/providers/stripe/test/webhook',
    '/providers/razorpay/demo/webhook',
  ])
    expect(await ask(path, post)).toBe(404)
  expect(await ask('/providers/razorpay/test/webhook', { ...post, body: 'x'.repeat(70_000) })).toBe(413)
})

it('takes no forged confirmation', async () => {
  const proof = confirmation(begun.topup.id, response)
  const forged = [
    ...Array.from({ length: 64 }, (_, n) => ({ ...proof, signature: flipped(proof.signature, n) })),
    { ...proof, signature: randomBytes(32).toString('hex') },
    { ...proof, signature: proof.signature.toUpperCase() },
    { ...proof, signature: 'x' },
    { ...proof, paymentId: 'pay_00000000000000' },
    { ...proof, orderId: 'order_00000000000000' },
    // Signed for the webhook is not signed for the page.
    { ...proof, signature: signed(`${proof.orderId}|${proof.paymentId}`) },
  ]
  for (const one of forged) await expect(user.client.topups.confirm(one)).rejects.toMatchObject({ code: 'invalid_request' })
  expect(await user.client.topups.get({ topupId: begun.topup.id })).toMatchObject({ status: 'created' })
  expect(await scene.balance(user)).toBe(0)
})

it('counts bad signatures against who sends them', async () => {
  const strict = await topupScene({ limits: { failedAuth: { perSecond: 0.01, burst: 5 } } })
  const [{ body }] = [pick(messages, 0)]
  const statuses = []
  for (let n = 0; n < 8; n++) statuses.push(await send(strict.platform.url, { eventId: `bad-${n}`, body }, 'bad'))
  expect(statuses).toEqual([403, 403, 403, 403, 403, 429, 429, 429])
  // A true one is heard all the same.
  expect(await send(strict.platform.url, { eventId: 'good', body })).toBe(204)
  await strict.stop()
})

it('believes the true ones after all that', async () => {
  for (const one of messages) expect(await send(scene.platform.url, one)).toBe(204)
  await scene.platform.quiet()
  expect(await scene.balance(user)).toBe(100)
})
