import type { Call } from '@impacthub/sdk/contract'
import { ConnectError } from '@impacthub/sdk'
import { expect } from 'vitest'
import type { ExotelPattern } from '../../src/providers/telephony/exotel/adapter.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'
import { callOf, legsTo, pair, purses, type Pair, type PairWish } from './scene.ts'

/** Which provider carries the calls, and how. */
export type Way = 'twilio' | ExotelPattern

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

/** By then everybody has hung up who does so of their own accord; who cannot in the app takes the phone. */
const lastAct = 110
/** A minute or two of talk, the ringing, what the platform may take when it hears nothing, and figures that come late. */
const longest = 60 + 60 + 30 + 90 + 120

interface Told {
  readonly story: Story
  readonly two: Pair
  readonly call: Call
}

function hangUpPhone(here: TestPlatform, { callerPhone, calleePhone }: Pair, side: 'caller' | 'callee'): void {
  const number = side === 'caller' ? callerPhone : calleePhone
  for (const { sid } of legsTo(here, number)) here.twilio.control.hangUp(sid)
  for (const { sid, from } of here.exotel?.control.calls() ?? []) if (from === callerPhone) here.exotel?.control.hangUp(sid, side)
  for (const { sid, contactUri } of here.exotel?.control.legs() ?? []) if (contactUri === number) here.exotel?.control.hangUp(sid)
}

async function end(here: TestPlatform, app: TestApp, { story: { ends }, two, call }: Told): Promise<void> {
  if (ends === undefined) return
  if (ends.by === 'callerPhone') return hangUpPhone(here, two, 'caller')
  if (ends.by === 'calleePhone') return hangUpPhone(here, two, 'callee')
  try {
    if (ends.by === 'server') await app.server.calls.end({ callId: call.id })
    else await two[ends.by].client.calls.end({ callId: call.id })
  } catch (error) {
    // A provider that cannot end a call leaves that to the phones.
    if (!(error instanceof ConnectError) || error.code !== 'conflict') throw error
    hangUpPhone(here, two, ends.by === 'callee' ? 'callee' : 'caller')
  }
}

/** So many calls are live at once: more than two cores can serve in the real seconds that providers wait say nothing about disorder. */
const atOnce = 100

async function tell(here: TestPlatform, app: TestApp, stories: number): Promise<unknown[]> {
  const records: unknown[] = []
  for (let first = 0; first < stories; first += atOnce)
    records.push(...(await tellSome(here, app, first, Math.min(stories, first + atOnce))))
  return records
}

async function tellSome(here: TestPlatform, app: TestApp, from: number, to: number): Promise<unknown[]> {
  const told: Omit<Told, 'call'>[] = []
  for (let n = from; n < to; n++) told.push({ story: story(n), two: await pair(app, story(n).wish) })
  const running = await Promise.all(told.map(async (one): Promise<Told> => ({ ...one, call: await callOf(one.two) })))
  await here.quiet()
  for (let second = 0; second <= lastAct; second++) {
    await Promise.all(running.filter(({ story: { ends } }) => ends?.second === second).map((one) => end(here, app, one)))
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

/** Callbacks that are lost, told up to ten times, late, in another order, and forged. */
const disorder = [
  { action: 'drop', probability: 0.2, seed: 11 },
  { action: 'repeat', probability: 0.15, seed: 12, copies: 2 },
  { action: 'repeat', probability: 0.05, seed: 16, copies: 9 },
  { action: 'delay', probability: 0.3, seed: 13, delayMs: 20_000 },
  { action: 'reorder', probability: 0.4, seed: 14 },
  { action: 'forge', probability: 0.1, seed: 15 },
] as const

/**
 * Leg by leg the platform itself rings the callee when it hears that the caller has answered: when that word comes late, another call
 * happens, which is settled to its own truth. To compare like with like, every other word is lost, forged, late or out of order.
 */
const bystanders = [
  'leg_connecting',
  'leg_ringing',
  'leg_terminated',
  'leg_joined_bridge',
  'leg_left_bridge',
  'bridge_created',
  'bridge_terminal',
]

function disturb(here: TestPlatform, way: Way): void {
  const { control } = here.exotel ?? here.twilio
  for (const fault of disorder) {
    if (way !== 'legs' || fault.action === 'repeat') control.faultCallbacks(fault)
    else for (const event of bystanders) control.faultCallbacks({ ...fault, match: { event } })
  }
}

/** Tells so many stories twice, with the callbacks in order and in disorder, and compares all that stays of them. */
export async function compareDisorder(way: Way, stories: number): Promise<void> {
  const here = await startPlatform(way === 'twilio' ? {} : { exotel: way })
  const { control } = here.exotel ?? here.twilio
  const clean = await tell(here, await here.app('In order'), stories)
  disturb(here, way)
  const shuffled = await tell(here, await here.app('In disorder'), stories)
  const fates = new Set(control.callbacks().map(({ outcome }) => outcome))
  expect([...fates]).toEqual(expect.arrayContaining(['sent', 'dropped', 'delayed', 'reordered']))
  for (const [n, one] of shuffled.entries()) expect({ n, story: story(n), one }).toEqual({ n, story: story(n), one: clean[n] })
  expect(clean.every((one) => (one as { settled: boolean }).settled)).toBe(true)
  expect(await here.trialBalance()).toBe(0)
  await here.stop()
}
