import { expect, it } from 'vitest'
import { payUnderKills } from './withdrawals/run.ts'

it('pays nothing twice and leaves no coin stuck when it is killed while people withdraw', { timeout: 240_000 }, async () => {
  const report = await payUnderKills({ withdrawals: 48, users: 6, kills: 2, seed: 7, limitMs: 120_000 })
  expect(report).toMatchObject({ withdrawals: 48, kills: 2, faults: [] })
  expect(report.paid).toBeGreaterThan(0)
  expect(report.undone).toBeGreaterThan(0)
})
