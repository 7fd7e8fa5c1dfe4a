import { describe, expect, it } from 'vitest'
import type { Leg } from './leg.ts'
import { newSid } from './sid.ts'
import { KEPT_CALLS, openStore } from './store.ts'

const leg = (status: Leg['status']): Leg => ({
  sid: newSid('CA'),
  to: '+14155550000',
  from: '+15005550006',
  direction: 'outbound-api',
  phoneNumberSid: '',
  createdAtMs: 0,
  updatedAtMs: 0,
  status,
  sequence: 0,
  plan: {},
  ringForMs: 60_000,
  timeLimitMs: 60_000,
  due: {},
  doing: { kind: 'nothing' },
  epoch: 0,
  script: { rest: [] },
  documents: { atMs: 0, count: 0 },
  bridged: false,
  detached: false,
})

describe('the memory of the sandbox', () => {
  it('keeps the last ten thousand finished calls and every call that goes on', () => {
    const store = openStore(undefined)
    const running = leg('in-progress')
    const oldest = leg('completed')
    store.saveLeg(running)
    store.saveLeg(oldest)
    for (let count = 1; count < KEPT_CALLS; count += 1) store.saveLeg(leg('completed'))
    expect(store.legs.has(oldest.sid)).toBe(true)
    store.saveLeg(leg('busy'))
    expect(store.legs.has(oldest.sid)).toBe(false)
    expect(store.legs.has(running.sid)).toBe(true)
    expect(store.legs.size).toBe(KEPT_CALLS + 1)
    expect(store.liveCalls()).toBe(1)
  })
})
