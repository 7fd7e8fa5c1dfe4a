import { expect, it } from 'vitest'
import type { Release } from '../referral-row.ts'
import { deadlineOf, firstDueOf, firstLookOf, isAtOnce, rewardedFrom } from './due.ts'

const createdAt = new Date('2026-01-05T10:00:00Z')
const day = (count: number) => new Date(createdAt.getTime() + count * 86_400_000)
const topup: Release = { after: 'topup', amount: 100, withinDays: 30 }

it.each<[release: Release, holdDays: number, due: Date, deadline: Date | undefined]>([
  [{ after: 'signup' }, 0, day(0), undefined],
  [{ after: 'signup' }, 7, day(7), undefined],
  [{ after: 'days', days: 3 }, 0, day(3), undefined],
  [{ after: 'days', days: 3 }, 7, day(10), undefined],
  [topup, 7, day(30), day(30)],
  [{ after: 'call', minutes: 5, withinDays: 10 }, 0, day(10), day(10)],
])('%j held for %i days', (release, holdDays, due, deadline) => {
  const terms = { release, holdDays, createdAt }
  expect(firstDueOf(terms)).toEqual(due)
  expect(deadlineOf(terms)).toEqual(deadline)
  expect(firstLookOf(terms)).toEqual(deadline === undefined ? due : createdAt)
  expect(isAtOnce(terms)).toBe(due.getTime() === createdAt.getTime())
})

it('counts the days from what had to happen', () => {
  expect(rewardedFrom({ holdDays: 7 }, day(2))).toEqual(day(9))
})
