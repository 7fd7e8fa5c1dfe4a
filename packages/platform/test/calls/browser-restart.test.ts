import { createServer } from '@impacthub/sdk/server'
import { expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { accept, browserPair, connected, movedTo, prove, ring, talk, type BrowserPair } from './browser-scene.ts'

async function clear({ twilio, database }: TestPlatform): Promise<void> {
  await twilio.close()
  await database.drop()
}

const moved = async (there: TestPlatform, app: TestApp, { caller, callee }: BrowserPair): Promise<BrowserPair> => ({
  caller: await movedTo(there, app, caller),
  callee: await movedTo(there, app, callee),
})

const get = ({ caller }: BrowserPair, callId: string) => caller.client.calls.get({ callId })

it('goes on after a crash of the platform when both prove again, and does not charge the time between', async () => {
  const first = await startPlatform()
  const app = await first.app()
  const before = await browserPair(first, app)
  const { id } = await connected(first, before)
  await talk(first, before, id, 30)
  await first.advance(1)
  await first.crash()
  await first.held.advance(60_000)
  const second = await startPlatform({ beside: first })
  const two = await moved(second, app, before)
  await second.advance(8)
  expect(await get(two, id)).toMatchObject({ status: 'in_progress' })
  await talk(second, two, id, 20)
  expect(await two.caller.client.calls.end({ callId: id })).toMatchObject({
    status: 'completed',
    durationSeconds: 51,
    chargedCoins: 1,
    settled: true,
  })
  expect(await second.trialBalance()).toBe(0)
  await second.stop()
  await clear(first)
})

it('settles to the last proof when nobody comes back, once', async () => {
  const first = await startPlatform()
  const app = await first.app()
  const live: { two: BrowserPair; id: string }[] = []
  for (let n = 0; n < 3; n++) {
    const two = await browserPair(first, app, { rate: { coins: 1, seconds: 10 } })
    live.push({ two, id: (await connected(first, two)).id })
  }
  const proveAll = () => Promise.all(live.flatMap(({ two, id }) => [prove(two.caller, id), prove(two.callee, id)]))
  for (let passed = 0; passed < 20; passed += 2) {
    await proveAll()
    await first.advance(2)
  }
  // The last second of proofs dies with the process: it is not charged.
  await proveAll()
  await first.crash()
  const second = await startPlatform({ beside: first })
  const server = createServer({ baseUrl: second.url, secretKey: app.secretKey })
  await second.advance(12)
  for (const { id } of live) expect(await server.calls.get({ callId: id })).toMatchObject({ status: 'in_progress' })
  await second.advance(3)
  for (const [n, { two, id }] of live.entries()) {
    // Each began a second after the one before; all had their last written proof at the same moment.
    const seconds = 21 - n
    const coins = Math.ceil(seconds / 10)
    expect(await server.calls.get({ callId: id })).toMatchObject({
      status: 'completed',
      durationSeconds: seconds,
      chargedCoins: coins,
      settled: true,
    })
    expect(await server.wallets.get({ userId: two.caller.userId })).toMatchObject({ balance: 10 - coins, buckets: { held: 0 } })
  }
  expect(await second.trialBalance()).toBe(0)
  await second.stop()
  await clear(first)
})

it('loses and doubles nothing when it dies at any moment of a call', async () => {
  let here = await startPlatform()
  const first = here
  const app = await here.app()
  const moments = ['placed', 'ringing', 'accepted', 'talking'] as const
  const plans: { moment: (typeof moments)[number]; pair: BrowserPair }[] = []
  for (const moment of moments) plans.push({ moment, pair: await browserPair(here, app) })
  for (const { moment, pair } of plans) {
    const before = here === first ? pair : await moved(here, app, pair)
    const { id } = await ring(before)
    if (moment !== 'placed') await here.advance(1)
    if (moment === 'accepted' || moment === 'talking') await accept(before, id)
    if (moment === 'talking') await talk(here, before, id, 10)
    if (moment === 'talking') await here.advance(1)
    await here.crash()
    here = await startPlatform({ beside: first })
    const two = await moved(here, app, pair)
    await here.quiet()
    if (moment === 'placed' || moment === 'ringing') {
      expect(await get(two, id)).toMatchObject({ status: 'ringing' })
      await accept(two, id)
    }
    await talk(here, two, id, 10)
    await here.advance(1)
    expect(await get(two, id)).toMatchObject({ status: 'in_progress' })
    const seconds = moment === 'talking' ? 21 : 10
    expect(await two.callee.client.calls.end({ callId: id })).toMatchObject({ durationSeconds: seconds, chargedCoins: 1, settled: true })
  }
  expect(await here.trialBalance()).toBe(0)
  await here.stop()
  await clear(first)
})

it('ends the ringing that ended while nobody was there', async () => {
  const first = await startPlatform()
  const app = await first.app()
  const before = await browserPair(first, app)
  const { id, createdAt } = await ring(before)
  await first.advance(1)
  await first.crash()
  await first.held.advance(300_000)
  const second = await startPlatform({ beside: first })
  await second.advance(1)
  const two = await moved(second, app, before)
  expect(await get(two, id)).toMatchObject({
    status: 'no_answer',
    settled: true,
    endedAt: new Date(Date.parse(createdAt) + 30_000).toISOString(),
  })
  await second.stop()
  await clear(first)
})

it('writes the last proofs when it is stopped in order', async () => {
  const first = await startPlatform()
  const app = await first.app()
  const before = await browserPair(first, app)
  const { id } = await connected(first, before)
  await talk(first, before, id, 30)
  await first.platform.stop()
  const second = await startPlatform({ beside: first })
  await second.advance(14)
  const two = await moved(second, app, before)
  expect(await get(two, id)).toMatchObject({ status: 'completed', durationSeconds: 31, settled: true })
  await second.stop()
  await clear(first)
})

it('charges nothing more when the clock jumps: what was not proved is no talk', async () => {
  const here = await startPlatform()
  const app = await here.app()
  const two = await browserPair(here, app)
  const { id } = await connected(here, two)
  await talk(here, two, id, 30)
  await here.held.advance(2 * 86_400_000)
  await here.quiet()
  expect(await app.server.calls.get({ callId: id })).toMatchObject({
    status: 'completed',
    durationSeconds: 31,
    chargedCoins: 1,
    settled: true,
  })
  expect(await here.trialBalance()).toBe(0)
  await here.stop()
})

it('keeps proofs that PostgreSQL does not take, and writes them when it does', async () => {
  const here = await startPlatform()
  const app = await here.app()
  const two = await browserPair(here, app)
  const { id } = await connected(here, two)
  const { sequelize } = here.platform.db
  await sequelize.query('reset role; revoke update on browser_sides from connect_app')
  await talk(here, two, id, 8)
  await sequelize.query('reset role; grant update on browser_sides to connect_app')
  await here.advance(2)
  expect(await two.caller.client.calls.end({ callId: id })).toMatchObject({ durationSeconds: 9, settled: true })
  await here.stop()
})
