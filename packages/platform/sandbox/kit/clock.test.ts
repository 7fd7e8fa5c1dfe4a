import { describe, expect, it } from 'vitest'
import { heldClock, isHeld, realClock } from './clock.ts'

describe('the held clock', () => {
  it('fires what falls due in the order of time, at its own time', async () => {
    const clock = heldClock(0)
    const seen: string[] = []
    clock.at(3_000, () => seen.push(`c@${clock.now()}`))
    clock.at(1_000, () => seen.push(`a@${clock.now()}`))
    clock.at(1_000, () => seen.push(`b@${clock.now()}`))
    clock.at(9_000, () => seen.push('late'))
    await clock.advance(5_000)
    expect(seen).toEqual(['a@1000', 'b@1000', 'c@3000'])
    expect(clock.now()).toBe(5_000)
  })

  it('lets the consequences of one moment finish before the next comes', async () => {
    const clock = heldClock(0)
    const seen: string[] = []
    clock.at(1_000, () => {
      clock.track(
        (async () => {
          for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
          clock.at(clock.now() + 500, () => seen.push('follow-up'))
        })(),
      )
    })
    clock.at(2_000, () => seen.push('second'))
    await clock.advance(2_000)
    expect(seen).toEqual(['follow-up', 'second'])
  })

  it('does not fire a cancelled timer and does not wait for ever on work that never ends', async () => {
    const clock = heldClock(0, 20)
    const seen: string[] = []
    clock.at(10, () => seen.push('cancelled')).cancel()
    clock.track(new Promise(() => undefined))
    clock.at(20, () => seen.push('fired'))
    await clock.advance(30)
    expect(seen).toEqual(['fired'])
  })

  it('fires what is due already without being moved, but not within the call', async () => {
    const clock = heldClock(0)
    let fired = false
    clock.at(0, () => (fired = true))
    expect(fired).toBe(false)
    await clock.settled()
    expect(fired).toBe(true)
  })
})

describe('the real clock', () => {
  it('fires once and can be called off', async () => {
    const clock = realClock()
    expect(isHeld(clock)).toBe(false)
    const cancelled = clock.at(clock.now(), () => expect.unreachable())
    cancelled.cancel()
    await new Promise<void>((resolve) => clock.at(clock.now() + 5, resolve))
  })

  it('catches up with what is overdue in the order of time, not of asking', async () => {
    const clock = realClock()
    const seen: string[] = []
    clock.at(2_000, () => seen.push('b'))
    clock.at(3_000, () => seen.push('c'))
    clock.at(1_000, () => {
      seen.push('a')
      clock.at(2_500, () => seen.push('b+'))
    })
    while (seen.length < 4) await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toEqual(['a', 'b', 'b+', 'c'])
  })
})
