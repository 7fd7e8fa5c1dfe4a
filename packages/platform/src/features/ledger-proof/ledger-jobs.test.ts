import { expect, it } from 'vitest'
import { sparing } from './ledger-jobs.ts'

it('lets work that takes long rest twenty times as long', async () => {
  let now = 0
  let runs = 0
  let tookMs = 60_000
  const work = async () => {
    runs++
    now += tookMs
  }
  const run = sparing({ now: () => new Date(now) }, work, () => now)
  await run()
  for (const [at, expected] of [
    [120_000, 1],
    [1_259_999, 1],
    [1_260_000, 2],
  ] as const) {
    now = at
    await run()
    expect(runs).toBe(expected)
  }
  tookMs = 0
  now += 2_000_000
  await run()
  await run()
  expect(runs).toBe(4)
})
