import { describe, expect, it } from 'vitest'
import { running } from '../testing/samples.ts'
import { clockOf, elapsedAt, leftAt, withMeter } from './call-meter.ts'

const meter = { callId: running.id, elapsedSeconds: 100, chargedCoins: 20, secondsLeft: 20 }

describe('the clock of a call', () => {
  it('counts on between meters and stops at the end that the platform named', () => {
    const clock = withMeter(undefined, meter, 1_000)
    expect(elapsedAt(clock, 6_000)).toBe(105)
    expect(leftAt(clock, 6_000)).toBe(15)
    expect(elapsedAt(clock, 90_000)).toBe(120)
    expect(leftAt(clock, 90_000)).toBe(0)
  })

  it('does not jump for a rounding, and follows a real difference', () => {
    const clock = withMeter(undefined, meter, 0)
    const rounded = withMeter(clock, { ...meter, elapsedSeconds: 104, secondsLeft: 16 }, 4_900)
    expect(elapsedAt(rounded, 4_900)).toBeCloseTo(104.9)
    expect(leftAt(rounded, 4_900)).toBeCloseTo(15.1)
    const corrected = withMeter(clock, { ...meter, elapsedSeconds: 90, secondsLeft: 30 }, 4_900)
    expect(elapsedAt(corrected, 4_900)).toBe(90)
  })

  it('takes the coins as told and never counts them itself', () => {
    const clock = withMeter(withMeter(undefined, meter, 0), { ...meter, chargedCoins: 30 }, 1_000)
    expect(clock.chargedCoins).toBe(30)
  })

  it('starts anew with another call', () => {
    const clock = withMeter(withMeter(undefined, meter, 0), { ...meter, callId: 'call_other', elapsedSeconds: 0, secondsLeft: 60 }, 500)
    expect(elapsedAt(clock, 500)).toBe(0)
  })

  it('goes by the platform’s own seconds for a call found running, else by its answer, within the call’s limit', () => {
    expect(clockOf(running, 0, Date.parse('2030-01-01T00:00:00Z')).elapsedSeconds).toBe(running.durationSeconds)
    const untold = { ...running, durationSeconds: 0 }
    expect(clockOf(untold, 0, Date.parse('2026-01-05T10:01:10Z')).elapsedSeconds).toBe(60)
    expect(clockOf(untold, 0, Date.parse('2020-01-01T00:00:00Z')).elapsedSeconds).toBe(0)
    expect(clockOf(untold, 0, Date.parse('2030-01-01T00:00:00Z')).elapsedSeconds).toBe(running.limitSeconds)
    expect(clockOf({ ...untold, answeredAt: null }, 0, 0).elapsedSeconds).toBe(0)
  })
})
