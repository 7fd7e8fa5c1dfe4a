import { codeOf } from './code-of.ts'

const undecided = [408, 425, 429]

/** Whether the platform has refused. After anything else what was asked for may have been done, so only the same key may be sent again. */
export const isRefused = (error: unknown): boolean =>
  error instanceof Error &&
  'status' in error &&
  typeof error.status === 'number' &&
  Math.floor(error.status / 100) === 4 &&
  !undecided.includes(error.status) &&
  codeOf(error) !== 'idempotency_in_progress'

/** An idempotency key. crypto.randomUUID is missing on pages without TLS, this is not. */
export const randomKey = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-')
