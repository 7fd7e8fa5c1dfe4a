import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { callOf, inProgress, pair, presenceOf, purses, settled, until, type Pair } from './scene.ts'

/** Calls to virtual numbers at Exotel, however calls from the app are made there. */
describe.each(['connect', 'flow', 'legs'] as const)('beside the pattern "%s"', (exotel) => {
  let here: TestPlatform
  let app: TestApp
  beforeAll(async () => {
    here = await startPlatform({ exotel })
    app = await here.app()
  })
  afterAll(() => here.stop())

  let numbers = 0
  async function scene(wish: Parameters<typeof pair>[1] = {}): Promise<Pair & { own: string }> {
    const two = await pair(app, wish)
    const own = `+91804722${String(++numbers).padStart(4, '0')}`
    here.exotel?.control.ownNumber(own)
    await app.server.numbers.create({ phoneNumber: own })
    await app.server.numbers.assign({ userId: two.callee.userId, phoneNumber: own })
    await here.quiet()
    return { ...two, own }
  }
  const dial = async (from: string, to: string): Promise<string> => {
    const sid = here.exotel?.control.dialIn(from, to) ?? ''
    await here.quiet()
    return sid
  }
  const callsOf = async ({ caller }: Pair) => (await app.server.calls.list({ userId: caller.userId })).data
  const first = async (two: Pair) => (await callsOf(two))[0] ?? expect.unreachable('there is no call')
  const shown = (sid: string) => here.exotel?.control.calls({ all: true }).find((call) => call.sid === sid)

  it('reaches the owner of the number, and charges the provider’s seconds', async () => {
    const two = await scene({ calleeDoes: '1061' })
    expect((await app.server.numbers.list({ provider: 'exotel' })).data[0]).toMatchObject({ provider: 'exotel', country: 'IN' })
    const sid = await dial(two.callerPhone, two.own)
    const begun = await first(two)
    expect(begun).toMatchObject({ direction: 'inbound', provider: 'exotel', number: two.own, providerIds: { caller: sid } })
    const call = await until(here, app, begun.id, settled)
    expect(call).toMatchObject({ status: 'completed', durationSeconds: 61, chargedCoins: 2, earnedCoins: 1, estimated: false })
    expect(await purses(two)).toEqual({ left: 8, held: 0, earned: 1 })
    expect(await presenceOf(app, two)).toEqual(['offline', 'online'])
    expect(await callsOf(two)).toHaveLength(1)
    // The only call there is the one that came in.
    expect(here.exotel?.control.calls({ all: true }).filter(({ direction }) => direction !== 'inbound')).toEqual([])
    expect(here.exotel?.control.legs({ all: true })).toEqual([])
  })

  it('costs nothing when the caller gives up, or nobody answers', async () => {
    const gaveUp = await scene({ calleeDoes: '0002' })
    const sid = await dial(gaveUp.callerPhone, gaveUp.own)
    await here.advance(5)
    here.exotel?.control.hangUp(sid, 'caller')
    const { id } = await first(gaveUp)
    expect(await until(here, app, id, settled)).toMatchObject({ chargedCoins: 0, durationSeconds: 0 })
    const rungOut = await scene({ calleeDoes: '0002' })
    await dial(rungOut.callerPhone, rungOut.own)
    expect(await until(here, app, (await first(rungOut)).id, settled)).toMatchObject({ status: 'no_answer', chargedCoins: 0 })
    expect(await purses(rungOut)).toEqual({ left: 10, held: 0, earned: 0 })
  })

  it('is out of our hands once it is put through', async () => {
    const two = await scene({ calleeDoes: '1020' })
    await dial(two.callerPhone, two.own)
    const { id, canEnd } = await first(two)
    expect(canEnd).toBe(false)
    await expect(two.callee.client.calls.end({ callId: id })).rejects.toMatchObject({ code: 'conflict', status: 409 })
    expect(await until(here, app, id, settled)).toMatchObject({ status: 'completed', durationSeconds: 20, chargedCoins: 1 })
  })

  it('ends where the coins end', async () => {
    const two = await scene({ coins: 1 })
    await dial(two.callerPhone, two.own)
    expect(await until(here, app, (await first(two)).id, settled)).toMatchObject({ status: 'completed', chargedCoins: 1 })
    expect(await purses(two)).toMatchObject({ left: 0, held: 0 })
  })

  it('is settled, and rings the callee once, though every event of the call is lost', async () => {
    const two = await scene({ calleeDoes: '1030' })
    here.exotel?.control.faultCallbacks({ action: 'drop', match: { kind: 'event' } })
    await dial(two.callerPhone, two.own)
    const call = await until(here, app, (await first(two)).id, settled)
    here.exotel?.control.clearFaults()
    expect(call).toMatchObject({ status: 'completed', durationSeconds: 30, chargedCoins: 1 })
    expect(here.exotel?.control.legs({ all: true })).toEqual([])
  })

  it('rings nobody for a stranger, for who has no coins, or for the owner themself', async () => {
    const two = await scene({ coins: 1, rate: { coins: 2, seconds: 60 } })
    const sids = [await dial('+919799999999', two.own), await dial(two.callerPhone, two.own), await dial(two.calleePhone, two.own)]
    await here.advance(30)
    for (const sid of sids) expect(shown(sid)).toMatchObject({ callee: undefined, conversationSeconds: 0 })
    expect(await callsOf(two)).toEqual([])
    expect(await purses(two)).toEqual({ left: 1, held: 0, earned: 0 })
  })

  it('reaches the caller of a call from the app, by the number that it showed', async () => {
    const two = await pair(app)
    await app.server.presence.set({ userId: two.caller.userId, availability: 'always' })
    await app.server.wallets.credit({ userId: two.callee.userId, coins: 1, reason: 'Start' })
    const out = await callOf(two)
    await until(here, app, out.id, inProgress)
    for (const call of here.exotel?.control.calls() ?? []) here.exotel?.control.hangUp(call.sid)
    for (const leg of here.exotel?.control.legs() ?? []) here.exotel?.control.hangUp(leg.sid)
    await until(here, app, out.id, settled)
    await dial(two.calleePhone, out.number ?? '')
    const back = (await app.server.calls.list({ userId: two.callee.userId })).data[0] ?? expect.unreachable('there is no call')
    expect(back).toMatchObject({ direction: 'inbound', callerId: two.callee.userId, calleeId: two.caller.userId })
    await until(here, app, back.id, settled)
    expect(await here.trialBalance()).toBe(0)
  })
})
