import { expect, it } from 'vitest'
import { payUnderKills } from '../trouble/withdrawals/run.ts'

/** A whole number from the environment, for a shorter run or one with a known seed. */
const given = (name: string, usual: number): number => {
  const value = Number(process.env[name] ?? usual)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} is a whole number`)
  return value
}

const withdrawals = given('SOAK_WITHDRAWALS', 1_000)
const kills = given('SOAK_KILLS', 20)
const seed = given('SOAK_SEED', Date.now() % 1_000_000)
const limitMs = given('SOAK_MINUTES', 30) * 60_000

it(
  `pays nothing twice and leaves no coin stuck in ${withdrawals} withdrawals with ${kills} kills (seed ${seed})`,
  { timeout: limitMs * 2 },
  async () => {
    const report = await payUnderKills({ withdrawals, users: 20, kills, seed, limitMs })
    process.stdout.write(`${JSON.stringify({ seed, ...report })}\n`)
    expect(report).toMatchObject({ kills, faults: [] })
    expect(report.paid).toBeGreaterThan(0)
  },
)
