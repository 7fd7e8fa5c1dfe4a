import { expect, it } from 'vitest'
import { dueCoins, elapsedSeconds, mostIntervals, startedIntervals, talkLimit } from './call-tariff.ts'

const minute = { coins: 1, seconds: 60 }

it.each([
  [0, 0],
  [1, 1],
  [59, 1],
  [60, 1],
  [61, 2],
  [120, 2],
  [121, 3],
  [3_599, 60],
  [3_600, 60],
  [3_601, 61],
])('charges %i seconds as %i minutes', (seconds, intervals) => {
  expect(startedIntervals(seconds, minute)).toBe(intervals)
  expect(dueCoins(seconds, { coins: 7, seconds: 60 })).toBe(7 * intervals)
})

it('charges every second of an hour like counting does', () => {
  for (const seconds of [1, 7, 30, 60, 3_600]) {
    let intervals = 0
    for (let second = 0; second <= 3_600; second++) {
      if (second > 0 && (second - 1) % seconds === 0) intervals++
      expect(startedIntervals(second, { coins: 1, seconds })).toBe(intervals)
    }
  }
})

it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %s as a duration', (seconds) => {
  expect(() => startedIntervals(seconds, minute)).toThrow()
})

it('holds no more intervals than the longest call has', () => {
  expect(mostIntervals(3_600, minute)).toBe(60)
  expect(mostIntervals(61, minute)).toBe(2)
  expect(mostIntervals(60, { coins: 1, seconds: 3_600 })).toBe(1)
})

it('limits the talk by what is held or by the longest call, whichever is less', () => {
  expect(talkLimit(3, minute, 3_600)).toEqual({ seconds: 180, reason: 'balance_exhausted' })
  expect(talkLimit(60, minute, 3_600)).toEqual({ seconds: 3_600, reason: 'max_duration' })
  expect(talkLimit(2, minute, 90)).toEqual({ seconds: 90, reason: 'max_duration' })
  expect(talkLimit(25, { coins: 10, seconds: 30 }, 3_600)).toEqual({ seconds: 60, reason: 'balance_exhausted' })
})

it('never lets a charge within the limit exceed the hold', () => {
  for (const coins of [1, 3, 10])
    for (const seconds of [1, 7, 60])
      for (let intervals = 1; intervals <= 20; intervals++) {
        const { seconds: limit } = talkLimit(intervals * coins, { coins, seconds }, 600)
        expect(dueCoins(limit, { coins, seconds })).toBeLessThanOrEqual(intervals * coins)
      }
})

it('counts whole seconds of talk within the limit, whatever the clock says', () => {
  const at = new Date('2030-01-01T00:00:00Z')
  const later = (ms: number) => new Date(at.getTime() + ms)
  expect(elapsedSeconds(null, 60, at)).toBe(0)
  expect(elapsedSeconds(at, 60, later(999))).toBe(0)
  expect(elapsedSeconds(at, 60, later(1_000))).toBe(1)
  expect(elapsedSeconds(at, 60, later(99_000))).toBe(60)
  expect(elapsedSeconds(at, 60, later(-5_000))).toBe(0)
})
