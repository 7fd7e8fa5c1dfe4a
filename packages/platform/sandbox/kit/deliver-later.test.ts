import { describe, expect, it } from 'vitest'
import { heldClock } from './clock.ts'
import { createDeliveries, createGate, type Delivery } from './deliver-later.ts'
import { createFaultBook } from './faults.ts'

const delivery = (id: string, key = 'call'): Delivery => ({
  id,
  key,
  about: { event: id },
  url: 'http://a.test/',
  method: 'POST',
  params: {},
})

const scene = (perform: (id: string) => Promise<void> = () => Promise.resolve()) => {
  const sent: string[] = []
  const pending = new Set<string>()
  const clock = heldClock(0)
  const gate = createGate()
  const faults = createFaultBook()
  const deliveries = createDeliveries({
    clock,
    gate,
    faults,
    async perform({ id }) {
      await perform(id)
      sent.push(id)
      return { status: 200 }
    },
    changed: ({ id }, isPending) => void (isPending ? pending.add(id) : pending.delete(id)),
  })
  return { clock, gate, faults, deliveries, sent, pending }
}

describe('deliveries', () => {
  it('leave only when the gate is open, whoever opens it how often', async () => {
    const { clock, gate, deliveries, sent } = scene()
    const openFirst = gate.shut()
    const openSecond = gate.shut()
    deliveries.add(delivery('a'))
    openFirst()
    openFirst()
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(sent).toEqual([])
    openSecond()
    await clock.settled()
    expect(sent).toEqual(['a'])
  })

  it('of one key leave one after the other, those of another key do not wait for them', async () => {
    let free = (): void => undefined
    const slow = new Promise<void>((resolve) => (free = resolve))
    const { clock, deliveries, sent, pending } = scene((id) => (id === 'a' ? slow : Promise.resolve()))
    deliveries.add(delivery('a'))
    deliveries.add(delivery('b'))
    deliveries.add(delivery('x', 'other'))
    while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(sent).toEqual(['x'])
    expect([...pending]).toEqual(['a', 'b'])
    free()
    await clock.settled()
    expect(sent).toEqual(['x', 'a', 'b'])
    expect(pending.size).toBe(0)
  })

  it('are known as pending while a fault keeps them, and not once they are dropped', async () => {
    const { clock, faults, deliveries, pending } = scene()
    faults.addCallback({ action: 'drop', match: { event: 'a' } })
    faults.addCallback({ action: 'hold', match: { event: 'b' } })
    deliveries.add(delivery('a'))
    deliveries.add(delivery('b'))
    await clock.settled()
    expect([...pending]).toEqual(['b'])
    await deliveries.release(['unknown', 'b'])
    expect(pending.size).toBe(0)
  })

  it('that are tried again leave at their time, and not at all once everything is forgotten', async () => {
    const { clock, deliveries, sent, pending } = scene()
    deliveries.add({ ...delivery('a:2'), again: { attempt: 2, notBeforeMs: 5_000 } })
    await clock.advance(4_999)
    expect([sent, [...pending]]).toEqual([[], ['a:2']])
    await clock.advance(1)
    expect(sent).toEqual(['a:2'])
    deliveries.add({ ...delivery('a:3'), again: { attempt: 3, notBeforeMs: 9_000 } })
    deliveries.clear()
    await clock.advance(10_000)
    expect(sent).toEqual(['a:2'])
  })
})
