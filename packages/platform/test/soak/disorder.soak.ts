import { describe, it } from 'vitest'
import { compareDisorder } from '../calls/stories.ts'

/** How many calls, each with a story of its own; every story is told twice: with the callbacks in order, and with them in disorder. */
const stories = 1_000

describe(`the same ledger and records stay of ${stories} calls, however callbacks are shuffled, dropped, repeated, delayed or forged,`, () => {
  it.for(['twilio', 'connect', 'flow', 'legs'] as const)('of calls by %s', { timeout: 3_600_000 }, (way) => compareDisorder(way, stories))
})
