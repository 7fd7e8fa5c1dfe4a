import { expect, it } from 'vitest'
import { crashPoints } from '../trouble/withdrawals/crash-points.ts'
import { payUnderDeaths } from '../trouble/withdrawals/run.ts'

/** A whole number from the environment, for a shorter run or one with a known seed. */
const given = (name: string, usual: number): number => {
  const value = Number(process.env[name] ?? usual)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} is a whole number`)
  return value
}

const withdrawals = given('SOAK_WITHDRAWALS', 1_000)
const moments = given('SOAK_KILLS', 6)
const seed = given('SOAK_SEED', Date.now() % 1_000_000)
const limitMs = given('SOAK_MINUTES', 30) * 60_000

// Each step of a withdrawal has its death, and some come at any moment. Where the seed begins, another step is the first.
const first = seed % crashPoints.length
const deaths = [...crashPoints.slice(first), ...crashPoints.slice(0, first), ...Array.from({ length: moments }, () => 'any moment')]

it(
  `pays nothing twice and leaves no coin stuck in ${withdrawals} withdrawals with ${deaths.length} deaths (seed ${seed})`,
  { timeout: limitMs * 2 },
  async () => {
    const say = (line: string) => void process.stdout.write(`${new Date().toISOString()} ${line}\n`)
    const report = await payUnderDeaths({ withdrawals, users: 20, deaths, seed, limitMs, say })
    process.stdout.write(`${JSON.stringify({ seed, points: crashPoints.length, ...report })}\n`)
    expect(report).toMatchObject({ withdrawals, deaths: deaths.length, faults: [] })
    expect(report.paid).toBeGreaterThan(0)
  },
)
