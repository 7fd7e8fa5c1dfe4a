import type { Call } from '@impacthub/sdk/contract'
import { expect, it } from 'vitest'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { callOf, legsTo, pair, purses, type Pair, type PairWish } from './scene.ts'

/** How many calls, each with a story of its own; every story is told twice: with the callbacks in order, and with them in disorder. */
const stories = 60

interface Story {
  readonly wish: PairWish
  /** When somebody ends the call in the app or hangs up their phone, in seconds from its start. */
  readonly ends?: { readonly second: number; readonly by: 'caller' | 'callee' | 'server' | 'callerPhone' | 'calleePhone' }
}

function story(n: number): Story {
  const lengths = [1, 9, 30, 59, 60, 61, 75, 100]
  const length = lengths[n % lengths.length] ?? 1
  const by = (['caller', 'callee', 'server', 'callerPhone', 'calleePhone'] as const)[n % 5] ?? 'caller'
  const kinds: Story[] = [
    { wish: { calleeDoes: String(1_000 + length) } },
    { wish: {}, ends: { second: 2 + length, by } },
    { wish: { calleeDoes: (['0001', '0002', '0003', '0004'] as const)[n % 4] ?? '0001' } },
    { wish: { callerDoes: (['0001', '0002', '0003', '0004'] as const)[n % 4] ?? '0001' } },
    { wish: { coins: 1 } },
    { wish: {}, ends: { second: n % 3, by: (['caller', 'callee', 'server'] as const)[n % 3] ?? 'caller' } },
  ]
  return kinds[n % kinds.length] ?? { wish: {} }
}

/** By then everybody has hung up who does so of their own accord. */
const lastAct = 110

interface Told {
  readonly story: Story
  readonly two: Pair
  readonly call: Call
}

const longest = 60 + 60 + 30 + 90 // a minute or two of talk, the ringing, and what the platform may take when it hears nothing

async function tell(here: TestPlatform, app: TestApp): Promise<unknown[]> {
  const told: Told[] = []
  for (let n = 0; n < stories; n++) told.push({ story: story(n), two: await pair(app, story(n).wish), call: undefined as never })
  const running = await Promise.all(told.map(async (one) => ({ ...one, call: await callOf(one.two) })))
  await here.quiet()
  const end = async ({ story: { ends }, two, call }: Told): Promise<void> => {
    if (ends === undefined) return
    if (ends.by === 'server') await app.server.calls.end({ callId: call.id })
    else if (ends.by === 'caller' || ends.by === 'callee') await two[ends.by].client.calls.end({ callId: call.id })
    else here.twilio.control.hangUp(legsTo(here, two[ends.by])[0]?.sid ?? '')
  }
  for (let second = 0; second <= lastAct; second++) {
    await Promise.all(running.filter(({ story: { ends } }) => ends?.second === second).map(end))
    await here.quiet()
    await here.advance(1)
  }
  await here.advance(longest - lastAct, 5)
  return Promise.all(running.map((one) => record(app, one)))
}

/** All that stays of a call, apart from names and the time of day. */
async function record(app: TestApp, { two, call }: Told): Promise<unknown> {
  const now = await app.server.calls.get({ callId: call.id })
  const since = (time: string | null) => (time === null ? null : Date.parse(time) - Date.parse(now.createdAt))
  const { status, endReason, durationSeconds, chargedCoins, earnedCoins, settled, estimated, heldCoins, hangupCauses } = now
  const times = { answered: since(now.answeredAt), ended: since(now.endedAt) }
  // Whose phone was put down is told by a callback alone; without it either side may be named.
  const reason = endReason === 'caller_hangup' || endReason === 'callee_hangup' ? 'hangup' : endReason
  const purse = await purses(two)
  return { status, reason, durationSeconds, chargedCoins, earnedCoins, settled, estimated, heldCoins, hangupCauses, times, purse }
}

it(
  `leaves the same ledger and records for ${stories} calls however their callbacks are shuffled, dropped, repeated, delayed or forged`,
  {
    timeout: 240_000,
  },
  async () => {
    const here = await startPlatform()
    const clean = await tell(here, await here.app('In order'))
    const faults = [
      { action: 'drop', probability: 0.25, seed: 11 },
      { action: 'repeat', probability: 0.2, seed: 12, copies: 3 },
      { action: 'delay', probability: 0.3, seed: 13, delayMs: 20_000 },
      { action: 'reorder', probability: 0.4, seed: 14 },
      { action: 'forge', probability: 0.1, seed: 15 },
    ] as const
    for (const fault of faults) here.twilio.control.faultCallbacks(fault)
    const shuffled = await tell(here, await here.app('In disorder'))
    const fates = new Set(here.twilio.control.callbacks().map(({ outcome }) => outcome))
    expect([...fates]).toEqual(expect.arrayContaining(['sent', 'dropped', 'delayed', 'reordered']))
    for (const [n, one] of shuffled.entries()) expect({ n, story: story(n), one }).toEqual({ n, story: story(n), one: clean[n] })
    expect(await here.trialBalance()).toBe(0)
    await here.stop()
  },
)
