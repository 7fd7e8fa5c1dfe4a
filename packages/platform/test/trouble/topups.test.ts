import { setTimeout as sleep } from 'node:timers/promises'
import { createServer } from '@impacthub/sdk/server'
import { afterEach, expect, it } from 'vitest'
import { SANDBOX_RAZORPAY_WEBHOOK_SECRET, startRazorpaySandbox, type RazorpaySandbox } from '../../sandbox/razorpay/server.ts'
import { connect } from '../../src/db/connect.ts'
import { verifyLedger } from '../../src/features/wallet/index.ts'
import { forget, startChild, type ChildPlatform } from './child-platform.ts'
import { ownPostgres, type OwnPostgres } from './own-postgres.ts'

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const work of cleanUp.splice(0).reverse()) await work()
})

interface Scene {
  readonly razorpay: RazorpaySandbox
  readonly postgres: OwnPostgres
  /** The process that runs now. */
  platform: ChildPlatform
  /** kill -9, and a new process over the same database. */
  killAndStart(): Promise<void>
}

async function scene(): Promise<Scene> {
  const postgres = await ownPostgres()
  cleanUp.push(() => postgres.remove())
  // Not the child's: what has been paid outlives the platform.
  const razorpay = await startRazorpaySandbox()
  cleanUp.push(() => razorpay.close())
  const env = { RAZORPAY_BASE_URL: razorpay.url }
  const first = await startChild({ databaseUrl: postgres.url, env })
  cleanUp.push(async () => forget(first.dataDir))
  razorpay.control.setWebhook({ url: `${first.demo.platformUrl}/providers/razorpay/test/webhook`, secret: SANDBOX_RAZORPAY_WEBHOOK_SECRET })
  const port = Number(new URL(first.demo.platformUrl).port)
  const here: Scene = {
    razorpay,
    postgres,
    platform: first,
    async killAndStart() {
      await here.platform.kill()
      here.platform = await startChild({ databaseUrl: postgres.url, dataDir: first.dataDir, port, env })
    },
  }
  cleanUp.push(() => here.platform.stop())
  return here
}

interface TopupAnswer {
  readonly id: string
  readonly status: string
  readonly checkout: { readonly orderId: string } | null
}

/** Asks until the platform has answered, whatever happens to it meanwhile. */
async function surely(here: Scene, userId: string, path: string, key: string, body: object): Promise<TopupAnswer> {
  for (;;) {
    const { platformUrl, secretKey } = here.platform.demo
    try {
      const { token } = await createServer({ baseUrl: platformUrl, secretKey }).users.createToken({ userId })
      const answer = await fetch(`${platformUrl}${path}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Idempotency-Key': key },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(15_000),
      })
      if (answer.ok) return (await answer.json()) as TopupAnswer
      // Nothing but "not now" may be answered.
      expect([409, 503]).toContain(answer.status)
    } catch (error) {
      if (error instanceof Error && error.name === 'AssertionError') throw error
    }
    await sleep(100)
  }
}

const addUser = (here: Scene, userId: string) =>
  createServer({ baseUrl: here.platform.demo.platformUrl, secretKey: here.platform.demo.secretKey }).users.put({
    userId,
    displayName: userId,
  })

const balanceOf = async ({ platform: { demo } }: Scene, userId: string): Promise<number> =>
  (await createServer({ baseUrl: demo.platformUrl, secretKey: demo.secretKey }).wallets.get({ userId })).balance

async function expectRightBooks({ postgres }: Scene): Promise<void> {
  const db = connect({ url: postgres.url }, { poolSize: 2 })
  expect((await verifyLedger(db)).faults).toEqual([])
  await db.close()
}

it('finds the order that the provider made when it is killed before it could write that down', async () => {
  const here = await scene()
  await addUser(here, 'late-buyer')
  // The order is made, and the answer never comes.
  here.razorpay.control.faultApi({ action: 'stall', method: 'POST', path: '/orders' })
  const waiting = surely(here, 'late-buyer', '/v1/topups', 'the-only-one', { packId: 'pack-100' })
  while (here.razorpay.control.orders().length === 0) await sleep(10)
  await here.killAndStart()
  const topup = await waiting
  const orders = here.razorpay.control.orders()
  expect(orders).toHaveLength(1)
  expect(orders[0]).toMatchObject({ id: topup.checkout?.orderId, receipt: topup.id })
  here.razorpay.control.pay(orders[0]?.id ?? '')
  await expect.poll(() => balanceOf(here, 'late-buyer')).toBe(100)
  await expectRightBooks(here)
})

it('credits each payment once, and loses none, when it is killed in mid-burst', { timeout: 180_000 }, async () => {
  const here = await scene()
  const buyers = Array.from({ length: 8 }, (_, n) => `buyer-${n}`)
  for (const userId of buyers) await addUser(here, userId)
  const each = 4
  const progress = { through: 0 }
  const buy = async (userId: string, n: number) => {
    const topup = await surely(here, userId, '/v1/topups', `${userId}-${n}`, { packId: 'pack-50' })
    const orderId = topup.checkout?.orderId ?? ''
    const { response, paymentId } = here.razorpay.control.pay(orderId)
    if (response === undefined) throw new Error('nothing was handed over')
    const proof = { paymentId, orderId, signature: response.razorpay_signature }
    // The page asks until it is told that the coins are there.
    for (let tries = 0; ; tries++) {
      const { status } = await surely(here, userId, `/v1/topups/${topup.id}/confirm`, `${userId}-${n}-confirm-${tries}`, proof)
      if (status === 'paid') break
      expect(status).toBe('pending')
      await sleep(200)
    }
    progress.through++
  }
  const all = Promise.all(
    buyers.map(async (userId) => {
      for (let n = 0; n < each; n++) await buy(userId, n)
    }),
  )
  for (const count of [5, 14, 23]) {
    while (progress.through < count) await sleep(5)
    await here.killAndStart()
  }
  await all
  for (const userId of buyers) expect(await balanceOf(here, userId)).toBe(each * 50)
  const orders = here.razorpay.control.orders()
  expect(orders).toHaveLength(buyers.length * each)
  expect(new Set(orders.map(({ receipt }) => receipt)).size).toBe(orders.length)
  await expectRightBooks(here)
})
