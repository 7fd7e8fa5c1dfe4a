import { expect, it, vi } from 'vitest'
import type { CallOptions } from '../contract/kit.ts'
import { iterate } from './pages.ts'

interface Query {
  readonly limit?: number
  readonly cursor?: string | undefined
}

const pages = new Map([
  [undefined, { data: ['a', 'b'], nextCursor: 'p2' }],
  ['p2', { data: [], nextCursor: 'p3' }],
  ['p3', { data: ['c'], nextCursor: null }],
])
async function readAll<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
const listOf = () => vi.fn(async ({ cursor }: Query = {}, _options?: CallOptions) => pages.get(cursor) ?? expect.fail('no such page'))

it('walks through every page, an empty one too, with the same input', async () => {
  const list = listOf()
  const options = { signal: new AbortController().signal }
  expect(await readAll(iterate(list, { limit: 2 }, options))).toEqual(['a', 'b', 'c'])
  expect(list.mock.calls).toEqual([
    [{ limit: 2 }, options],
    [{ limit: 2, cursor: 'p2' }, options],
    [{ limit: 2, cursor: 'p3' }, options],
  ])
})

it('asks for no page that nobody reads', async () => {
  const list = listOf()
  for await (const item of iterate(list)) {
    expect(item).toBe('a')
    break
  }
  expect(list).toHaveBeenCalledTimes(1)
})

it('hands an error on to the reader', async () => {
  const list = listOf().mockRejectedValue(new Error('gone'))
  await expect(readAll(iterate(list))).rejects.toThrow('gone')
})
