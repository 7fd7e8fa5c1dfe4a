import { expect, it } from 'vitest'
import { isReachable, presenceStatus, type Availability } from './presence-status.ts'

const now = new Date('2026-01-01T12:00:00Z')
const before = new Date(now.getTime() - 1)
const later = new Date(now.getTime() + 1)

it.each<[Availability, Date | null, boolean, 'online' | 'offline']>([
  ['auto', null, true, 'online'],
  ['auto', null, false, 'offline'],
  ['always', null, false, 'online'],
  ['always', later, false, 'online'],
  ['always', before, false, 'offline'],
  ['always', now, false, 'offline'],
  ['always', before, true, 'online'],
  ['never', null, true, 'offline'],
  ['never', later, true, 'offline'],
  ['never', before, true, 'online'],
])('%s until %s, connected %s: %s', (availability, availableUntil, connected, status) => {
  const user = { availability, availableUntil, connected, quietHours: null, restsUntil: null }
  expect(presenceStatus({ ...user, busy: false }, now)).toBe(status)
  expect(isReachable(user, now)).toBe(status === 'online')
  expect(presenceStatus({ ...user, busy: true }, now)).toBe('busy')
})

it('lets nobody call in quiet hours or when the day’s talk is used up, whatever was wished', () => {
  const user = { availability: 'always', availableUntil: null, connected: true, quietHours: null, restsUntil: null } as const
  expect(isReachable({ ...user, quietHours: { timeZone: 'UTC', from: '12:00', to: '13:00' } }, now)).toBe(false)
  expect(isReachable({ ...user, quietHours: { timeZone: 'UTC', from: '12:01', to: '12:00' } }, now)).toBe(true)
  expect(isReachable({ ...user, restsUntil: later }, now)).toBe(false)
  expect(isReachable({ ...user, restsUntil: now }, now)).toBe(true)
})
