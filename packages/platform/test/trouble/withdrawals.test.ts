import { expect, it } from 'vitest'
import { payUnderDeaths } from './withdrawals/run.ts'

it('pays nothing twice and leaves no coin stuck when it dies while people withdraw', { timeout: 480_000 }, async () => {
  const deaths = ['payout after', 'answer inside', 'mark_unpaid after']
  const report = await payUnderDeaths({ withdrawals: 52, users: 6, deaths, seed: 7, limitMs: 120_000 })
  expect(report).toMatchObject({ withdrawals: 52, deaths: 3, faults: [] })
  expect(report.paid).toBeGreaterThan(0)
  expect(report.undone).toBeGreaterThan(0)
})
