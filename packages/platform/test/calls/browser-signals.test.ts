import type { CallSignal } from '@impacthub/sdk/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLogger, type Logger } from '../../src/base/logger.ts'
import { everyTenant } from '../../src/base/tenant.ts'
import { ask } from '../ask.ts'
import { startRedis } from '../redis/start-redis.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { TestClient, until } from '../realtime/test-client.ts'
import {
  accept,
  alone,
  browserPair,
  connect,
  liveUrl,
  movedTo,
  newPeer,
  offer,
  prove,
  ring,
  talk,
  type BrowserPair,
} from './browser-scene.ts'

const logged: string[] = []
const quiet = createLogger('silent')
const note = (message: string, fields?: object): void => void logged.push(JSON.stringify([message, fields]))
const logger: Logger = { ...quiet, info: note, warn: note, error: note }

let here: TestPlatform
let app: TestApp
beforeAll(async () => {
  here = await startPlatform({ logger })
  app = await here.app()
})
afterAll(() => here.stop())

const refused = (code: string): unknown => expect.objectContaining({ code })
const send = (two: BrowserPair, side: 'caller' | 'callee', callId: string, signals: readonly CallSignal[], peer = two[side].peer): void =>
  two[side].live.send({ type: 'call.signal', callId, peer, signals })

async function accepted(): Promise<{ two: BrowserPair; id: string }> {
  const two = await browserPair(here, app)
  const { id } = await ring(two)
  await accept(two, id)
  await here.quiet()
  return { two, id }
}

it('passes signals to the other side’s connections, both ways, as they are', async () => {
  const { two, id } = await accepted()
  const secondTab = await connect(here, two.callee)
  const signals: CallSignal[] = [
    offer(),
    { kind: 'candidate', candidate: 'candidate:1 1 udp', sdpMid: null, sdpMLineIndex: 0 },
    { kind: 'restart' },
  ]
  send(two, 'caller', id, signals)
  for (const live of [two.callee.live, secondTab])
    expect((await live.nextOf('call.signal')).data).toEqual({ callId: id, from: 'caller', peer: two.caller.peer, signals })
  send(two, 'callee', id, [{ kind: 'answer', sdp: 'v=0' }])
  expect((await two.caller.live.nextOf('call.signal')).data).toMatchObject({ from: 'callee', peer: two.callee.peer })
  await two.caller.client.calls.end({ callId: id })
})

it('passes them on where only polling works', async () => {
  const { two, id } = await accepted()
  const credential = await two.callee.token()
  const poll = async (query: string) =>
    JSON.parse((await ask(here.url, { method: 'GET', path: `/v1/realtime/poll?${query}`, credential })).text) as {
      session: string
      frames: { seq: number; type: string; data: unknown }[]
    }
  const { session, frames } = await poll('waitSeconds=0')
  // As long as a description may be.
  const signals = [offer(12_000)]
  await two.caller.client.calls.sendSignals({ callId: id, peer: two.caller.peer, signals })
  const next = await poll(`session=${session}&after=${frames.at(-1)?.seq ?? 0}&waitSeconds=5`)
  expect(next.frames).toMatchObject([{ type: 'call.signal', data: { callId: id, from: 'caller', signals } }])
  await two.caller.client.calls.end({ callId: id })
})

it('drops what is of no tab of the call, of no open call and of no party, and says so to a request', async () => {
  const two = await browserPair(here, app)
  const { id } = await ring(two)
  const [one, other] = [newPeer(), newPeer()]
  await expect(two.caller.client.calls.sendSignals({ callId: id, peer: two.caller.peer, signals: [offer()] })).rejects.toEqual(
    refused('conflict'),
  )
  send(two, 'caller', id, [offer(1)])
  await accept(two, id)
  send(two, 'caller', id, [offer(2)], one)
  await expect(two.caller.client.calls.sendSignals({ callId: id, peer: other, signals: [offer()] })).rejects.toEqual(refused('conflict'))
  const stranger = await connect(here, await app.user('stranger'))
  stranger.send({ type: 'call.signal', callId: id, peer: two.caller.peer, signals: [offer(3)] })
  const elsewhere = await connect(here, await (await here.app('Elsewhere')).user('stranger'))
  elsewhere.send({ type: 'call.signal', callId: id, peer: two.caller.peer, signals: [offer(4)] })
  send(two, 'caller', id, [{ kind: 'bye' }])
  expect((await two.callee.live.nextOf('call.signal')).data['signals']).toEqual([{ kind: 'bye' }])
  await two.caller.client.calls.end({ callId: id })
  await expect(two.caller.client.calls.sendSignals({ callId: id, peer: two.caller.peer, signals: [offer()] })).rejects.toEqual(
    refused('conflict'),
  )
  send(two, 'caller', id, [offer(5)])
  const { id: next } = await ring(two)
  await accept(two, next)
  send(two, 'caller', next, [{ kind: 'restart' }])
  const heard = await two.callee.live.nextOf('call.signal')
  expect(heard.data).toMatchObject({ callId: next, signals: [{ kind: 'restart' }] })
  await two.caller.client.calls.end({ callId: next })
})

it.each<[string, unknown]>([
  ['more than 20', Array.from({ length: 21 }, () => ({ kind: 'bye' }))],
  ['none', []],
  ['a long description', [offer(12_001)]],
  ['an unknown kind', [{ kind: 'renegotiate' }]],
  ['an unknown field', [{ kind: 'bye', why: 'no' }]],
  ['a long path', [{ kind: 'candidate', candidate: 'x'.repeat(1_001), sdpMid: null, sdpMLineIndex: null }]],
])('refuses signals that are none: %s', async (_, signals) => {
  const { two, id } = await accepted()
  const credential = await two.caller.token()
  const body = { peer: two.caller.peer, signals }
  const answer = await ask(here.url, { method: 'POST', path: `/v1/calls/${id}/signals`, credential, body })
  expect(answer.status).toBe(400)
  two.caller.live.send({ type: 'call.signal', callId: id, ...body })
  expect(await two.caller.live.closed).toBe(4400)
  await two.callee.client.calls.end({ callId: id })
})

it('lets no side flood the other', async () => {
  const { two, id } = await accepted()
  const token = await two.caller.token()
  // By hand: the SDK waits and sends again.
  const flood = Array.from({ length: 120 }, async (_, n) => {
    const { status } = await fetch(`${here.url}/v1/calls/${id}/signals`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': `flood-${n}` },
      body: JSON.stringify({ peer: two.caller.peer, signals: [offer(11_000)] }),
    })
    return status
  })
  const answers = await Promise.all(flood)
  expect(new Set(answers)).toEqual(new Set([204, 429]))
  await two.callee.client.calls.end({ callId: id })
})

it('neither stores nor logs what signals say', async () => {
  const { two, id } = await accepted()
  const sdp = 'v=0 o=hidden-address 192.0.2.77'
  await two.caller.client.calls.sendSignals(
    { callId: id, peer: two.caller.peer, signals: [{ kind: 'offer', sdp }] },
    { idempotencyKey: 'signals-1' },
  )
  send(two, 'caller', id, [{ kind: 'offer', sdp }])
  send(two, 'caller', id, [{ kind: 'offer', sdp }], newPeer())
  await two.callee.live.nextOf('call.signal')
  await two.callee.live.nextOf('call.signal')
  await two.callee.client.calls.end({ callId: id })
  await here.quiet()
  const stored = await here.platform.db.transact(everyTenant, async (tx) => {
    const tables = await tx.query<{ name: string }>(
      `select relname as name from pg_class
       where relkind = 'r' and relnamespace = 'public'::regnamespace and has_table_privilege(current_user, oid, 'select')`,
    )
    const found: string[] = []
    for (const { name } of tables) {
      const rows = await tx.query(`select from "${name}" t where t::text like '%hidden-address%' limit 1`)
      if (rows.length > 0) found.push(name)
    }
    return { found, tables: tables.length }
  })
  expect(stored.tables).toBeGreaterThan(10)
  expect(stored.found).toEqual([])
  expect(logged.join('\n')).not.toContain('hidden-address')
})

it('works between two processes: signals reach the other, and proofs of each count', async () => {
  const redis = await startRedis()
  const one = await startPlatform({ redisUrl: redis.url })
  const other = await startPlatform({ beside: one, redisUrl: redis.url })
  try {
    const own = await one.app()
    const there = await browserPair(one, own)
    const two = { caller: there.caller, callee: await movedTo(other, own, there.callee) }
    const { id } = await ring(two)
    await two.callee.live.nextOf('call.updated', (data) => data['id'] === id)
    await accept(two, id)
    send(two, 'caller', id, [offer()])
    expect((await two.callee.live.nextOf('call.signal')).data).toMatchObject({ callId: id, from: 'caller' })
    send(two, 'callee', id, [{ kind: 'restart' }])
    expect((await two.caller.live.nextOf('call.signal')).data).toMatchObject({ from: 'callee' })
    await talk(one, two, id, 61)
    await one.advance(1)
    await other.quiet()
    expect(await other.platform.db.transact(everyTenant, (tx) => tx.query('select status from calls'))).toEqual([{ status: 'in_progress' }])
    await alone(one, two.callee, id, 16)
    await other.quiet()
    expect(await own.server.calls.get({ callId: id })).toMatchObject({
      endReason: 'caller_hangup',
      durationSeconds: 61,
      chargedCoins: 2,
      settled: true,
    })
    expect(await one.trialBalance()).toBe(0)
  } finally {
    await other.stop()
    await one.stop()
    await redis.stop()
  }
})

it('takes proofs over the live connection too', async () => {
  const { two, id } = await accepted()
  const proof = (side: 'caller' | 'callee', bytesReceived: number) =>
    two[side].live.send({ type: 'call.proof', callId: id, peer: two[side].peer, media: 'connected', bytesReceived })
  let bytes = 0
  const both = async () => {
    proof('caller', ++bytes)
    proof('callee', ++bytes)
    // What comes after them on the same connection has been heard when it is answered.
    for (const { live } of [two.caller, two.callee]) {
      live.send({ type: 'watch', userIds: [`watched-${bytes}`] })
      await live.nextOf('presence.snapshot')
    }
  }
  for (let n = 0; n < 6; n++) {
    await both()
    await here.advance(2)
  }
  await until(async () => (await app.server.calls.get({ callId: id })).status === 'in_progress')
  expect(await two.caller.client.calls.end({ callId: id })).toMatchObject({ durationSeconds: 10, chargedCoins: 1 })
  await expect(prove(two.caller, id)).rejects.toEqual(refused('conflict'))
})

it('keeps a server’s connection out of calls', async () => {
  const { two, id } = await accepted()
  const answer = await ask(here.url, { method: 'POST', path: '/v1/realtime/tickets', credential: app.secretKey, body: {} })
  const { ticket } = JSON.parse(answer.text) as { ticket: string }
  const server = await TestClient.hello(liveUrl(here), { ticket })
  await server.nextOf('session.snapshot')
  server.send({ type: 'call.signal', callId: id, peer: two.caller.peer, signals: [offer()] })
  server.send({ type: 'call.proof', callId: id, peer: two.caller.peer, media: 'connected', bytesReceived: 1 })
  server.send({ type: 'watch', userIds: [two.caller.userId] })
  await server.nextOf('presence.snapshot')
  send(two, 'caller', id, [{ kind: 'bye' }])
  expect((await two.callee.live.nextOf('call.signal')).data['signals']).toEqual([{ kind: 'bye' }])
  await two.caller.client.calls.end({ callId: id })
  await server.close()
})
