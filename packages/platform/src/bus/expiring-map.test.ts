import { expect, it } from 'vitest'
import { ExpiringMap } from './expiring-map.ts'

it('forgets an entry when its time is over', () => {
  let now = 0
  const map = new ExpiringMap<number>(10, () => now)
  map.set('a', 1, 5)
  now = 4
  expect(map.get('a')).toBe(1)
  now = 5
  expect(map.get('a')).toBeUndefined()
})

it('holds no more than it may, and gives up what was written longest ago', () => {
  const map = new ExpiringMap<number>(3, () => 0)
  for (let i = 0; i < 1_000; i++) {
    map.set(`key-${i}`, i, 1_000)
    expect(map.size).toBeLessThanOrEqual(3)
  }
  expect(map.get('key-999')).toBe(999)
  expect(map.get('key-996')).toBeUndefined()
  map.set('key-997', 0, 1_000)
  map.set('new', 0, 1_000)
  expect(map.get('key-997')).toBe(0)
  expect(map.get('key-998')).toBeUndefined()
})

it('gives back the room of what has ended, though nobody asks for it', () => {
  let now = 0
  const map = new ExpiringMap<number>(1_000_000, () => now)
  for (let i = 0; i < 5_000; i++) {
    now = i
    map.set(`key-${i}`, i, 10)
  }
  expect(map.size).toBeLessThanOrEqual(12)
})

it('lets what is written again and again last as long as what is written once', () => {
  let now = 0
  const map = new ExpiringMap<number>(2, () => now)
  map.set('a', 1, 5)
  now = 4
  map.set('a', 2, 5)
  now = 8
  expect(map.get('a')).toBe(2)
  map.set('b', 3, 5)
  map.set('a', 4, 5)
  map.set('c', 5, 5)
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([4, undefined, 5])
  now = 13
  map.set('c', 6, 5)
  expect([map.get('a'), map.get('c'), map.size]).toEqual([undefined, 6, 1])
})
