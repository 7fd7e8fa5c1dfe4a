import { expect, it, vi } from 'vitest'
import { later } from './later.ts'

const areas = { sums: { ask: (n: number) => Promise.resolve(n + 1) } }

it('loads an area with its first question, and answers as it does', async () => {
  const load = vi.fn(async () => areas)
  const lazy = later(load, 'sums')
  expect(load).not.toHaveBeenCalled()
  expect(await lazy.ask(1)).toBe(2)
})

it('is no promise itself', async () => {
  const lazy = later(async () => areas, 'sums')
  expect(await Promise.resolve(lazy)).toBe(lazy)
})

it('tells who asks when its code cannot be loaded, and tries again with the next question', async () => {
  const load = vi.fn(async () => areas).mockRejectedValueOnce(new Error('no network'))
  const lazy = later(load, 'sums')
  await expect(lazy.ask(1)).rejects.toThrow('no network')
  expect(await lazy.ask(1)).toBe(2)
})
