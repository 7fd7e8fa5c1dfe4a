import { expect, it } from 'vitest'
import type { Leg, LegStatus, ProviderCall } from '../../providers/telephony/port.ts'
import { endWithoutLegs, judge, type Judged } from './call-verdict.ts'

const start = new Date('2030-01-01T00:00:00Z')
const at = (seconds: number) => new Date(start.getTime() + seconds * 1_000)
const now = at(1_000)

const leg = (status: LegStatus, durationSeconds: number | null = null, endedAt: Date | null = null): Leg => ({
  id: `leg-${status}`,
  status,
  durationSeconds,
  startedAt: start,
  endedAt,
})
const call = (change: Partial<Judged> = {}): Judged => ({
  callee: { id: 'usr_b', hostId: 'b', name: 'B', phone: '+1', legId: null, cause: null, peer: null },
  direction: 'outbound',
  limit: { seconds: 180, reason: 'balance_exhausted' },
  endRequestedBy: null,
  endedBy: null,
  status: 'ringing',
  answeredAt: null,
  ...change,
})
const legs = (caller: Leg, callee: Leg | null): ProviderCall => ({ caller, callee, unreadable: false })
const ended = (change: Partial<Judged>, caller: Leg, callee: Leg | null) => {
  const verdict = judge(call(change), legs(caller, callee), now)
  if (verdict.kind !== 'over') throw new Error(`the verdict is ${verdict.kind}`)
  return verdict.ending
}

const talk = (seconds: number, callerEnd = 100, calleeEnd = 100) =>
  [leg('completed', seconds + 5, at(callerEnd)), leg('completed', seconds, at(calleeEnd))] as const

it('counts the callee’s leg, and the answer from its end backwards', () => {
  expect(ended({}, ...talk(61))).toMatchObject({
    status: 'completed',
    durationSeconds: 61,
    answeredAt: at(39),
    endedAt: at(100),
    callerCause: 'completed',
    calleeCause: 'completed',
  })
})

it('does not depend on the status that callbacks had led to', () => {
  const statuses = ['initiated', 'ringing', 'in_progress'] as const
  const [first, ...others] = statuses.map((status) => ended({ status }, ...talk(61)))
  for (const other of others) expect(other).toEqual(first)
})

it.each<[string, Partial<Judged>, readonly [Leg, Leg], string]>([
  ['the provider’s limit', {}, talk(180), 'balance_exhausted'],
  ['more than the limit', { limit: { seconds: 180, reason: 'max_duration' } }, talk(183), 'max_duration'],
  ['our cut-off a second early', { endRequestedBy: 'limit' }, talk(179), 'balance_exhausted'],
  ['the caller, through us', { endRequestedBy: 'caller', endedBy: 'callee' }, talk(10), 'caller_hangup'],
  ['the callee, through us', { endRequestedBy: 'callee' }, talk(10), 'callee_hangup'],
  ['the host’s server', { endRequestedBy: 'platform' }, talk(10), 'platform'],
  ['the caller, as the provider tells', { endedBy: 'caller' }, talk(10, 101), 'caller_hangup'],
  ['the callee, as the provider tells', { endedBy: 'callee' }, talk(10), 'callee_hangup'],
  ['nobody told, the caller’s leg lasted longer', {}, talk(10, 101), 'callee_hangup'],
  ['nobody told, both legs ended at once', {}, talk(10), 'caller_hangup'],
])('names who ended a talk: %s', (_, change, [caller, callee], reason) => {
  expect(ended(change, caller, callee)).toMatchObject({ status: 'completed', endReason: reason })
})

it.each<[string, Partial<Judged>, LegStatus, LegStatus | null, string, string]>([
  ['the callee is busy', {}, 'completed', 'busy', 'busy', 'busy'],
  ['the callee is busy while the caller gives up', { endRequestedBy: 'caller' }, 'completed', 'busy', 'busy', 'busy'],
  ['the callee does not pick up', {}, 'completed', 'no_answer', 'no_answer', 'no_answer'],
  ['the network fails', {}, 'completed', 'failed', 'failed', 'provider_error'],
  ['the caller hangs up while it rings', {}, 'completed', 'canceled', 'canceled', 'canceled'],
  ['the caller cancels in the app', { endRequestedBy: 'caller' }, 'completed', 'no_answer', 'canceled', 'canceled'],
  ['the callee declines in the app', { endRequestedBy: 'callee' }, 'completed', 'canceled', 'declined', 'declined'],
  ['the host’s server ends it', { endRequestedBy: 'platform' }, 'canceled', null, 'canceled', 'platform'],
  ['the caller does not pick up', {}, 'no_answer', null, 'no_answer', 'no_answer'],
  ['the caller’s phone is busy', {}, 'busy', null, 'busy', 'busy'],
  ['the caller’s phone cannot be reached', {}, 'failed', null, 'failed', 'provider_error'],
  ['the caller hangs up before the callee is dialled', {}, 'completed', null, 'canceled', 'canceled'],
])('charges nothing when %s', (_, change, caller, callee, status, endReason) => {
  const ending = ended(change, leg(caller, 0, at(9)), callee === null ? null : leg(callee, 0, at(8)))
  expect(ending).toMatchObject({ status, endReason, durationSeconds: 0, answeredAt: null })
})

it('charges nothing for an answer of no length', () => {
  expect(ended({}, ...talk(0))).toMatchObject({ status: 'completed', durationSeconds: 0 })
})

it('waits while either leg lives, and sees what callbacks would have told', () => {
  const live = (caller: Leg, callee: Leg | null) => judge(call(), legs(caller, callee), now)
  expect(live(leg('queued'), null)).toEqual({ kind: 'open', event: null, alone: null })
  expect(live(leg('in_progress'), leg('ringing'))).toMatchObject({ event: 'callee_rings' })
  expect(live(leg('in_progress'), leg('in_progress'))).toMatchObject({ event: 'callee_answers' })
  expect(live(leg('in_progress'), leg('completed', 5, at(5)))).toEqual({
    kind: 'open',
    event: null,
    alone: { over: 'callee', since: at(5) },
  })
  expect(live(leg('completed', 9, at(9)), leg('in_progress'))).toMatchObject({ kind: 'open' })
})

it('does not settle what it cannot read', () => {
  const over = leg('completed', 5, at(9))
  const known = call({ callee: { ...call().callee, legId: 'leg-b' } })
  expect(judge(call(), undefined, now).kind).toBe('unclear')
  expect(judge(call(), { caller: over, callee: over, unreadable: true }, now).kind).toBe('unclear')
  expect(judge(call(), legs(leg('unknown'), null), now).kind).toBe('unclear')
  expect(judge(call(), legs(over, leg('unknown')), now).kind).toBe('unclear')
  expect(judge(call(), legs(over, leg('completed', null, at(9))), now).kind).toBe('unclear')
  // Its callbacks told of a callee's leg that the account lacks.
  expect(judge(known, legs(over, null), now).kind).toBe('unclear')
})

it('ends a call that never rang by who asked for it', () => {
  expect(endWithoutLegs({ endRequestedBy: null }, now)).toMatchObject({ status: 'failed', endReason: 'provider_error', endedAt: now })
  expect(endWithoutLegs({ endRequestedBy: 'caller' }, now)).toMatchObject({ status: 'canceled', endReason: 'canceled' })
  expect(endWithoutLegs({ endRequestedBy: 'callee' }, now)).toMatchObject({ status: 'declined', endReason: 'declined' })
  expect(endWithoutLegs({ endRequestedBy: 'platform' }, now)).toMatchObject({ status: 'canceled', endReason: 'platform' })
})
