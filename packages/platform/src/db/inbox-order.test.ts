import { expect, it } from 'vitest'
import { inOrder, type Waiting } from './inbox-order.ts'

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds))

const message = (name: string, leg: 'caller' | 'callee', sequence: number | null, second: number | null, received = 50): Waiting => ({
  provider: 'twilio',
  deliveryId: name,
  receivedAt: at(received),
  report: {
    kind: 'status',
    leg,
    legId: leg,
    otherLegId: null,
    status: 'ringing',
    sequence,
    at: second === null ? null : at(second),
    endedBy: null,
  },
})

const names = (waiting: readonly Waiting[]) => inOrder(waiting).map(({ deliveryId }) => deliveryId)

const orders = <T>(items: readonly T[]): T[][] =>
  items.length === 0 ? [[]] : items.flatMap((item, i) => orders(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]))

it('puts the messages of two legs in the order in which things happened, however they arrived', () => {
  const story = [
    message('caller rings', 'caller', 1, 1),
    message('caller answers', 'caller', 2, 3),
    message('callee rings', 'callee', 1, 4),
    message('callee answers', 'callee', 2, 6),
    message('callee ends', 'callee', 3, 9),
    message('caller ends', 'caller', 3, 10),
  ]
  for (const shuffled of orders(story)) expect(names(shuffled)).toEqual(story.map(({ deliveryId }) => deliveryId))
})

it('tells what happened in one second apart by number', () => {
  for (const shuffled of orders([message('a', 'caller', 1, 5), message('b', 'caller', 2, 5), message('c', 'caller', 10, 5)]))
    expect(names(shuffled)).toEqual(['a', 'b', 'c'])
})

it('believes the numbers of a leg more than its times', () => {
  const story = [message('first', 'caller', 1, 9), message('other', 'callee', 1, 5), message('second', 'caller', 2, 3)]
  for (const shuffled of orders(story)) {
    const told = names(shuffled)
    expect(told.indexOf('first')).toBeLessThan(told.indexOf('second'))
  }
})

it('places a message without a time where it was received', () => {
  const story = [message('early', 'caller', 1, 1), message('timeless', 'caller', null, null, 5), message('late', 'callee', 1, 8)]
  for (const shuffled of orders(story)) expect(names(shuffled)).toEqual(['early', 'timeless', 'late'])
})
