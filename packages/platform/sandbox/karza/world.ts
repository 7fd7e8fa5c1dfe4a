import { createHash, randomUUID } from 'node:crypto'
import type { Clock } from '../kit/clock.ts'
import type { Deliveries, Gate } from '../kit/deliver-later.ts'
import type { FaultBook } from '../kit/faults.ts'
import type { Registry } from '../kit/people.ts'

/** The parts that every piece of the sandbox works with. */
export interface World {
  readonly apiKey: string
  readonly clock: Clock
  readonly gate: Gate
  readonly faults: FaultBook
  readonly deliveries: Deliveries
  readonly registry: Registry
  /** Codes that a test wants for a number, whatever its digits say: of the body, or of HTTP. */
  readonly codes: Map<string, number>
  /** One-time passwords on their way, by the id they were asked under. */
  readonly passwords: Map<string, { readonly number: string; readonly atMs: number }>
  readonly log: (line: string) => void
}

export const newId = (): string => randomUUID()

/** The same for the same number, and says nothing of it. */
export const hashed = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)
