import { afterAll, beforeAll, expect, it } from 'vitest'
import { everyTenant } from '../../src/base/tenant.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { accept, alone, browserPair, connected, newPeer, prove, ring, talk, type BrowserPair } from './browser-scene.ts'

let here: TestPlatform
let app: TestApp
beforeAll(async () => {
  here = await startPlatform()
  app = await here.app()
})
afterAll(() => here.stop())

const get = (callId: string) => app.server.calls.get({ callId })
const left = async ({ caller }: BrowserPair) => (await app.server.wallets.get({ userId: caller.userId })).balance
const since = (moment: number) => (here.held.now() - moment) / 1_000

it('goes on over a cut of 5 s', async () => {
  const two = await browserPair(here, app)
  const { id } = await connected(here, two)
  await talk(here, two, id, 20)
  await here.advance(5)
  await talk(here, two, id, 20)
  expect(await two.caller.client.calls.end({ callId: id })).toMatchObject({ status: 'completed', durationSeconds: 46, chargedCoins: 1 })
})

it('goes on over a cut of 10 s, which it does not charge', async () => {
  const two = await browserPair(here, app)
  const { id } = await connected(here, two)
  await talk(here, two, id, 9)
  await here.advance(10)
  expect(await get(id)).toMatchObject({ status: 'in_progress' })
  await talk(here, two, id, 20)
  expect(await two.caller.client.calls.end({ callId: id })).toMatchObject({ durationSeconds: 30, status: 'completed' })
})

it.each(['caller', 'callee'] as const)(
  'ends within 15 s when the %s vanishes, and charges nothing after their last proof',
  async (side) => {
    const two = await browserPair(here, app)
    const { id } = await connected(here, two)
    await talk(here, two, id, 59)
    const gone = here.held.now()
    const other = side === 'caller' ? two.callee : two.caller
    while ((await get(id)).endedAt === null) await alone(here, other, id, 1)
    expect(since(gone)).toBeGreaterThanOrEqual(13)
    expect(since(gone)).toBeLessThanOrEqual(15)
    expect(await get(id)).toMatchObject({
      status: 'completed',
      endReason: `${side}_hangup`,
      durationSeconds: 60,
      chargedCoins: 1,
      settled: true,
      endedAt: new Date(gone).toISOString(),
      hangupCauses: { caller: side === 'caller' ? 'lost' : 'completed', callee: side === 'callee' ? 'lost' : 'completed' },
    })
    expect(await left(two)).toBe(9)
    expect(await here.trialBalance()).toBe(0)
  },
)

it('does not count what only one side says', async () => {
  const two = await browserPair(here, app)
  const { id } = await connected(here, two)
  await alone(here, two.callee, id, 60, 'connected')
  expect(await get(id)).toMatchObject({
    status: 'completed',
    endReason: 'caller_hangup',
    durationSeconds: 0,
    chargedCoins: 0,
    settled: true,
  })
  expect(await left(two)).toBe(10)
})

it('does not count a proof that is told again: audio that has not grown proves nothing', async () => {
  const two = await browserPair(here, app)
  const { id } = await connected(here, two)
  const stuck = { callId: id, peer: two.caller.peer, media: 'connected', bytesReceived: 7 } as const
  while ((await get(id)).endedAt === null) {
    await two.caller.client.calls.sendProof(stuck)
    await prove(two.callee, id)
    await here.advance(2)
  }
  expect(await get(id)).toMatchObject({ status: 'completed', endReason: 'caller_hangup', durationSeconds: 1 })
})

it('ends for a caller who proves just often enough not to be gone, and talks on unpaid', async () => {
  const two = await browserPair(here, app)
  const { id } = await connected(here, two)
  const began = here.held.now()
  for (let n = 0; (await get(id)).endedAt === null; n++) {
    await prove(two.callee, id)
    if (n % 4 === 0) await prove(two.caller, id)
    await here.advance(2)
  }
  expect(since(began)).toBeLessThanOrEqual(40)
  expect(await get(id)).toMatchObject({ status: 'completed', endReason: 'caller_hangup', settled: true })
})

it('fails without a charge when sound does not come about in 20 s', async () => {
  const two = await browserPair(here, app)
  const { id } = await ring(two)
  await accept(two, id)
  const accepted = here.held.now()
  while ((await get(id)).endedAt === null) {
    await prove(two.caller, id, 'connecting')
    await prove(two.callee, id, 'connecting')
    await here.advance(1)
  }
  expect(since(accepted)).toBe(20)
  expect(await get(id)).toMatchObject({
    status: 'failed',
    endReason: 'provider_error',
    chargedCoins: 0,
    settled: true,
    hangupCauses: { caller: 'media_failed', callee: 'media_failed' },
    missed: false,
  })
  expect(await left(two)).toBe(10)
})

it('is cut off when the coins are used up, warned of it before, and not charged beyond', async () => {
  const two = await browserPair(here, app, { coins: 2 })
  const { id, limitSeconds } = await connected(here, two)
  expect(limitSeconds).toBe(120)
  const began = here.held.now() - 1_000
  while ((await get(id)).endedAt === null) {
    await Promise.all([prove(two.caller, id), prove(two.callee, id)])
    await here.advance(1)
  }
  expect(since(began)).toBeGreaterThanOrEqual(120)
  expect(since(began)).toBeLessThanOrEqual(122)
  expect(await get(id)).toMatchObject({ endReason: 'balance_exhausted', durationSeconds: 120, chargedCoins: 2, settled: true })
  const told = (type: string) => two.caller.live.frames.filter((frame) => frame.type === type).map(({ data }) => data['secondsLeft'])
  expect(told('call.warning')).toEqual([60, 15])
  expect(told('call.meter').length).toBeGreaterThan(20)
  expect(await left(two)).toBe(0)
})

it('counts meter and warnings by what is proved, not by the clock, when the talk has gaps', async () => {
  const two = await browserPair(here, app, { coins: 2 })
  const { id } = await connected(here, two)
  for (let n = 0; n < 5; n++) {
    await talk(here, two, id, 10)
    await here.advance(9)
  }
  await prove(two.caller, id)
  await prove(two.callee, id)
  await here.advance(1)
  const meters = two.caller.live.frames.filter((frame) => frame.type === 'call.meter').map(({ data }) => Number(data['elapsedSeconds']))
  expect(Math.max(...meters)).toBeLessThanOrEqual(51)
  expect(two.caller.live.frames.filter((frame) => frame.type === 'call.warning')).toEqual([])
  expect(await two.caller.client.calls.end({ callId: id })).toMatchObject({ durationSeconds: 51, chargedCoins: 1 })
})

it('ends a talk that is hardly proved, and so hardly paid, long before its limit', async () => {
  const two = await browserPair(here, app)
  const { id, createdAt } = await connected(here, two)
  while ((await get(id)).endedAt === null) {
    await Promise.all([prove(two.caller, id), prove(two.callee, id)])
    await here.advance(9)
  }
  const { endedAt } = await get(id)
  expect((Date.parse(endedAt ?? '') - Date.parse(createdAt)) / 1_000).toBeLessThanOrEqual(90)
  expect(await get(id)).toMatchObject({ endReason: 'caller_hangup', durationSeconds: 1, chargedCoins: 1, settled: true })
})

it('takes proofs from the tab that carries the sound alone', async () => {
  const two = await browserPair(here, app)
  const { id } = await connected(here, two)
  const other = { ...two.callee, peer: newPeer() }
  for (let n = 1; (await get(id)).endedAt === null; n++) {
    await prove(two.caller, id)
    await expect(prove(other, id)).rejects.toMatchObject({ code: 'conflict' })
    // Over the live connection the same is dropped.
    two.callee.live.send({ type: 'call.proof', callId: id, peer: other.peer, media: 'connected', bytesReceived: n })
    await here.advance(2)
  }
  expect(await get(id)).toMatchObject({ endReason: 'callee_hangup', durationSeconds: 0 })
})

it('is settled once, however many end it at once', async () => {
  const two = await browserPair(here, app)
  const { id } = await connected(here, two)
  await talk(here, two, id, 30)
  const clients = [two.caller.client, two.callee.client, app.server]
  await Promise.all([...clients, ...clients].map((client) => client.calls.end({ callId: id })))
  await here.quiet()
  expect(await get(id)).toMatchObject({ durationSeconds: 31, chargedCoins: 1, settled: true })
  const moves = await app.server.wallets.listTransactions({ userId: two.caller.userId })
  expect(
    moves.data
      .filter(({ type }) => type !== 'credit')
      .map(({ type }) => type)
      .sort(),
  ).toEqual(['call_hold', 'call_settlement'])
  expect(await left(two)).toBe(9)
  expect(await here.trialBalance()).toBe(0)
})

it('lets both go when the books take no settlement, and settles by the same proofs when they do', async () => {
  const two = await browserPair(here, app)
  const { id } = await connected(here, two)
  await talk(here, two, id, 60)
  const freeze = (frozen: boolean) =>
    here.platform.db.transact(everyTenant, (tx) => tx.query('update tenants set ledger_frozen = $1', [frozen]))
  await freeze(true)
  const parked = {
    status: 'completed',
    endReason: 'callee_hangup',
    durationSeconds: 61,
    hangupCauses: { caller: 'completed', callee: 'completed' },
  }
  expect(await two.callee.client.calls.end({ callId: id })).toMatchObject({ ...parked, settled: false })
  await here.quiet()
  const { data } = await app.server.presence.get({ userIds: `${two.caller.userId},${two.callee.userId}` })
  expect(data.map(({ status }) => status)).not.toContain('busy')
  await freeze(false)
  await here.advance(70, 10)
  expect(await get(id)).toMatchObject({ ...parked, settled: true, chargedCoins: 2 })
  expect(await left(two)).toBe(8)
  expect(await here.trialBalance()).toBe(0)
})
