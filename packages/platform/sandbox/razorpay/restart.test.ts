import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { heldClock } from '../kit/clock.ts'
import { type Scene, setScene } from './test-merchant.ts'

const MONDAY = Date.UTC(2026, 0, 5, 9)
const DAY_MS = 86_400_000
let folder: string
const scenes: Scene[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'razorpay-sandbox-'))
})
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene.close()
  await rm(folder, { recursive: true })
})

/** A sandbox on the same file, whose clock shows what it is told; each has a merchant of its own. */
async function start(nowMs: number): Promise<Scene> {
  const scene = await setScene({ clock: heldClock(nowMs), stateFile: join(folder, 'state', 'razorpay.jsonl') })
  scenes.push(scene)
  return scene
}

describe('a sandbox with a state file', () => {
  it('remembers orders, payments, refunds and disputes', async () => {
    const before = await start(MONDAY)
    const { id } = await before.client.orders.create({ amount: 9_900, currency: 'INR', receipt: 'top_1' })
    const { paymentId } = before.sandbox.control.pay(id)
    const key = { 'x-refund-idempotency': 'rfd_0123456789' }
    const { json: refund } = await before.ask('POST', `/v1/payments/${paymentId}/refund`, { amount: 900 }, key)
    const dispute = before.sandbox.control.dispute(paymentId)
    await before.clock.settled()
    await before.sandbox.close()
    const after = await start(MONDAY + DAY_MS)
    expect((await after.client.orders.all({ receipt: 'top_1' })).items).toMatchObject([{ id, status: 'paid' }])
    expect((await after.client.orders.fetchPayments(id)).items).toMatchObject([{ id: paymentId, amount_refunded: 900 }])
    expect(await after.ask('POST', `/v1/payments/${paymentId}/refund`, { amount: 900 }, key)).toMatchObject({ json: refund })
    expect(await after.client.disputes.fetch(dispute)).toMatchObject({ status: 'open' })
  })

  it('does what fell due meanwhile: late payments come, uncaptured ones go back, refunds end', async () => {
    const before = await start(MONDAY)
    before.sandbox.control.change({ refundAfterMs: DAY_MS })
    const [late, uncaptured, refunded] = [await before.order(), await before.order(), await before.order()]
    before.sandbox.control.pay(late, { outcome: 'late', lateAfterSeconds: 3_600 })
    before.sandbox.control.pay(uncaptured, { outcome: 'authorized' })
    const refund = before.sandbox.control.refund(before.sandbox.control.pay(refunded).paymentId)
    await before.clock.settled()
    await before.sandbox.close()
    const after = await start(MONDAY + 4 * DAY_MS)
    await after.clock.settled()
    expect((await after.client.orders.fetch(late)).status).toBe('paid')
    expect((await after.client.orders.fetchPayments(uncaptured)).items).toMatchObject([{ status: 'refunded', captured: false }])
    expect(await after.client.refunds.fetch(refund)).toMatchObject({ status: 'processed' })
  })

  it('sends what was not through, to where and as it was signed', async () => {
    const before = await start(MONDAY)
    before.merchant.answer = 500
    before.sandbox.control.pay(await before.order(), { outcome: 'failure' })
    await before.clock.settled()
    await before.sandbox.close()
    before.merchant.answer = 200
    const after = await start(MONDAY + 30_000)
    await after.clock.advance(60_000)
    const [first, again] = before.merchant.seen
    expect(again).toEqual(first)
    expect(before.merchant.seen).toHaveLength(2)
    expect(after.merchant.seen).toEqual([])
  })

  it('writes each change within a moment, so that a killed process loses nothing', async () => {
    const { order } = await start(MONDAY)
    const id = await order()
    const written = () => readFile(join(folder, 'state', 'razorpay.jsonl'), 'utf8')
    while (!(await written()).includes(id)) await new Promise((resolve) => setTimeout(resolve, 5))
  })
})
