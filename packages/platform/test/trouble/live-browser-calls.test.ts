import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@impacthub/sdk'
import { createServer } from '@impacthub/sdk/server'
import { afterEach, expect, it } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import { verifyLedger } from '../../src/features/wallet/index.ts'
import { newPeer } from '../calls/browser-scene.ts'
import { TestClient } from '../realtime/test-client.ts'
import { forget, startChild, type ChildPlatform } from './child-platform.ts'
import { ownPostgres } from './own-postgres.ts'

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const work of cleanUp.splice(0).reverse()) await work()
})

/** A tab that proves every second that it hears the other one, over a live connection, and comes back when that breaks. */
function tab({ demo }: ChildPlatform, userId: string) {
  const server = createServer({ baseUrl: demo.platformUrl, secretKey: demo.secretKey })
  const getToken = async () => (await server.users.createToken({ userId })).token
  const client = createClient({ baseUrl: demo.platformUrl, publishableKey: demo.publishableKey, getToken })
  const peer = newPeer()
  const url = `${demo.platformUrl.replace('http', 'ws')}/v1/realtime`
  const state = { live: undefined as TestClient | undefined, callId: '', bytes: 0, proved: 0, ended: false }
  const open = async () => {
    state.live = await TestClient.hello(url, { token: await getToken() })
    await state.live.nextOf('session.snapshot')
  }
  const beat = async (): Promise<void> => {
    while (!state.ended) {
      await sleep(1_000)
      if (state.callId === '') continue
      if (state.live?.socket.readyState !== 1) await Promise.race([open(), sleep(900)]).catch(() => undefined)
      if (state.live?.socket.readyState !== 1) continue
      state.live.send({ type: 'call.proof', callId: state.callId, peer, media: 'connected', bytesReceived: (state.bytes += 1_000) })
      state.proved = Date.now()
    }
  }
  return { client, peer, state, open, beating: beat() }
}

it('goes on with live browser calls after kill -9, and settles to the last proof the one to which nobody comes back', async () => {
  const postgres = await ownPostgres()
  cleanUp.push(() => postgres.remove())
  const first = await startChild({ databaseUrl: postgres.url })
  cleanUp.push(async () => forget(first.dataDir))
  const server = createServer({ baseUrl: first.demo.platformUrl, secretKey: first.demo.secretKey })
  const begun: { callId: string; caller: ReturnType<typeof tab>; callee: ReturnType<typeof tab> }[] = []
  for (const n of [1, 2, 3]) {
    const [callerId, calleeId] = [`web-caller-${n}`, `web-callee-${n}`]
    for (const userId of [callerId, calleeId]) await server.users.put({ userId, displayName: userId, rate: { coins: 1, seconds: 1 } })
    await server.wallets.credit({ userId: callerId, coins: 1_000, reason: 'Start' })
    const [caller, callee] = [tab(first, callerId), tab(first, calleeId)]
    cleanUp.push(async () => {
      caller.state.ended = callee.state.ended = true
      await Promise.all([caller.beating, callee.beating])
    })
    await Promise.all([caller.open(), callee.open()])
    const { id: callId } = await caller.client.calls.create({ calleeId, channel: 'browser', peer: caller.peer })
    await callee.client.calls.accept({ callId, peer: callee.peer })
    caller.state.callId = callee.state.callId = callId
    begun.push({ callId, caller, callee })
  }
  const get = (callId: string) => server.calls.get({ callId })
  for (const { callId } of begun) while ((await get(callId)).durationSeconds < 5) await sleep(200)

  await first.kill()
  const [left] = begun
  if (left === undefined) throw new Error('there are calls')
  // Of one call nobody comes back.
  left.caller.state.ended = left.callee.state.ended = true
  const lastProof = Math.max(left.caller.state.proved, left.callee.state.proved)
  const second = await startChild({
    databaseUrl: postgres.url,
    dataDir: first.dataDir,
    port: Number(new URL(first.demo.platformUrl).port),
  })
  cleanUp.push(() => second.stop())

  while (!(await get(left.callId)).settled) await sleep(250)
  const lost = await get(left.callId)
  expect(lost).toMatchObject({ status: 'completed', chargedCoins: lost.durationSeconds })
  expect(lost.durationSeconds).toBeGreaterThanOrEqual(5)
  expect(lost.durationSeconds).toBeLessThanOrEqual((lastProof - Date.parse(lost.answeredAt ?? '')) / 1_000 + 0.5)
  for (const { callId, caller } of begun.slice(1)) {
    const before = (await get(callId)).durationSeconds
    while ((await get(callId)).durationSeconds < before + 3) await sleep(250)
    const ended = await caller.client.calls.end({ callId })
    expect(ended).toMatchObject({ status: 'completed', endReason: 'caller_hangup', settled: true, chargedCoins: ended.durationSeconds })
    expect(ended.durationSeconds).toBeGreaterThan(8)
    expect(ended.durationSeconds).toBeLessThanOrEqual((Date.parse(ended.endedAt ?? '') - Date.parse(ended.answeredAt ?? '')) / 1_000)
    expect(await server.wallets.get({ userId: ended.callerId })).toMatchObject({
      balance: 1_000 - ended.chargedCoins,
      buckets: { held: 0 },
    })
  }
  const db = connect({ url: postgres.url }, { poolSize: 2 })
  expect((await verifyLedger(db)).faults).toEqual([])
  await db.close()
})
