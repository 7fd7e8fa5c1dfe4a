import { createServer, type ConnectServer } from '@impacthub/sdk/server'
import { expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { pair, type Pair } from './scene.ts'

/** The app as the platform that came after sees it. */
const serverOf = (here: TestPlatform, { secretKey }: TestApp): ConnectServer => createServer({ baseUrl: here.url, secretKey })

it.each(['connect', 'flow', 'legs'] as const)(
  'rings each phone once at most, and pays what was talked, when it dies at any moment of a call by the pattern "%s"',
  async (exotel) => {
    let here = await startPlatform({ exotel })
    const first = here
    const app = await here.app()
    const placed: { readonly id: string; readonly two: Pair }[] = []
    // From before the dial, over the ringing of the one and of the other, to the middle of the talk.
    const moments = [0, 500, 1_000, 1_500, 2_000, 5_000]
    const pairs: Pair[] = []
    while (pairs.length < moments.length) pairs.push(await pair(app, { calleeDoes: '1007' }))
    for (const [n, two] of pairs.entries()) {
      const { id } = await serverOf(here, app).calls.create({ callerId: two.caller.userId, calleeId: two.callee.userId })
      placed.push({ id, two })
      await here.held.advance(moments[n] ?? 0)
      await here.crash()
      here = await startPlatform({ beside: first })
    }
    await here.advance(240, 3)
    const server = serverOf(here, app)
    for (const { id, two } of placed) {
      const call = await server.calls.get({ callId: id })
      expect(call).toMatchObject({ settled: true })
      expect([0, 7]).toContain(call.durationSeconds)
      expect(call.chargedCoins).toBe(call.durationSeconds === 0 ? 0 : 1)
      expect(await server.wallets.get({ userId: two.caller.userId })).toMatchObject({
        balance: 10 - call.chargedCoins,
        buckets: { held: 0 },
      })
      for (const phone of [two.callerPhone, two.calleePhone])
        expect(first.exotel?.control.legs({ all: true }).filter(({ contactUri }) => contactUri === phone).length).toBeLessThanOrEqual(1)
      expect(first.exotel?.control.calls({ all: true }).filter(({ from }) => from === two.callerPhone).length).toBeLessThanOrEqual(1)
    }
    expect(first.exotel?.control.legs()).toEqual([])
    expect(await here.trialBalance()).toBe(0)
    await here.stop()
    await Promise.all([first.twilio.close(), first.exotel?.close()])
    await first.database.drop()
  },
)
