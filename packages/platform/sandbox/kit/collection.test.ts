import { describe, expect, it } from 'vitest'
import { openCollection } from './collection.ts'
import type { Json } from './json.ts'
import type { StateFile } from './state-file.ts'

interface Item {
  readonly over: boolean
}

const fileOf = (found: Record<string, Json> = {}) => {
  const written = new Map<string, unknown>()
  const file: StateFile = {
    found: new Map(Object.entries(found)),
    changed: (key, current) => void written.set(key, current()),
    flush: () => undefined,
    close: () => undefined,
  }
  return { file, written }
}

const keeping = { isOver: (item: Item) => item.over, most: 2 }

describe('a collection', () => {
  it('takes what the file holds of its kind and nothing else', () => {
    const { file } = fileOf({ 'a:1': { over: false }, 'b:2': { over: false }, 'a:3': 'no record' })
    expect([...openCollection<Item>(file, 'a').all]).toEqual([['1', { over: false }]])
  })

  it('forgets the oldest of those that are over, in the file too, and none that is not', () => {
    const { file, written } = fileOf()
    const items = openCollection<Item>(file, 'a', keeping)
    items.save('live', { over: false })
    for (const key of ['1', '2', '3']) items.save(key, { over: true })
    expect([...items.all.keys()]).toEqual(['live', '2', '3'])
    expect(items.live()).toBe(1)
    expect(written.get('a:1')).toBeUndefined()
    expect(written.has('a:1')).toBe(true)
  })

  it('is empty after it was cleared, and so is the file', () => {
    const { file, written } = fileOf({ 'a:1': { over: true } })
    const items = openCollection<Item>(file, 'a', keeping)
    items.save('2', { over: false })
    items.clear()
    expect([items.all.size, items.live()]).toEqual([0, 0])
    expect([...written.values()]).toEqual([undefined, undefined])
  })
})
