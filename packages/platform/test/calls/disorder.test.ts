import { describe, it } from 'vitest'
import { compareDisorder } from './stories.ts'

describe('the same ledger and records stay, however callbacks are shuffled, dropped, repeated, delayed or forged,', () => {
  it.for([
    ['twilio', 30], // each kind of story with each way to end; soak/disorder.soak.ts tells a thousand
    ['connect', 24],
    ['flow', 24],
    ['legs', 24],
  ] as const)('of calls by %s', { timeout: 240_000 }, ([way, stories]) => compareDisorder(way, stories))
})
