import { expect, it } from 'vitest'
import { backgroundGate, inBackground, outOfBackground } from './background.ts'

/** Works that last until they are let go. */
function works() {
  const begun: number[] = []
  const ends: (() => void)[] = []
  const work = (name: number) => () =>
    new Promise<void>((resolve) => {
      begun.push(name)
      ends[name] = resolve
    })
  return { begun, ends, work }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

it('lets background work through in turn, a few at once, and whoever waits at the door at any time', async () => {
  const gate = backgroundGate(2)
  const { begun, ends, work } = works()
  const behind = [0, 1, 2, 3].map((name) => inBackground(() => gate(work(name))))
  const atTheDoor = gate(work(4))
  await turn()
  expect(begun).toEqual([0, 1, 4])
  ends[1]?.()
  await turn()
  expect(begun).toEqual([0, 1, 4, 2])
  ends[0]?.()
  await turn()
  expect(begun).toEqual([0, 1, 4, 2, 3])
  for (const end of ends) end()
  await Promise.all([...behind, atTheDoor])
})

it('gives the place of work that failed to the next', async () => {
  const gate = backgroundGate(1)
  const failed = inBackground(() => gate(() => Promise.reject(new Error('broken'))))
  const next = inBackground(() => gate(async () => 'done'))
  await expect(failed).rejects.toThrow('broken')
  expect(await next).toBe('done')
})

it('lets the next one through when long work has given its place back, and counts that place once', async () => {
  const gate = backgroundGate(1)
  const { begun, ends, work } = works()
  const long = inBackground(() =>
    gate((leave) => {
      leave()
      leave()
      return work(0)()
    }),
  )
  const next = [1, 2].map((name) => inBackground(() => gate(work(name))))
  await turn()
  expect(begun).toEqual([0, 1])
  ends[0]?.()
  await turn()
  expect(begun).toEqual([0, 1])
  ends[1]?.()
  await turn()
  ends[2]?.()
  await Promise.all([long, ...next])
  expect(begun).toEqual([0, 1, 2])
})

it('never keeps back what those in all places may be waiting for', async () => {
  const gate = backgroundGate(1)
  expect(await inBackground(() => gate(() => outOfBackground(() => gate(async () => 'found'))))).toBe('found')
})
