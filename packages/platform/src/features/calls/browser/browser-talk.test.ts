import { expect, it } from 'vitest'
import { likelyMs, provedSeconds, spansOf, talkOf, type BrowserProofs } from './browser-talk.ts'
import { multirangeOf, spansIn } from './proof-range.ts'

const s = 1_000
const every2s = (from: number, to: number): number[] =>
  Array.from({ length: Math.floor((to - from) / 2) + 1 }, (_, n) => (from + 2 * n) * s)
const proofs = (caller: readonly number[], callee: readonly number[]): BrowserProofs => ({
  caller: { connected: spansOf(caller), heardAt: null },
  callee: { connected: spansOf(callee), heardAt: null },
})
const talk = (caller: readonly number[], callee: readonly number[]) => talkOf(proofs(caller, callee))
const seconds = (caller: readonly number[], callee: readonly number[]) => provedSeconds(talk(caller, callee), 3_600)

it('begins when the second side has proved it, and ends with the last proof of the first that stops', () => {
  expect(talk(every2s(0, 60), every2s(3, 91))).toEqual({ from: 3 * s, to: 60 * s, provedMs: 57 * s })
})

it.each<[string, readonly number[], readonly number[], number]>([
  ['nobody proved anything', [], [], 0],
  ['one side alone', every2s(0, 60), [], 0],
  ['both for a minute', every2s(0, 60), every2s(0, 60), 60],
  ['a gap of 6 s on one side', [...every2s(0, 20), ...every2s(26, 40)], every2s(0, 40), 40],
  ['a gap of 7 s on one side', [...every2s(0, 20), ...every2s(27, 41)], every2s(0, 41), 33],
  ['gaps of both at the same time', [...every2s(0, 20), ...every2s(30, 40)], [...every2s(0, 20), ...every2s(30, 40)], 30],
  ['gaps of both at different times', [...every2s(0, 20), ...every2s(30, 60)], [...every2s(0, 40), ...every2s(50, 60)], 40],
  ['one after the other', every2s(0, 20), every2s(30, 50), 0],
  ['a single proof each', [5 * s], [6 * s], 0],
])('charges %s', (_, caller, callee, charged) => {
  expect(seconds(caller, callee)).toBe(charged)
})

it('has begun as soon as both have proved it, though nothing of it is proved yet', () => {
  expect(talk([5 * s], [6 * s])).toEqual({ from: 6 * s, to: 6 * s, provedMs: 0 })
  expect(talk([5 * s], [12 * s])).toBeUndefined()
})

it('charges no more than the limit', () => {
  expect(provedSeconds(talk(every2s(0, 70), every2s(0, 70)), 60)).toBe(60)
  expect(provedSeconds(undefined, 60)).toBe(0)
})

it('supposes that the talk goes on, but not for long', () => {
  const known = talk(every2s(0, 10), every2s(0, 10))
  if (known === undefined) throw new Error('there is a talk')
  expect([9, 11, 14, 60].map((at) => likelyMs(known, at * s))).toEqual([10 * s, 11 * s, 14 * s, 14 * s])
})

/** The same numbers each time; which ones does not matter. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}
const shuffled = <T>(items: readonly T[], roll: () => number): T[] => {
  const rest = [...items]
  return items.map(() => rest.splice(Math.floor(roll() * rest.length), 1)[0] as T)
}

it('never charges more than both proved, whatever order and number the proofs come in', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const roll = dice(seed)
    const moments = () => {
      const made: number[] = []
      for (let at = roll() * 9 * s; at < 120 * s; at += roll() < 0.15 ? 5 * s + roll() * 9 * s : 2 * s) made.push(Math.round(at))
      return made
    }
    const [caller, callee] = [moments(), moments()]
    const once = talk(caller, callee)
    const again = talk(
      shuffled([...caller, ...caller], roll),
      shuffled(
        callee.flatMap((at) => [at, at]),
        roll,
      ),
    )
    expect(again).toEqual(once)
    // Second by second: it counts only between two proofs of each side that are near enough.
    const covered = (proved: readonly number[], at: number) =>
      proved.some((to, n) => at <= to && at >= (proved[n - 1] ?? to) && to - (proved[n - 1] ?? to) <= 6 * s)
    let ms = 0
    for (let at = 5; at < 140 * s; at += 10) if (covered(caller, at) && covered(callee, at)) ms += 10
    expect(Math.abs((once?.provedMs ?? 0) - ms)).toBeLessThanOrEqual(10 * (caller.length + callee.length))
    const [first, last] = [Math.max(caller[0] ?? 0, callee[0] ?? 0), Math.min(caller.at(-1) ?? 0, callee.at(-1) ?? 0)]
    expect(once?.provedMs ?? 0).toBeLessThanOrEqual(Math.max(0, last - first))
  }
})

it('takes nothing away when a proof is added', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const roll = dice(seed)
    const moments = Array.from({ length: 40 }, () => Math.round(roll() * 120 * s))
    const callee = every2s(0, 120)
    for (let n = 1; n < moments.length; n++)
      expect(talk(moments.slice(0, n + 1), callee)?.provedMs ?? 0).toBeGreaterThanOrEqual(talk(moments.slice(0, n), callee)?.provedMs ?? 0)
  }
})

it('is kept by PostgreSQL as it is', () => {
  const spans = spansOf([...every2s(0, 20), ...every2s(30, 40), 1_767_603_600_123])
  expect(spansIn(multirangeOf(spans))).toEqual(spans)
  expect(multirangeOf([])).toBe('{}')
  expect(spansIn('{}')).toEqual([])
})
