import { expect, it } from 'vitest'
import { letIn } from './let-in.ts'

it('rewards honest people who share a carrier’s three addresses, and refuses none for it', async () => {
  const reception = await letIn({ people: 120, addresses: 3, days: 0.1, seed: 2 })
  process.stdout.write(`${JSON.stringify(reception)}\n`)
  expect(reception).toMatchObject({ people: 120, refused: 0, addressAlone: 0 })
  expect(reception.review).toBeLessThanOrEqual(2)
})
