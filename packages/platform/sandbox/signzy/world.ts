import { randomBytes } from 'node:crypto'
import type { Clock } from '../kit/clock.ts'
import type { Deliveries, Gate } from '../kit/deliver-later.ts'
import type { FaultBook } from '../kit/faults.ts'
import type { Registry } from '../kit/people.ts'

/** A picture that somebody put where Signzy can read it. */
export interface StoredFile {
  readonly id: string
  readonly fileName: string
  readonly type: string
  readonly bytes: Buffer
  readonly endsAtMs: number
}

/** v2's object for a document. */
export interface Item {
  readonly id: string
  readonly accessToken: string
  readonly type: string
  readonly email: string
  readonly callbackUrl: string
  readonly images: readonly string[]
}

export interface Settings {
  /** Whether v2 answers a task's first question without a result, which its callback brings. */
  answersLater: boolean
}

/** The parts that every piece of the sandbox works with. */
export interface World {
  readonly token: string
  readonly username: string
  readonly password: string
  readonly patronId: string
  readonly clock: Clock
  readonly gate: Gate
  readonly faults: FaultBook
  readonly deliveries: Deliveries
  readonly registry: Registry
  readonly settings: Settings
  /** Tokens from logging in, with their ends. */
  readonly sessions: Map<string, number>
  readonly files: Map<string, StoredFile>
  readonly items: Map<string, Item>
  /** What v2 was asked once and has put off. */
  readonly putOff: Set<string>
  readonly passwords: Map<string, { readonly number: string; readonly atMs: number }>
  /** Where this sandbox is. */
  url: string
  /** Aborted when the sandbox closes. */
  readonly closing: AbortSignal
  readonly log: (line: string) => void
}

export const newId = (): string => randomBytes(12).toString('hex')

/** Keeps what came last. */
export function keep<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= most) return
    map.delete(oldest)
  }
}
