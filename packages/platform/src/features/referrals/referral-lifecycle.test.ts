import { expect, it } from 'vitest'
import { countsAs, isOver, statusAfter, type ReferralEvent } from './referral-lifecycle.ts'
import type { ReferralStatus } from './referral-row.ts'

const statuses: readonly ReferralStatus[] = ['pending', 'review', 'rewarded', 'refused', 'expired', 'reversed']
const events: readonly ReferralEvent[] = ['meet', 'reward', 'doubt', 'approve', 'refuse', 'expire', 'flag', 'clear', 'reverse']
const over = statuses.filter(isOver)

it('leads nowhere from what is over', () => {
  expect(over).toEqual(['refused', 'expired', 'reversed'])
  for (const status of over) for (const event of events) expect(statusAfter(status, event)).toBeUndefined()
})

it('gives coins from pending and review alone, and takes them from rewarded alone', () => {
  const from = (event: ReferralEvent) => statuses.filter((status) => statusAfter(status, event) !== undefined)
  expect(from('reward')).toEqual(['pending', 'review'])
  expect(from('reverse')).toEqual(['rewarded'])
  for (const status of statuses)
    for (const event of events) {
      const next = statusAfter(status, event)
      if (next === 'rewarded' && status !== 'rewarded') expect(event).toBe('reward')
      if (status === 'rewarded' && next !== 'rewarded' && next !== undefined) expect([event, next]).toEqual(['reverse', 'reversed'])
    }
})

it('lets a person alone decide what is in review, and time end only what waits', () => {
  expect(statusAfter('review', 'expire')).toBeUndefined()
  expect(statusAfter('pending', 'expire')).toBe('expired')
  expect(statusAfter('review', 'approve')).toBe('pending')
  expect(statusAfter('pending', 'approve')).toBeUndefined()
})

it('counts for its referrer what waits and what was rewarded', () => {
  expect(statuses.map(countsAs)).toEqual(['pending', 'pending', 'rewarded', undefined, undefined, undefined])
})
