import { expect, it } from 'vitest'
import { killUnderLoad } from '../trouble/ledger-kills/run.ts'

/** A whole number from the environment, for a shorter run or one with a known seed. */
const given = (name: string, usual: number): number => {
  const value = Number(process.env[name] ?? usual)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} is a whole number`)
  return value
}

const operations = given('SOAK_OPERATIONS', 100_000)
const kills = given('SOAK_KILLS', 20)
const restarts = given('SOAK_RESTARTS', 5)
const seed = given('SOAK_SEED', Date.now() % 1_000_000)
const limitMs = given('SOAK_MINUTES', 60) * 60_000

it(
  `loses, doubles and invents nothing in ${operations} operations of 64 clients with ${kills} kills and ${restarts} restarts (seed ${seed})`,
  { timeout: limitMs + 120_000 },
  async () => {
    const report = await killUnderLoad({ operations, connections: 64, kills, restarts, users: 1_000, seed, limitMs })
    process.stdout.write(`${JSON.stringify({ seed, ...report })}\n`)
    expect(report).toMatchObject({ kills, restarts, faults: [] })
    expect(report.lost).toBeGreaterThan(0)
    expect(report.reads).toBeGreaterThan(0)
  },
)
