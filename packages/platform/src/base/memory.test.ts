import { expect, it } from 'vitest'
import { createMemory } from './memory.ts'

const open = () => {
  let answer = (_value: { n: number } | undefined) => undefined as void
  let asked = 0
  const load = () => {
    asked++
    return new Promise<{ n: number } | undefined>((resolve) => (answer = resolve))
  }
  return { load, answer: (value: { n: number } | undefined) => answer(value), asked: () => asked }
}

it('lets those who ask at once wait for one answer, and remembers it', async () => {
  const memory = createMemory<string, { n: number }>(10, 60_000)
  const { load, answer, asked } = open()
  const all = [memory.recall('a', load), memory.recall('a', load), memory.recall('a', load)]
  answer({ n: 1 })
  expect(await Promise.all(all)).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }])
  expect(await memory.recall('a', load)).toEqual({ n: 1 })
  expect(asked()).toBe(1)
})

it('does not remember what was read before a change', async () => {
  const memory = createMemory<string, { n: number }>(10, 60_000)
  const before = open()
  const early = memory.recall('a', before.load)
  memory.forget(() => true)
  const after = open()
  const late = memory.recall('a', after.load)
  after.answer({ n: 2 })
  before.answer({ n: 1 })
  expect([await early, await late]).toEqual([{ n: 1 }, { n: 2 }])
  expect(await memory.recall('a', after.load)).toEqual({ n: 2 })
})

it('remembers neither what does not exist nor what could not be read', async () => {
  const memory = createMemory<string, { n: number }>(10, 60_000)
  expect(await memory.recall('a', () => Promise.resolve(undefined))).toBeUndefined()
  await expect(memory.recall('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  expect(await memory.recall('a', () => Promise.resolve({ n: 3 }))).toEqual({ n: 3 })
})

it('forgets what it is told to and keeps the rest', async () => {
  const memory = createMemory<string, { n: number }>(10, 60_000)
  for (const [key, n] of [
    ['a', 1],
    ['b', 2],
  ] as const)
    await memory.recall(key, () => Promise.resolve({ n }))
  memory.forget((_key, { n }) => n === 1)
  const { load, answer, asked } = open()
  expect(await memory.recall('b', load)).toEqual({ n: 2 })
  const again = memory.recall('a', load)
  answer(undefined)
  await again
  expect(asked()).toBe(1)
})
