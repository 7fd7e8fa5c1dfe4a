import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { accept, browserPair, connect, connected, newPeer, prove, ring, talk, type BrowserPair } from './browser-scene.ts'
import { pair, ringing, settled, until } from './scene.ts'

let here: TestPlatform
let app: TestApp
beforeAll(async () => {
  here = await startPlatform()
  app = await here.app()
})
afterAll(() => here.stop())

const refused = (code: string, status: number): unknown => expect.objectContaining({ code, status })
const get = (callId: string) => app.server.calls.get({ callId })
const walletOf = (userId: string) => app.server.wallets.get({ userId })

/** The call left nothing behind: no hold, nobody busy, no coins moved. */
async function nothingPaid({ caller, callee }: BrowserPair): Promise<void> {
  await here.quiet()
  expect(await walletOf(caller.userId)).toMatchObject({ balance: 10, buckets: { held: 0 } })
  const { data } = await app.server.presence.get({ userIds: `${caller.userId},${callee.userId}` })
  expect(data.some(({ status }) => status === 'busy')).toBe(false)
  expect(await here.trialBalance()).toBe(0)
}

it('says that browsers can call each other', async () => {
  const { caller } = await browserPair(here, app)
  expect((await caller.client.app.get()).channels).toEqual(['phone', 'browser'])
})

it('rings in the callee’s tabs, is accepted, talks, and is settled by what both proved', async () => {
  const two = await browserPair(here, app)
  const call = await ring(two)
  expect(call).toMatchObject({
    status: 'initiated',
    channel: 'browser',
    provider: 'browser',
    number: null,
    peers: { caller: two.caller.peer, callee: null },
    acceptedAt: null,
    heldCoins: 10,
  })
  await here.quiet()
  await two.callee.live.nextOf('call.updated', (data) => data['status'] === 'ringing')
  expect(await accept(two, call.id)).toMatchObject({ status: 'ringing', peers: { caller: two.caller.peer, callee: two.callee.peer } })
  await here.quiet()
  await two.caller.live.nextOf('call.updated', (data) => (data['peers'] as { callee: string }).callee === two.callee.peer)
  await here.advance(1)
  const began = here.held.now()
  await talk(here, two, call.id, 61)
  expect(await get(call.id)).toMatchObject({ status: 'in_progress', answeredAt: new Date(began).toISOString(), settled: false })
  const ended = await two.callee.client.calls.end({ callId: call.id })
  expect(ended).toMatchObject({
    status: 'completed',
    endReason: 'callee_hangup',
    durationSeconds: 61,
    chargedCoins: 2,
    earnedCoins: 1,
    settled: true,
    estimated: false,
    missed: false,
    hangupCauses: { caller: 'completed', callee: 'completed' },
  })
  expect(await two.caller.client.calls.end({ callId: call.id })).toMatchObject({ endReason: 'callee_hangup', durationSeconds: 61 })
  expect(await walletOf(two.caller.userId)).toMatchObject({ balance: 8, buckets: { held: 0 } })
  await here.quiet()
  await two.caller.live.nextOf('call.updated', (data) => data['endedAt'] !== null)
  expect(await here.trialBalance()).toBe(0)
})

it('tells nobody answered when the ringing is over, and who was missed', async () => {
  const two = await browserPair(here, app)
  const { id } = await ring(two)
  await here.advance(29)
  expect(await get(id)).toMatchObject({ status: 'ringing' })
  await here.advance(1)
  expect(await get(id)).toMatchObject({ status: 'no_answer', endReason: 'no_answer', settled: true, chargedCoins: 0, missed: true })
  await nothingPaid(two)
})

it('is declined by the callee only, once, and before the talk', async () => {
  const two = await browserPair(here, app)
  const { id } = await ring(two)
  await here.quiet()
  await expect(two.caller.client.calls.decline({ callId: id })).rejects.toEqual(refused('forbidden', 403))
  const declined = { status: 'declined', endReason: 'declined', settled: true, chargedCoins: 0, missed: false }
  expect(await two.callee.client.calls.decline({ callId: id })).toMatchObject(declined)
  expect(await two.callee.client.calls.decline({ callId: id })).toMatchObject(declined)
  await nothingPaid(two)

  const talking = await browserPair(here, app)
  const live = await connected(here, talking)
  await expect(talking.callee.client.calls.decline({ callId: live.id })).rejects.toEqual(refused('conflict', 409))
  await talking.callee.client.calls.end({ callId: live.id })
})

it('is canceled by the caller while it rings, and by the host’s server', async () => {
  for (const by of ['caller', 'server'] as const) {
    const two = await browserPair(here, app)
    const { id } = await ring(two)
    await here.quiet()
    const client = by === 'caller' ? two.caller.client : app.server
    const endReason = by === 'caller' ? 'canceled' : 'platform'
    expect(await client.calls.end({ callId: id })).toMatchObject({ status: 'canceled', endReason, settled: true })
    expect(await two.callee.client.calls.get({ callId: id })).toMatchObject({ missed: true })
    await expect(accept(two, id)).rejects.toEqual(refused('conflict', 409))
    await nothingPaid(two)
  }
})

it('lets exactly one of two tabs that accept at once carry the sound, and both see which', async () => {
  const two = await browserPair(here, app)
  const { id } = await ring(two)
  await here.quiet()
  const tabs = [newPeer(), newPeer()]
  await Promise.all(tabs.map((peer) => two.callee.client.calls.accept({ callId: id, peer })))
  await here.quiet()
  const { peers, acceptedAt } = await get(id)
  expect(tabs).toContain(peers?.callee)
  expect(acceptedAt).not.toBeNull()
  await two.callee.live.nextOf('call.updated', (data) => (data['peers'] as { callee: string }).callee === peers?.callee)
  const loser = { ...two.callee, peer: tabs.find((tab) => tab !== peers?.callee) ?? '' }
  await expect(prove(loser, id)).rejects.toEqual(refused('conflict', 409))
  await two.caller.client.calls.end({ callId: id })
})

it('changes nothing when the same tab accepts again, and moves to another tab when a page is reloaded', async () => {
  const two = await browserPair(here, app)
  const { id } = await ring(two)
  const first = await accept(two, id)
  await here.advance(3)
  expect(await accept(two, id)).toMatchObject({ acceptedAt: first.acceptedAt, peers: first.peers })
  await talk(here, two, id, 10)
  const reloaded = { ...two, callee: { ...two.callee, peer: newPeer() } }
  expect(await accept(reloaded, id)).toMatchObject({
    status: 'in_progress',
    acceptedAt: first.acceptedAt,
    peers: { callee: reloaded.callee.peer },
  })
  await here.advance(4)
  await talk(here, reloaded, id, 10)
  expect(await two.caller.client.calls.end({ callId: id })).toMatchObject({ durationSeconds: 24, status: 'completed' })
})

it('lets the caller’s tab join a call that a server placed', async () => {
  const two = await browserPair(here, app)
  const { id, peers } = await app.server.calls.create({ callerId: two.caller.userId, calleeId: two.callee.userId, channel: 'browser' })
  expect(peers).toEqual({ caller: null, callee: null })
  await here.quiet()
  expect(await two.caller.client.calls.accept({ callId: id, peer: two.caller.peer })).toMatchObject({
    peers: { caller: two.caller.peer, callee: null },
    acceptedAt: null,
  })
  await accept(two, id)
  await talk(here, two, id, 4)
  expect(await app.server.calls.end({ callId: id })).toMatchObject({ endReason: 'platform', durationSeconds: 4, chargedCoins: 1 })
})

it('refuses a callee who is not there, though their phone may ring', async () => {
  const two = await browserPair(here, app)
  const away = await app.user('away', { phone: null, availability: 'always' })
  const wish = { channel: 'browser', calleeId: away.userId } as const
  await expect(two.caller.client.calls.create(wish)).rejects.toEqual(refused('callee_offline', 409))
  await app.server.presence.set({ userId: two.callee.userId, availability: 'never' })
  await expect(ring(two)).rejects.toEqual(refused('callee_offline', 409))
  await nothingPaid(two)
})

it('refuses between two of whom one blocks the other, without coins, and to who is in a call', async () => {
  const [one, other] = [await browserPair(here, app), await browserPair(here, app, { coins: 0 })]
  await one.callee.client.me.block({ userId: one.caller.userId })
  await expect(ring(one)).rejects.toEqual(refused('callee_blocked', 409))
  await expect(ring(other)).rejects.toEqual(refused('insufficient_balance', 402))
  await one.callee.client.me.unblock({ userId: one.caller.userId })
  const { id } = await ring(one)
  await app.server.wallets.credit({ userId: other.caller.userId, coins: 10, reason: 'Start' })
  await expect(other.caller.client.calls.create({ calleeId: one.callee.userId, channel: 'browser' })).rejects.toEqual(
    refused('callee_busy', 409),
  )
  await one.caller.client.calls.end({ callId: id })
  await nothingPaid(one)
})

it('starts one call when the same request is sent twice', async () => {
  const two = await browserPair(here, app)
  const wish = { calleeId: two.callee.userId, channel: 'browser', peer: two.caller.peer } as const
  const answers = await Promise.all(
    [1, 2, 3].map(() => two.caller.client.calls.create(wish, { idempotencyKey: `twice-${two.caller.userId}` })),
  )
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
  expect(await walletOf(two.caller.userId)).toMatchObject({ buckets: { held: 10 } })
  await expect(two.caller.client.calls.create(wish)).rejects.toEqual(refused('caller_busy', 409))
  await two.caller.client.calls.end({ callId: answers[0]?.id ?? '' })
})

it('does not exist for strangers, neither of this app nor of another', async () => {
  const two = await browserPair(here, app)
  const { id } = await ring(two)
  const stranger = await app.user('stranger')
  const elsewhere = await (await here.app('Elsewhere')).user('stranger')
  for (const { client } of [stranger, elsewhere]) {
    const peer = newPeer()
    for (const attempt of [
      () => client.calls.accept({ callId: id, peer }),
      () => client.calls.decline({ callId: id }),
      () => client.calls.iceServers({ callId: id }),
      () => client.calls.sendSignals({ callId: id, peer: two.caller.peer, signals: [{ kind: 'bye' }] }),
      () => client.calls.sendProof({ callId: id, peer: two.caller.peer, media: 'connected', bytesReceived: 1 }),
    ])
      await expect(attempt()).rejects.toEqual(refused('not_found', 404))
  }
  expect(await get(id)).toMatchObject({ peers: { caller: two.caller.peer, callee: null }, acceptedAt: null })
  await two.caller.client.calls.end({ callId: id })
})

it('takes no peer that is none', async () => {
  const two = await browserPair(here, app)
  const { id } = await ring(two)
  for (const peer of ['short', 'x'.repeat(65), 'with spaces in it…'])
    await expect(two.callee.client.calls.accept({ callId: id, peer })).rejects.toEqual(refused('invalid_request', 400))
  await two.caller.client.calls.end({ callId: id })
})

it('tells the open call to a tab that comes later', async () => {
  const two = await browserPair(here, app)
  const call = await connected(here, two)
  const tab = await connect(here, two.callee)
  expect(tab.frames[0]?.data['calls']).toMatchObject([{ id: call.id, status: 'in_progress', peers: { callee: two.callee.peer } }])
  await two.caller.client.calls.end({ callId: call.id })
})

it('leaves phones what is theirs: a call on phones is not accepted here, but declined', async () => {
  const two = await pair(app, { calleeDoes: '0002' })
  const { id } = await two.caller.client.calls.create({ calleeId: two.callee.userId })
  await until(here, app, id, ringing)
  await expect(two.callee.client.calls.accept({ callId: id, peer: newPeer() })).rejects.toEqual(refused('conflict', 409))
  await expect(two.callee.client.calls.iceServers({ callId: id })).rejects.toEqual(refused('conflict', 409))
  await two.callee.client.calls.decline({ callId: id })
  expect(await until(here, app, id, settled)).toMatchObject({ status: 'declined', endReason: 'declined', chargedCoins: 0 })
})
