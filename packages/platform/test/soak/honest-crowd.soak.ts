import { expect, it } from 'vitest'
import { letIn } from '../referrals/let-in.ts'

/** A whole number from the environment, for a shorter run or another seed. */
const given = (name: string, usual: number): number => {
  const value = Number(process.env[name] ?? usual)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} is a whole number`)
  return value
}

const people = given('SOAK_PEOPLE', 10_000)
const addresses = given('SOAK_ADDRESSES', 50)
const days = given('SOAK_DAYS', 7)
const seed = given('SOAK_SEED', 20_307)

it(
  `refuses none of ${people} honest people on ${addresses} addresses for the address, and reviews few (seed ${seed})`,
  { timeout: 60 * 60_000 },
  async () => {
    const reception = await letIn({ people, addresses, days, seed })
    process.stdout.write(`${JSON.stringify({ seed, ...reception })}\n`)
    expect(reception).toMatchObject({ people, refused: 0, addressAlone: 0 })
    expect(reception.review).toBeLessThanOrEqual(people * 0.02)
  },
)
