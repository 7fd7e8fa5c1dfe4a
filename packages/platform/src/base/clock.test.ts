import { beforeEach, expect, it } from 'vitest'
import { steadyClock, type SteadyClock } from './clock.ts'

const start = Date.parse('2030-01-01T00:00:00Z')
const second = 1_000
const hour = 3_600 * second

let shared: number
let wall: number
let monotonic: number
let warnings: string[]
let clock: SteadyClock
/** How long PostgreSQL takes to answer. */
let answerMs: number

beforeEach(async () => {
  // A wall clock that is a little off from the beginning.
  ;[shared, wall, monotonic, warnings, answerMs] = [start, start - 700, 5_000, [], 0]
  const ask = () => {
    monotonic += answerMs
    return Promise.resolve(shared)
  }
  const logger = { warn: (message: string) => void warnings.push(message) }
  clock = await steadyClock({ shared: ask, wall: () => wall, monotonic: () => monotonic }, logger)
})

/** Time passes as it does for everybody. */
function pass(ms: number): void {
  shared += ms
  wall += ms
  monotonic += ms
}
async function passChecked(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10 * second) {
    pass(Math.min(left, 10 * second))
    await clock.check()
  }
}
const elapsed = (): number => clock.now().getTime() - start

it('begins with PostgreSQL’s time and goes on with the monotonic clock', async () => {
  expect(elapsed()).toBe(0)
  pass(12_345)
  expect(elapsed()).toBe(12_345)
  await passChecked(60 * second)
  expect(elapsed()).toBe(72_345)
  expect(warnings).toEqual([])
})

it.each([
  ['an hour back', -hour],
  ['an hour ahead', hour],
  ['two days ahead', 48 * hour],
])('does not care when the wall clock is set %s', async (_, jump) => {
  await passChecked(17 * second)
  wall += jump
  expect(elapsed()).toBe(17 * second)
  await passChecked(60 * second)
  expect(elapsed()).toBe(77 * second)
  // Set right again.
  wall -= jump
  await passChecked(60 * second)
  expect(elapsed()).toBe(137 * second)
  expect(warnings).toHaveLength(2)
})

it.each([-hour, 48 * hour])('keeps going when PostgreSQL’s time alone jumps by %i ms, and says so once', async (jump) => {
  await passChecked(20 * second)
  shared += jump
  await passChecked(300 * second)
  expect(elapsed()).toBe(320 * second)
  expect(warnings).toEqual(['PostgreSQL’s time has jumped; the platform keeps its own'])
})

it('is not set back, even when both clocks are', async () => {
  shared -= hour
  wall -= hour
  await passChecked(60 * second)
  expect(elapsed()).toBe(60 * second)
  expect(warnings).toHaveLength(1)
})

it('steps over the time for which the machine slept, also after its wall clock was set', async () => {
  await passChecked(30 * second)
  shared += 2 * hour
  wall += 2 * hour
  expect(elapsed()).toBe(30 * second)
  await clock.check()
  expect(elapsed()).toBe(2 * hour + 30 * second)
  wall += hour
  await passChecked(10 * second)
  shared += hour
  wall += hour
  await clock.check()
  expect(elapsed()).toBe(3 * hour + 40 * second)
})

it('steps when the wall clock is set right some time after the machine stood still', async () => {
  shared += hour
  await passChecked(30 * second)
  expect(elapsed()).toBe(30 * second)
  wall += hour
  await clock.check()
  expect(elapsed()).toBe(hour + 30 * second)
})

it.each([1_500, -1_500])('makes up for a drift of %i ms slowly and never runs backwards', async (drift) => {
  shared += drift
  await clock.check()
  let last = clock.now().getTime()
  expect(last - start).toBe(0)
  for (let n = 0; n < 400; n++) {
    pass(second)
    if (n % 10 === 9) await clock.check()
    const now = clock.now().getTime()
    expect(Math.abs(now - last - second)).toBeLessThanOrEqual(6)
    last = now
  }
  expect(Math.abs(elapsed() - 400 * second - drift)).toBeLessThanOrEqual(1)
  expect(warnings).toEqual([])
})

it('does not believe an answer that was long under way', async () => {
  answerMs = 1_500
  await clock.check()
  pass(10 * second)
  expect(elapsed()).toBe(11_500)
  expect(warnings).toEqual([])
})

it('goes on when PostgreSQL cannot be asked', async () => {
  const away = await steadyClock(
    {
      shared: (() => {
        let asked = 0
        return () => (asked++ === 0 ? Promise.resolve(start) : Promise.reject(new Error('away')))
      })(),
      wall: () => wall,
      monotonic: () => monotonic,
    },
    { warn: (message) => void warnings.push(message) },
  )
  await expect(away.check()).rejects.toThrow('away')
  pass(5 * second)
  expect(away.now().getTime()).toBe(start + 5 * second)
})
