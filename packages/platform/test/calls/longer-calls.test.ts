import type { Call } from '@impacthub/sdk/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { browserPair, connected, prove, talk, type BrowserPair } from './browser-scene.ts'
import { callOf, inProgress, pair, settled, until } from './scene.ts'

let here: TestPlatform
let app: TestApp
beforeAll(async () => {
  here = await startPlatform()
  app = await here.app()
})
afterAll(() => here.stop())

const get = (callId: string) => app.server.calls.get({ callId })
const walletOf = (userId: string) => app.server.wallets.get({ userId })
const give = (userId: string, coins: number) => app.server.wallets.credit({ userId, coins, bucket: 'purchased', reason: 'More' })

/** They prove on until the platform ends the call. */
async function talkOut(two: BrowserPair, callId: string): Promise<Call> {
  for (;;) {
    const call = await get(callId)
    if (call.settled) return call
    await Promise.allSettled([prove(two.caller, callId), prove(two.callee, callId)])
    await here.advance(2)
  }
}

it('goes on for coins that come while the two talk, and is settled by all that was held', async () => {
  const two = await browserPair(here, app, { coins: 1, rate: { coins: 1, seconds: 20 } })
  const { id: callId } = await connected(here, two)
  await talk(here, two, callId, 8)
  await two.caller.live.nextOf('call.warning', (data) => Number(data['secondsLeft']) <= 15)
  await give(two.caller.userId, 2)
  await talk(here, two, callId, 8)
  expect(await get(callId)).toMatchObject({ status: 'in_progress', heldCoins: 3 })
  await two.caller.live.nextOf('call.meter', (data) => Number(data['secondsLeft']) > 40)
  expect(await walletOf(two.caller.userId)).toMatchObject({ balance: 0, buckets: { held: 3 } })
  const ended = talkOut(two, callId)
  await two.caller.live.nextOf('call.warning', (data) => Number(data['secondsLeft']) <= 15)
  expect(await ended).toMatchObject({ endReason: 'balance_exhausted', durationSeconds: 60, chargedCoins: 3, earnedCoins: 2 })
  expect(await walletOf(two.caller.userId)).toMatchObject({ balance: 0, buckets: { held: 0 } })
  expect(await here.trialBalance()).toBe(0)
})

it('gives back of all that was held what the talk did not use, to the coins that were drained last', async () => {
  const two = await browserPair(here, app, { coins: 0, rate: { coins: 1, seconds: 20 } })
  await app.server.wallets.credit({ userId: two.caller.userId, coins: 1, bucket: 'bonus', reason: 'Welcome' })
  const { id: callId } = await connected(here, two)
  await give(two.caller.userId, 4)
  await talk(here, two, callId, 22)
  expect(await get(callId)).toMatchObject({ heldCoins: 5 })
  await two.caller.client.calls.end({ callId })
  expect(await get(callId)).toMatchObject({ chargedCoins: 2, settled: true })
  expect(await walletOf(two.caller.userId)).toMatchObject({ buckets: { bonus: 0, purchased: 3, held: 0 } })
  const { data } = await two.caller.client.wallet.listTransactions()
  expect(data.filter(({ type }) => type === 'call_hold').map(({ coins }) => coins)).toEqual([-4, -1])
  // A refund knows what both holds paid with.
  const dispute = await two.caller.client.calls.dispute({ callId, reason: 'wrong_charge' })
  await app.server.disputes.resolve({ disputeId: dispute.id, outcome: 'refund', coins: 2, note: 'Sorry' })
  expect(await walletOf(two.caller.userId)).toMatchObject({ buckets: { bonus: 1, purchased: 4, held: 0 } })
  expect(await here.trialBalance()).toBe(0)
})

it('goes on no longer than the receiver lets anybody talk to them', async () => {
  const two = await browserPair(here, app, { coins: 1, rate: { coins: 1, seconds: 40 } })
  await two.callee.client.me.update({ maxCallSeconds: 60 })
  const { id: callId } = await connected(here, two)
  await give(two.caller.userId, 50)
  await talk(here, two, callId, 10)
  expect(await get(callId)).toMatchObject({ status: 'in_progress', heldCoins: 2 })
  expect(await talkOut(two, callId)).toMatchObject({ endReason: 'max_duration', durationSeconds: 60, chargedCoins: 2 })
  expect(await walletOf(two.caller.userId)).toMatchObject({ balance: 49, buckets: { held: 0 } })
})

it('is not made longer by less than an interval, nor by coins of somebody else', async () => {
  const two = await browserPair(here, app, { coins: 3, rate: { coins: 3, seconds: 20 } })
  const { id: callId } = await connected(here, two)
  await give(two.caller.userId, 2)
  await give(two.callee.userId, 10)
  expect(await talkOut(two, callId)).toMatchObject({ endReason: 'balance_exhausted', durationSeconds: 20, chargedCoins: 3 })
  expect(await walletOf(two.caller.userId)).toMatchObject({ balance: 2, buckets: { held: 0 } })
})

it('holds nothing for a call that somebody has ended', async () => {
  const two = await browserPair(here, app, { coins: 1 })
  const { id: callId } = await connected(here, two)
  await talk(here, two, callId, 4)
  await Promise.all([give(two.caller.userId, 5), two.callee.client.calls.end({ callId })])
  await here.advance(30)
  expect(await get(callId)).toMatchObject({ settled: true, chargedCoins: 1 })
  expect(await walletOf(two.caller.userId)).toMatchObject({ balance: 5, buckets: { held: 0 } })
})

it('leaves a call by phone at the limit that the provider was given', async () => {
  const two = await pair(app, { coins: 1 })
  const { id: callId } = await callOf(two)
  await until(here, app, callId, inProgress)
  await give(two.caller.userId, 5)
  expect(await until(here, app, callId, settled)).toMatchObject({ endReason: 'balance_exhausted', durationSeconds: 60, chargedCoins: 1 })
  expect(await walletOf(two.caller.userId)).toMatchObject({ balance: 5, buckets: { held: 0 } })
})
