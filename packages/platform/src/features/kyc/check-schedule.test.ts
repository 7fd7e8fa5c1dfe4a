import { expect, it } from 'vitest'
import { nextCheck } from './check-schedule.ts'

const asked = new Date('2026-11-23T06:00:00Z')

it('asks a silent provider after 20 s, then when the question is twice as old, and hourly at last: some thirty times in the first day', () => {
  const waits: number[] = []
  let now = asked
  while (now.getTime() - asked.getTime() < 86_400_000) {
    const next = nextCheck(asked, now)
    waits.push((next.getTime() - now.getTime()) / 1_000)
    now = next
  }
  expect(waits.slice(0, 5)).toEqual([20, 20, 40, 80, 160])
  expect(waits.at(-1)).toBe(3_600)
  expect(waits.length).toBeLessThan(40)
})
