import { expect, it } from 'vitest'
import { advance, endOf, isOver, type CallEvent, type CallStatus } from './call-lifecycle.ts'

const open = ['initiated', 'ringing', 'in_progress'] as const satisfies CallStatus[]
const over = ['completed', 'busy', 'no_answer', 'declined', 'canceled', 'failed'] as const satisfies CallStatus[]
const ends = ['talk_ended', 'line_busy', 'nobody_answered', 'callee_declined', 'caller_gave_up', 'provider_failed'] as const
const events: CallEvent[] = ['callee_rings', 'callee_answers', ...ends]

it('goes from the first ring to the talk and never back', () => {
  expect(advance('initiated', 'callee_rings')).toBe('ringing')
  expect(advance('ringing', 'callee_answers')).toBe('in_progress')
  expect(advance('initiated', 'callee_answers')).toBe('in_progress')
  expect(advance('ringing', 'callee_rings')).toBe('ringing')
  expect(advance('in_progress', 'callee_rings')).toBe('in_progress')
  expect(advance('in_progress', 'callee_answers')).toBe('in_progress')
})

it('reaches every end from every open state, and the same one from each', () => {
  for (const status of open) {
    expect(isOver(status)).toBe(false)
    for (const end of ends) expect(advance(status, end)).toBe(endOf(end))
  }
})

it('never leaves a terminal state', () => {
  for (const status of over) {
    expect(isOver(status)).toBe(true)
    for (const event of events) expect(advance(status, event)).toBe(status)
  }
})

it('ends the same in whatever order and number its events come, as long as the end is the same', () => {
  const orders: CallEvent[][] = [
    ['callee_rings', 'callee_answers', 'talk_ended'],
    ['callee_answers', 'callee_rings', 'talk_ended', 'callee_answers'],
    ['talk_ended', 'callee_rings', 'callee_answers'],
    ['talk_ended', 'talk_ended'],
  ]
  for (const order of orders) expect(order.reduce<CallStatus>(advance, 'initiated')).toBe('completed')
})
