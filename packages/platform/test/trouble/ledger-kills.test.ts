import { expect, it } from 'vitest'
import { killUnderLoad } from './ledger-kills/run.ts'

const seed = Date.now() % 1_000_000

// The small one; `npm run soak` runs the same at fifty times the length.
it(`keeps exactly what was acknowledged while the platform and PostgreSQL are killed (seed ${seed})`, { timeout: 180_000 }, async () => {
  const report = await killUnderLoad({ operations: 2_000, connections: 64, kills: 2, restarts: 1, users: 60, seed, limitMs: 150_000 })
  expect(report).toMatchObject({ kills: 2, restarts: 1, faults: [] })
  // Otherwise nothing was at stake.
  expect(report.lost).toBeGreaterThan(0)
  expect(report.reads).toBeGreaterThan(0)
  expect(report.acknowledged).toBeGreaterThan(500)
})
