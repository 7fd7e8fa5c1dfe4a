import { expect, it } from 'vitest'
import { spansOf, type BrowserProofs } from './browser-talk.ts'
import { judgeBrowser, type JudgedBrowserCall } from './browser-verdict.ts'

const start = new Date('2030-01-01T00:00:00Z')
const at = (seconds: number) => new Date(start.getTime() + seconds * 1_000)

const call = (change: Partial<JudgedBrowserCall> = {}): JudgedBrowserCall => ({
  status: 'ringing',
  endReason: null,
  endedAt: null,
  limit: { seconds: 600, reason: 'balance_exhausted' },
  endRequestedBy: null,
  createdAt: at(0),
  acceptedAt: at(5),
  ringSeconds: 30,
  caller: { cause: null },
  callee: { cause: null },
  ...change,
})

/** Proofs every 2 s from one second to another, and when the side was heard of last. */
type Told = readonly [from: number, to: number, heard?: number] | undefined
const side = (told: Told): BrowserProofs['caller'] => {
  if (told === undefined) return { connected: [], heardAt: null }
  const [from, to, heard = to] = told
  const moments = Array.from({ length: Math.floor((to - from) / 2) + 1 }, (_, n) => at(from + 2 * n).getTime())
  return { connected: spansOf([...moments, at(to).getTime()]), heardAt: at(heard).getTime() }
}
const proofs = (caller?: Told, callee?: Told): BrowserProofs => ({ caller: side(caller), callee: side(callee) })
const judged = (change: Partial<JudgedBrowserCall>, given: BrowserProofs, now: number, since = -100) =>
  judgeBrowser(call(change), given, at(now), at(since))
const ended = (change: Partial<JudgedBrowserCall>, given: BrowserProofs, now: number, since = -100) => {
  const verdict = judged(change, given, now, since)
  if (verdict.kind === 'open') throw new Error(`open until ${verdict.lookAt.toISOString()}`)
  return verdict.ending
}
const lookAt = (change: Partial<JudgedBrowserCall>, given: BrowserProofs, now: number, since = -100) => {
  const verdict = judged(change, given, now, since)
  if (verdict.kind === 'over') throw new Error(`over: ${verdict.ending.endReason}`)
  return (verdict.lookAt.getTime() - start.getTime()) / 1_000
}

it('rings until nobody answers', () => {
  expect(lookAt({ acceptedAt: null }, proofs(), 3)).toBe(30)
  expect(ended({ acceptedAt: null }, proofs(), 30)).toMatchObject({
    status: 'no_answer',
    endReason: 'no_answer',
    durationSeconds: 0,
    answeredAt: null,
    endedAt: at(30),
  })
})

it('gives sound 20 s to come about', () => {
  expect(lookAt({}, proofs(undefined, [10, 24]), 24.9)).toBe(25)
  expect(ended({}, proofs(undefined, [10, 24]), 25)).toMatchObject({
    status: 'failed',
    endReason: 'provider_error',
    durationSeconds: 0,
    callerCause: 'media_failed',
    calleeCause: 'media_failed',
  })
  // A platform that was away could not be told.
  expect(lookAt({}, proofs(), 60, 50)).toBe(70)
})

it('looks again when the first of the two may be gone', () => {
  expect(lookAt({}, proofs([10, 40], [10, 42]), 43)).toBe(53)
})

it.each<[string, Told, Told, string, string | null, string | null]>([
  ['the caller', [10, 40], [10, 42, 53], 'caller_hangup', 'lost', 'completed'],
  ['the callee', [10, 42, 53], [10, 40], 'callee_hangup', 'completed', 'lost'],
  ['the one that was heard of less, when both hear nothing', [10, 39, 40], [10, 38, 53], 'caller_hangup', 'lost', 'completed'],
  ['the one whose sound fails, when both are heard of', [10, 40, 53], [10, 52, 53], 'caller_hangup', 'lost', 'completed'],
])('ends the talk when a side is gone: %s', (_, caller, callee, endReason, callerCause, calleeCause) => {
  const given = proofs(caller, callee)
  const last = Math.min(caller?.[1] ?? 0, callee?.[1] ?? 0)
  expect(ended({ status: 'in_progress' }, given, 53)).toMatchObject({
    status: 'completed',
    endReason,
    callerCause,
    calleeCause,
    durationSeconds: last - 10,
    answeredAt: at(10),
    endedAt: at(last),
  })
})

/** Proofs at these seconds, and no others. */
const sparse = (...seconds: number[]): BrowserProofs['caller'] => ({
  connected: spansOf(seconds.map((second) => at(second).getTime())),
  heardAt: at(seconds.at(-1) ?? 0).getTime(),
})

it.each(['caller', 'callee'] as const)(
  'ends the talk of a %s who proves just enough not to be gone, and is heard all the time',
  (cheat) => {
    const other = side([10, 40])
    const given = cheat === 'caller' ? { caller: sparse(10, 20, 30, 40), callee: other } : { caller: other, callee: sparse(10, 20, 30, 40) }
    expect(ended({ status: 'in_progress' }, given, 40)).toMatchObject({
      endReason: `${cheat}_hangup`,
      callerCause: cheat === 'caller' ? 'lost' : 'completed',
      calleeCause: cheat === 'callee' ? 'lost' : 'completed',
      durationSeconds: 0,
    })
  },
)

it('goes on where one side was not heard to hear the other now and then', () => {
  const caller = { connected: [...side([10, 100]).connected, ...side([110, 200]).connected], heardAt: at(200).getTime() }
  expect(lookAt({ status: 'in_progress' }, { caller, callee: side([10, 200]) }, 200)).toBe(213)
})

it('goes on, for what is proved, where the line is cut for both again and again', () => {
  const cut = { connected: [10, 30, 50, 70, 90].flatMap((from) => side([from, from + 10]).connected), heardAt: at(100).getTime() }
  expect(lookAt({ status: 'in_progress' }, { caller: cut, callee: cut }, 100)).toBe(113)
})

it('ends a talk that is mostly gaps: who sends sound in bursts, and hears the other all the time, would listen for nothing', () => {
  const bursts = (until: number) => sparse(...Array.from({ length: Math.floor((until - 10) / 10) + 1 }, (_, n) => 10 + n * 10))
  const given = (until: number) => ({ caller: bursts(until), callee: bursts(until) })
  expect(judged({ status: 'in_progress' }, given(70), 70)).toMatchObject({ kind: 'open' })
  expect(ended({ status: 'in_progress' }, given(80), 80)).toMatchObject({
    status: 'completed',
    endReason: 'caller_hangup',
    durationSeconds: 0,
  })
  // A platform that was away could not be told: its own gap is nobody's.
  const both = { connected: [...side([10, 40]).connected, ...side([600, 610]).connected], heardAt: at(610).getTime() }
  expect(judged({ status: 'in_progress' }, { caller: both, callee: both }, 610, 595)).toMatchObject({ kind: 'open' })
})

it('does not take for gone whom it could not hear', () => {
  expect(lookAt({ status: 'in_progress' }, proofs([10, 40], [10, 40]), 300, 299)).toBe(312)
  expect(ended({ status: 'in_progress' }, proofs([10, 40], [10, 40]), 312, 299)).toMatchObject({ durationSeconds: 30, endedAt: at(40) })
})

it('cuts off at the limit, at most 1.5 s late, and charges no more than it', () => {
  const limit = { seconds: 60, reason: 'max_duration' } as const
  expect(lookAt({ limit }, proofs([10, 68], [10, 69]), 69)).toBe(71.5)
  expect(ended({ limit }, proofs([10, 68], [10, 69]), 71.5)).toMatchObject({ endReason: 'max_duration', durationSeconds: 58 })
  expect(ended({ limit }, proofs([10, 70], [10, 71]), 71)).toMatchObject({ endReason: 'max_duration', durationSeconds: 60 })
  expect(ended({ limit }, proofs([10, 90], [10, 90]), 90)).toMatchObject({ endReason: 'max_duration', durationSeconds: 60 })
})

it('ends a talk of many gaps when its time is over, however little of it is charged', () => {
  const limit = { seconds: 60, reason: 'max_duration' } as const
  expect(ended({ limit }, proofs([10, 12], [10, 12]), 175, 174)).toMatchObject({ endReason: 'platform', durationSeconds: 2 })
})

it.each<[JudgedBrowserCall['endRequestedBy'], Told, string, string]>([
  ['caller', undefined, 'canceled', 'canceled'],
  ['callee', undefined, 'declined', 'declined'],
  ['platform', undefined, 'canceled', 'platform'],
  ['caller', [10, 40], 'completed', 'caller_hangup'],
  ['callee', [10, 40], 'completed', 'callee_hangup'],
  ['platform', [10, 40], 'completed', 'platform'],
])('ends when the %s asks for it, with proofs %j', (endRequestedBy, told, status, endReason) => {
  expect(ended({ endRequestedBy }, proofs(told, told), 41)).toMatchObject({
    status,
    endReason,
    durationSeconds: told === undefined ? 0 : 30,
    endedAt: at(41),
  })
})

it('keeps the end of a call that was parked, and counts its proofs again', () => {
  const parked = { status: 'completed', endReason: 'callee_hangup', endedAt: at(50), callee: { cause: 'lost' } } as const
  expect(ended(parked, proofs([10, 40], [10, 40]), 5_000)).toMatchObject({
    status: 'completed',
    endReason: 'callee_hangup',
    durationSeconds: 30,
    calleeCause: 'lost',
    endedAt: at(50),
  })
})
