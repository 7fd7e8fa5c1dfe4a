import { createServer, type ConnectServer } from '@impacthub/sdk/server'
import { expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { legsTo, pair, type Pair } from './scene.ts'

interface Placed {
  readonly two: Pair
  readonly id: string
  readonly seconds: number
}

type Planned = Omit<Placed, 'id'>

/** Pairs whose callees hang up after these seconds. */
async function plan(app: TestApp, lengths: readonly number[]): Promise<Planned[]> {
  const planned: Planned[] = []
  for (const seconds of lengths) planned.push({ seconds, two: await pair(app, { calleeDoes: String(1_000 + seconds) }) })
  return planned
}

const place = (server: ConnectServer, planned: readonly Planned[]): Promise<Placed[]> =>
  Promise.all(
    planned.map(async (one) => {
      const { id } = await server.calls.create({ callerId: one.two.caller.userId, calleeId: one.two.callee.userId })
      return { ...one, id }
    }),
  )

/** The app as the platform that came after sees it. */
const serverOf = (here: TestPlatform, { secretKey }: TestApp): ConnectServer => createServer({ baseUrl: here.url, secretKey })

async function clear({ twilio, database }: TestPlatform): Promise<void> {
  await twilio.close()
  await database.drop()
}

it('settles every call that ended while the platform was dead, once and to the provider’s seconds', async () => {
  const first = await startPlatform()
  const app = await first.app()
  const placed = await place(app.server, await plan(app, [0, 1, 5, 20, 59, 60, 61, 75, 100, 119]))
  await first.advance(3)
  await first.crash()
  // Nobody hears the callbacks of what happens now.
  await first.held.advance(80_000)
  const second = await startPlatform({ beside: first })
  await second.advance(150, 3)
  const server = serverOf(second, app)
  for (const { id, seconds, two } of placed) {
    const charged = Math.ceil(seconds / 60)
    expect(await server.calls.get({ callId: id })).toMatchObject({
      status: 'completed',
      settled: true,
      durationSeconds: seconds,
      chargedCoins: charged,
    })
    expect(await server.wallets.get({ userId: two.caller.userId })).toMatchObject({ balance: 10 - charged, buckets: { held: 0 } })
  }
  const ids = placed.flatMap(({ two }) => [two.caller.userId, two.callee.userId])
  expect((await server.presence.get({ userIds: ids.join(',') })).data.filter(({ status }) => status === 'busy')).toEqual([])
  expect(await second.trialBalance()).toBe(0)
  await second.stop()
  await clear(first)
})

it('loses and doubles nothing when it dies at any moment of a call, again and again', async () => {
  let here = await startPlatform()
  const first = here
  const app = await here.app()
  const placed: Placed[] = []
  // From the instant after the answer to the request, before anything is dialled, to the middle of the talk.
  const moments = [0, 300, 1_000, 1_500, 2_000, 2_500, 9_000]
  const planned = await plan(
    app,
    moments.flatMap(() => [4, 7]),
  )
  for (const [n, momentMs] of moments.entries()) {
    placed.push(...(await place(serverOf(here, app), planned.slice(2 * n, 2 * n + 2))))
    await here.held.advance(momentMs)
    await here.crash()
    here = await startPlatform({ beside: first })
  }
  await here.advance(180, 2)
  const server = serverOf(here, app)
  for (const { id, seconds, two } of placed) {
    const call = await server.calls.get({ callId: id })
    expect(call.settled).toBe(true)
    // A call whose caller answered while nobody was there to say whom to ring never reached the callee.
    expect([0, seconds]).toContain(call.durationSeconds)
    expect(call.chargedCoins).toBe(call.durationSeconds === 0 ? 0 : 1)
    expect(legsTo(here, two.callerPhone).length).toBeLessThanOrEqual(1)
    const answered = legsTo(here, two.calleePhone).filter(({ status }) => status === 'completed')
    expect(call.durationSeconds > 0).toBe(answered.length === 1)
    expect(await server.wallets.get({ userId: two.caller.userId })).toMatchObject({ balance: 10 - call.chargedCoins, buckets: { held: 0 } })
  }
  expect(await here.trialBalance()).toBe(0)
  await here.stop()
  await clear(first)
})
